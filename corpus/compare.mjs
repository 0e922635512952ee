/**
 * Compares wheelkit's audit with auditwheel's document and with readelf's facts. Pure: every
 * difference comes back as `{field, peer, ours, member?}` with plain values.
 */

import { digest } from "./readelf.mjs";

/** Digest of no names: a file without `.dynsym`. */
const NONE = digest([]);

/** Policies of auditwheel's table, the most compatible one first. */
const GLIBC_POLICIES = [5, 12, 17, 24, 26, 27, 28, 31, 34, 35, 36, 37, 38, 39, 40, 41];

/** Best tag by symbols, forbidden symbols and instruction sets; null when only `linux` is left. */
export function peerReachable(result) {
  if (result.pyfpe || result.ucs2 || result.unsupported_isa) {
    return null;
  }
  let tag = result.sym_tag;
  const upgrades = result.policy_upgrades;
  while (upgrades[tag]?.blacklisted_symbols !== undefined) {
    const match = /^manylinux_2_(\d+)_(.*)$/.exec(tag);
    if (match === null) return null;
    const next = GLIBC_POLICIES.find((minor) => minor > Number(match[1]));
    if (next === undefined) return null;
    tag = `manylinux_2_${next}_${match[2]}`;
  }
  return tag.startsWith("linux_") ? null : tag;
}

/** Differences between the verdicts on one wheel. */
export function compareVerdict(peer, ours) {
  const differences = [];
  const check = (field, expected, got) => {
    if (JSON.stringify(expected) !== JSON.stringify(got)) {
      differences.push({ field, peer: expected, ours: got });
    }
  };
  if (peer.error !== undefined) {
    check("supported", `error: ${peer.error}`, ours.platform.supported);
    return differences;
  }
  const { result } = peer;
  if (result.pure) {
    check("supported", "pure", ours.platform.family === "any" ? "pure" : ours.platform.supported);
    return differences;
  }
  check("supported", result.overall_tag, ours.platform.supported);
  check("reachable", peerReachable(result), ours.platform.reachable);
  check("external", peerExternal(result), externalNames(ours));
  check("versioned symbols", sortedVersions(result.versioned_symbols), neededVersions(ours));
  for (const { code, path, why } of ours.unverified) {
    if (code.startsWith("TAG")) {
      differences.push({ field: "unverified", peer: null, ours: `${code} ${path ?? ""} ${why}` });
    }
  }
  return differences;
}

/**
 * auditwheel lists what the most compatible policy doesn't allow, so a library that a later policy
 * allows is among them; wheelkit lists what no policy allows.
 */
const ALLOWED_LATER = new Set(["libexpat.so.1", "libmvec.so.1"]);

function peerExternal(result) {
  return Object.keys(result.external_libs)
    .filter((name) => !ALLOWED_LATER.has(name))
    .sort();
}

function externalNames(ours) {
  return [...new Set(ours.external.map(({ name }) => name))].sort();
}

function sortedVersions(symbols) {
  const sorted = {};
  for (const library of Object.keys(symbols).sort()) {
    sorted[library] = [...symbols[library]].sort();
  }
  return sorted;
}

/** `{library: versions}` over the binaries that count for the verdict, as auditwheel pools them. */
function neededVersions(ours) {
  const [claimed = ""] = ours.platform.claimed;
  const arch = claimed === "any" ? (ours.platform.supported ?? "any") : claimed;
  const pooled = new Map();
  for (const binary of ours.binaries) {
    if (binary.format !== "elf" || !binary.archs.some((name) => fits(arch, name))) {
      continue;
    }
    for (const [library, versions] of Object.entries(binary.versionNeeds ?? {})) {
      if (/^ld-linux|^ld64\.so\.[12]$/.test(library)) {
        continue;
      }
      const known = pooled.get(library) ?? new Set();
      versions.forEach((version) => {
        known.add(version);
      });
      pooled.set(library, known);
    }
  }
  const sorted = {};
  for (const library of [...pooled.keys()].sort()) {
    sorted[library] = [...pooled.get(library)].sort();
  }
  return sorted;
}

function fits(claimed, arch) {
  const base = claimed.replace(/arm64_v8a$/, "aarch64").replace(/armv6l$/, "armv7l");
  return claimed === "any" || base.endsWith(`_${arch}`);
}

/** Differences between readelf's facts and the `binaries` of `show --imports --exports`. */
export function compareFacts(facts, shown) {
  const differences = [];
  const binaries = new Map(shown.map((binary) => [binary.path, binary]));
  for (const [member, fact] of Object.entries(facts)) {
    const binary = binaries.get(member);
    if (binary === undefined) {
      differences.push({ member, field: "binary", peer: `${fact.type}`, ours: null });
      continue;
    }
    const paths = (kind) =>
      binary.searchPaths.filter((path) => path.kind === kind).map(({ path }) => path);
    const check = (field, expected, got) => {
      if (JSON.stringify(expected) !== JSON.stringify(got)) {
        differences.push({ member, field, peer: expected, ours: got });
      }
    };
    check(
      "needed",
      fact.needed,
      binary.dependencies.map(({ name }) => name),
    );
    check("soname", fact.soname, binary.id);
    check("rpath", fact.rpath, paths("rpath"));
    check("runpath", fact.runpath, paths("runpath"));
    check("interpreter", fact.interpreter, binary.interpreter ?? null);
    check(
      "versionNeeds",
      sortedVersions(fact.versionNeeds),
      sortedVersions(binary.versionNeeds ?? {}),
    );
    check(
      "versionDefinitions",
      fact.versionDefinitions,
      [...(binary.versionDefinitions ?? [])].sort(),
    );
    check("execstack", fact.execstack === "yes", binary.execstack ?? false);
    for (const [field, names] of [
      ["imports", "importNames"],
      ["exports", "exportNames"],
    ]) {
      const symbols = binary[field] ?? [];
      const expected = { count: fact.symbols?.[field] ?? 0, names: fact.symbols?.[names] ?? NONE };
      const got = { count: symbols.length, names: digest(symbols.map(({ name }) => name)) };
      check(field, expected, got);
    }
  }
  return differences;
}
