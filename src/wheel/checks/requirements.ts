/** MET009-MET011: requirements, Python versions, extras. */
import { extrasOf, variantVariablesOf } from "../marker.ts";
import { knownFields, singleField } from "../metadata.ts";
import { isProjectName, normalizeName } from "../names.ts";
import { parsePythonTag } from "../python-tag.ts";
import { parseRequirement } from "../requirement.ts";
import type { SpecifierSet } from "../specifier.ts";
import { containsVersion, parseSpecifierSet } from "../specifier.ts";
import { quoted } from "../text.ts";
import { parseVersion } from "../version.ts";
import type { MetadataContext } from "./metadata-context.ts";
import { isAtLeast, report } from "./metadata-context.ts";

const REQUIREMENT_FIELDS: readonly string[] = ["Requires-Dist", "Provides-Dist", "Obsoletes-Dist"];

export function checkRequirements(context: MetadataContext): void {
  const wanted = new Map<string, string>();
  for (const name of REQUIREMENT_FIELDS) {
    for (const field of knownFields(context.metadata, name)) {
      const parsed = parseRequirement(field.value);
      if (!parsed.ok) {
        report(
          context,
          "MET009",
          `\`${name}\` ${quoted(field.value)} is not a requirement: ${parsed.message} (at ${quoted(field.value.slice(parsed.at), 20)})`,
          field,
          // Installers read no other field.
          name === "Requires-Dist" ? {} : { profiles: { install: "info" } },
        );
        continue;
      }
      const { url, marker } = parsed.requirement;
      if (url !== undefined) {
        report(
          context,
          "MET009",
          `\`${name}\` ${quoted(parsed.requirement.name)} names the URL ${quoted(url)}, which PyPI does not take`,
          field,
          { profiles: { install: "info" } },
        );
      }
      if (name !== "Requires-Dist" || marker === undefined) continue;
      const [variable] = variantVariablesOf(marker);
      if (variable !== undefined && context.wheel.filename?.variant === undefined) {
        report(
          context,
          "MET009",
          `${quoted(parsed.requirement.name)} depends on \`${variable}\`, which only wheels with a variant label may ask for`,
          field,
        );
      }
      for (const extra of extrasOf(marker)) wanted.set(normalizeName(extra), extra);
    }
  }
  checkExtras(context, wanted);
  checkPython(context);
}

function checkExtras(context: MetadataContext, wanted: ReadonlyMap<string, string>): void {
  const declared = new Set<string>();
  for (const field of knownFields(context.metadata, "Provides-Extra")) {
    const extra = field.value.trim();
    const normal = normalizeName(extra);
    if (!isProjectName(extra)) {
      report(context, "MET011", `\`Provides-Extra\` ${quoted(extra)} is not a name`, field);
    } else if (extra !== normal) {
      report(
        context,
        "MET011",
        `the extra ${quoted(extra)} is not in normal form, ${quoted(normal)}`,
        field,
        // Metadata version 2.3 made the normal form a must.
        isAtLeast(context, "2.3") ? {} : { level: "info" },
      );
    }
    if (declared.has(normal)) {
      report(context, "MET011", `the extra ${quoted(normal)} is declared more than once`, field);
    }
    declared.add(normal);
  }
  for (const [normal, spelled] of wanted) {
    if (declared.has(normal)) continue;
    report(
      context,
      "MET011",
      `a requirement depends on the extra ${quoted(spelled)}, which no \`Provides-Extra\` declares`,
    );
  }
}

/** Minor versions that a tag without one stands for; there will hardly be a 3.100. */
const MINORS = 100;
const PATCHES = 60;
const MAX_BOUNDS = 16;
const MAX_PYTHON_TAGS = 24;

function checkPython(context: MetadataContext): void {
  const field = singleField(context.metadata, "Requires-Python");
  if (field === undefined) return;
  const set = parseSpecifierSet(field.value);
  if (set === undefined) {
    report(
      context,
      "MET010",
      `\`Requires-Python\` is ${quoted(field.value)}, no version specifiers`,
      field,
    );
    return;
  }
  const { filename } = context.wheel;
  const tags = [...new Set(filename?.pythonTags)];
  // What nobody writes is not looked into: the work is the tags times the square of the bounds.
  if (filename === undefined || set.length > MAX_BOUNDS || tags.length > MAX_PYTHON_TAGS) return;
  const stable = filename.abiTags.some((abi) => abi === "abi3" || abi === "abi3t");
  const excluded = tags.filter((tag) => !admitsTag(set, tag, stable));
  if (excluded.length === 0) return;
  const all = excluded.length === tags.length;
  report(
    context,
    "MET010",
    `\`Requires-Python: ${field.value.trim().slice(0, 80)}\` excludes ${all ? "every python tag of the wheel" : `the python tag ${excluded.map((tag) => quoted(tag)).join(", ")}`}`,
    field,
    { level: all ? "warning" : "info" },
  );
}

/** True when the specifiers admit some release of the interpreter, or can't tell. */
function admitsTag(set: SpecifierSet, text: string, stable: boolean): boolean {
  const tag = parsePythonTag(text);
  if (tag.kind === "other") return true;
  const { implementation, major, minor } = tag;
  // `py38` and `cp38-abi3` also run on what follows 3.8.
  const open = minor === undefined || stable || implementation === "py";
  const first = minor ?? 0;
  const last = open ? Math.max(first, MINORS) : first;
  return candidates(set, major, first, last).some((release) =>
    containsVersion(set, { epoch: 0n, release: release.map(BigInt) }),
  );
}

/**
 * Releases of Python of which one is admitted if any is: what specifiers admit changes only at the
 * versions that they name, so those beside them stand for all between.
 */
function candidates(
  set: SpecifierSet,
  major: number,
  first: number,
  last: number,
): readonly (readonly number[])[] {
  const minors = new Set([first, last]);
  const patches = new Set([0, PATCHES]);
  for (const specifier of set) {
    const version = specifier.operator === "===" ? parseVersion(specifier.text) : specifier.version;
    const [, minor = 0n, patch = 0n] = version?.release ?? [];
    for (const step of [-1, 0, 1]) {
      minors.add(Number(minor) + step);
      patches.add(Number(patch) + step);
    }
  }
  const inside = [...minors].filter((minor) => minor >= first && minor <= last);
  return inside.flatMap((minor) =>
    [...patches]
      .filter((patch) => patch >= 0 && Number.isSafeInteger(patch))
      .map((patch) => [major, minor, patch]),
  );
}
