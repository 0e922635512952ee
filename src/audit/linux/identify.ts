/**
 * What the wheel is built for: C library and architecture, found in two passes over all files.
 *
 * The tags come first; where the files agree with none of them, the files decide. So the order of
 * members plays no role, and an extension without any hint takes the answer of the others.
 */

import { compareText } from "../../bytes.ts";
import type { ElfSlice } from "../../formats.ts";
import { baseNameOf } from "../../paths.ts";
import type { TagArch } from "../../policy/arch.ts";
import { policyArch, tagArch } from "../../policy/arch.ts";
import type { LinuxFamily } from "../../policy/linux/table.ts";
import type { Variant } from "../../wheel/variant-file.ts";
import type { Claim } from "../claim.ts";
import { isPythonExtension, moduleSuffix } from "../python/module.ts";
import type { ElfBinary } from "./binary.ts";

/** A platform tag of the file name, as Linux sees it. */
export interface LinuxClaim extends Claim {
  /** `linux`: a bare `linux_*`; `any`; `other`: a system whose binaries are not ELF. */
  readonly kind: LinuxFamily | "linux" | "any" | "other";
  /** Only for the Linux kinds. */
  readonly arch: TagArch | undefined;
}

export interface Identity {
  readonly claims: readonly LinuxClaim[];
  /** C library that the files are built for, `null` without ELF files of a known machine. */
  readonly family: LinuxFamily | null;
  /** False when no file says which C library it needs (static programs): then all will do. */
  readonly familyKnown: boolean;
  /** The policy data's name, `unknown` without ELF files of a known machine. */
  readonly arch: string;
  /** As a tag spells it: `armv6l` and `x86_64_v3` are kept, `arm64_v8a` for Android. */
  readonly tagArch: string;
  /** x86-64 level that the tag promises. */
  readonly isa: number;
  /** Files of that architecture and C library: they decide the verdict. */
  readonly considered: readonly ElfBinary[];
  /** Files of that architecture for another C library. */
  readonly otherLibc: readonly ElfBinary[];
  /** Files for another processor that runs Python somewhere. */
  readonly foreign: readonly ElfBinary[];
  /** Code for a GPU, a microcontroller, the kernel: data as far as the platform is concerned. */
  readonly device: readonly ElfBinary[];
}

/** Machines that run Python; ELF files of any other are device code. */
const HOST_MACHINES: ReadonlySet<string> = new Set(
  (
    "386 X86_64 ARM AARCH64 PPC PPC64 S390 RISCV LOONGARCH MIPS MIPS_RS3_LE SPARC SPARC32PLUS " +
    "SPARCV9 IA_64 ALPHA 68K PARISC SH"
  )
    .split(" ")
    .map((name) => `EM_${name}`),
);

/** @param level of x86-64 that the variant asks for, above what the tag promises; 1: none. */
export function identify(
  given: readonly Claim[],
  elves: readonly ElfBinary[],
  level: number = 1,
): Identity {
  const claims = given.map((claim) => raised(toLinuxClaim(claim), level));
  const host = elves.filter(isHostCode);
  const device = elves.filter((binary) => !isHostCode(binary));
  const known = host.filter(({ slice }) => slice.arch !== "unknown");
  const arch = pickArch(claims, known);
  const ours = known.filter(({ slice }) => policyArch(slice.arch) === arch);
  const hints = new Map(ours.map((binary) => [binary, libcOf(binary)]));
  const { family, familyKnown } = pickFamily(claims, ours, hints);
  const fits = (binary: ElfBinary): boolean => {
    const hint = hints.get(binary) ?? null;
    return hint === null || hint === family || (hint === "libc.so" && family !== "manylinux");
  };
  const spelled = claims.find((claim) => claim.arch?.arch === arch)?.arch;
  return {
    claims,
    family: ours.length === 0 ? null : family,
    familyKnown,
    arch,
    tagArch: spellArch(arch, family, spelled),
    isa: spelled?.isa ?? 1,
    considered: ours.filter(fits),
    otherLibc: ours.filter((binary) => !fits(binary)),
    foreign: host.filter(({ slice }) => policyArch(slice.arch) !== arch || arch === "unknown"),
    device,
  };
}

function raised(claim: LinuxClaim, level: number): LinuxClaim {
  const { arch } = claim;
  return arch?.arch === "x86_64" && arch.isa < level
    ? { ...claim, arch: { ...arch, isa: level } }
    : claim;
}

/** The lowest of the x86-64 levels that a variant is for (PEP 825: `x86_64 :: level :: v3`). */
export function levelOf(variant: Variant | undefined): number {
  const values = variant?.properties.get("x86_64")?.get("level") ?? [];
  const levels = values.flatMap((value) => {
    const level = /^v([1-9])$/.exec(value)?.[1];
    return level === undefined ? [] : Number(level);
  });
  return levels.length === 0 ? 1 : Math.min(...levels);
}

function toLinuxClaim({ text, tag }: Claim): LinuxClaim {
  switch (tag.kind) {
    case "any":
      return { text, tag, kind: "any", arch: undefined };
    case "linux":
    case "manylinux":
    case "musllinux":
      return { text, tag, kind: tag.kind, arch: tagArch(tag.arch) };
    case "android":
      return { text, tag, kind: "android", arch: tagArch(tag.abi) };
    default:
      return { text, tag, kind: "other", arch: undefined };
  }
}

/**
 * The claimed architecture where a file has it. Without a claim, or with several: that of the first
 * file by its path, as auditwheel takes the first one of RECORD. When no file fits: the one of most extension modules, of most files.
 */
function pickArch(claims: readonly LinuxClaim[], known: readonly ElfBinary[]): string {
  const claimed = new Set<string>();
  for (const { arch } of claims) {
    if (arch !== undefined && known.some(({ slice }) => policyArch(slice.arch) === arch.arch)) {
      claimed.add(arch.arch);
    }
  }
  const byPath = [...known].sort((a, b) => compareText(a.path, b.path));
  const first = byPath.find(({ slice }) => claimed.has(policyArch(slice.arch))) ?? byPath[0];
  if (first !== undefined && (claimed.size > 0 || claims.every(({ arch }) => arch === undefined))) {
    return policyArch(first.slice.arch);
  }
  const modules = known.filter(isPythonExtension);
  const counted = modules.length > 0 ? modules : known;
  return mostFrequent(counted.map(({ slice }) => policyArch(slice.arch))) ?? "unknown";
}

/** `libc.so`: musl's or Android's, the file does not tell which. */
export type LibcHint = LinuxFamily | "libc.so" | null;

function pickFamily(
  claims: readonly LinuxClaim[],
  ours: readonly ElfBinary[],
  hints: ReadonlyMap<ElfBinary, LibcHint>,
): { readonly family: LinuxFamily; readonly familyKnown: boolean } {
  const claimed = new Set<LinuxFamily>();
  for (const { kind } of claims) {
    if (kind === "manylinux" || kind === "musllinux" || kind === "android") claimed.add(kind);
  }
  const [only] = claimed.size === 1 ? claimed : [];
  // Rust's and Zig's musl toolchains and Android's NDK both write `libc.so`.
  const meaning = (hint: LibcHint): LinuxFamily | null =>
    hint === "libc.so" ? (only === "android" ? "android" : "musllinux") : hint;
  const modules: LinuxFamily[] = [];
  const all: LinuxFamily[] = [];
  for (const binary of ours) {
    const family = meaning(hints.get(binary) ?? null);
    if (family === null) continue;
    all.push(family);
    if (isPythonExtension(binary)) modules.push(family);
  }
  if (only !== undefined && (all.length === 0 || all.includes(only))) {
    return { family: only, familyKnown: all.length > 0 };
  }
  const found = mostFrequent(modules) ?? mostFrequent(all) ?? fromSuffixes(ours);
  return {
    family: found ?? [...claimed].sort()[0] ?? "manylinux",
    familyKnown: found !== undefined,
  };
}

/** What one file says of the C library that it needs. */
export function libcOf({ slice }: ElfBinary): LibcHint {
  const { interpreter, dependencies, versionNeeds } = slice;
  if (interpreter !== null) {
    const base = baseNameOf(interpreter);
    if (base.startsWith("ld-musl-")) return "musllinux";
    return /^linker(64)?$/.test(base) ? "android" : "manylinux";
  }
  if (slice.androidApi !== null) return "android";
  let hint: LibcHint = null;
  for (const { name } of dependencies) {
    if (name.startsWith("libc.musl-") || name.startsWith("ld-musl-")) return "musllinux";
    if (name === "libc.so.6" || name.startsWith("ld-linux") || name.startsWith("ld64.so.")) {
      return "manylinux";
    }
    if (name === "liblog.so" || name === "libandroid.so") return "android";
    if (name === "libc.so") hint = "libc.so";
  }
  if (hint !== null) return hint;
  for (const { versions } of versionNeeds) {
    if (versions.some(({ version }) => version.startsWith("GLIBC_"))) return "manylinux";
  }
  return null;
}

function fromSuffixes(ours: readonly ElfBinary[]): LinuxFamily | undefined {
  const found: LinuxFamily[] = [];
  for (const { path } of ours) {
    const hint = suffixHint(path);
    if (hint !== null) found.push(hint);
  }
  return mostFrequent(found);
}

/** The C library in a module's suffix: musl's is only told apart since Python 3.11 (PEP 656's SOABI). */
function suffixHint(path: string): LinuxFamily | null {
  const suffix = moduleSuffix(path);
  if (suffix === undefined) return null;
  const [, minor, triplet] = /^cpython-3(\d+)[a-z]*-(.+)$/.exec(suffix) ?? [];
  if (triplet === undefined) return null;
  if (/-linux-musl/.test(triplet)) return "musllinux";
  if (/-linux-android/.test(triplet)) return "android";
  return /-linux-gnu/.test(triplet) && Number(minor) >= 11 ? "manylinux" : null;
}

function spellArch(arch: string, family: LinuxFamily, claimed: TagArch | undefined): string {
  if (family === "android") {
    if (claimed !== undefined) return claimed.text;
    const abis: Readonly<Record<string, string>> = {
      aarch64: "arm64_v8a",
      armv7l: "armeabi_v7a",
      i686: "x86",
    };
    return abis[arch] ?? arch;
  }
  return claimed !== undefined && (claimed.text === "armv6l" || claimed.isa > 1)
    ? claimed.text
    : arch;
}

/** The most frequent item; of equals the first in alphabetical order. */
function mostFrequent<T extends string>(items: readonly T[]): T | undefined {
  const counts = new Map<T, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  let best: T | undefined;
  for (const item of [...counts.keys()].sort()) {
    if (best === undefined || (counts.get(item) ?? 0) > (counts.get(best) ?? 0)) best = item;
  }
  return best;
}

/** GPUs, signal processors, microcontrollers and the kernel's own machine. */
const DEVICE_MACHINES: ReadonlySet<string> = new Set(
  "CUDA AMDGPU BPF QDSP6 XTENSA INTELGT MSP430 AVR TRICORE VE ARC_COMPACT ARC_COMPACT2 TI_C6000"
    .split(" ")
    .map((name) => `EM_${name}`),
);

/** True for a machine that no Python runs on, and others have good reasons to bring code for. */
export function isDeviceMachine({ machine }: ElfSlice): boolean {
  return DEVICE_MACHINES.has(machine);
}

/**
 * True for code that is meant for a process of the host: for a machine that runs Python, under a
 * library's or a module's name, or, where nobody knows a device of that machine, any library or
 * program. What is left is data.
 */
export function isHostCode({ path, slice }: ElfBinary): boolean {
  if (HOST_MACHINES.has(slice.machine) || /\.so(\.\d+)*$/.test(path)) return true;
  return !isDeviceMachine(slice) && (slice.kind === "shared" || slice.kind === "executable");
}
