/** Why two builds of the same source differ: the usual suspects, by what can be seen of them. */

import { formatOf } from "../formats.ts";
import { fieldsNamed, parseHeaders } from "../wheel/headers.ts";
import type { NativeChange } from "./native-diff.ts";
import type { WheelDiff } from "./wheel-diff.ts";

/** Sections that only say where, when and with what a library was built. */
const DEBUG_SECTIONS = /^\.(debug_|zdebug_|symtab|strtab|gnu_debuglink|gnu_debugdata)/;

/** Of one member whose bytes differ. */
export function memberCauses(
  path: string,
  before: Uint8Array,
  after: Uint8Array,
  native: NativeChange | undefined,
): readonly string[] {
  const causes: string[] = [];
  if (/\.py[co]$/.test(path)) {
    causes.push(
      "byte code holds the time of its source: leave `.pyc` files out of the wheel, or compile with `--invalidation-mode unchecked-hash`",
    );
  }
  if (path.endsWith(".dist-info/WHEEL") && generatorOf(before) !== generatorOf(after)) {
    causes.push(
      "WHEEL names the build back end and its version: pin it in `build-system.requires`",
    );
  }
  if (/\.dist-info\/sboms\//.test(path)) {
    causes.push(
      "SBOM generators write a random serial number and the time: give them SOURCE_DATE_EPOCH",
    );
  }
  if (native !== undefined) causes.push(...nativeCauses(native));
  else if (formatOf(before) === "pe" && formatOf(after) === "pe") {
    causes.push("the Windows linker writes its time and a debug identity: link with `/Brepro`");
  } else if (formatOf(before) === "macho" && formatOf(after) === "macho") {
    causes.push(
      "the macOS linker writes a random LC_UUID and signs what it wrote: `-Wl,-reproducible`, or compare without signatures",
    );
  }
  if (sameLines(before, after)) {
    causes.push("the same lines in another order: the generator walks a set or a folder unsorted");
  }
  if (hasDate(before) && hasDate(after)) {
    causes.push("a generator writes a date into the file: give it SOURCE_DATE_EPOCH");
  }
  return causes;
}

function generatorOf(wheel: Uint8Array): string | undefined {
  return fieldsNamed(parseHeaders(wheel), "Generator")[0]?.value;
}

function nativeCauses({ sections }: NativeChange): readonly string[] {
  const names = sections.map(({ name }) => name);
  const rest = names.filter((name) => name !== ".note.gnu.build-id");
  if (rest.length === 0 && names.length > 0) {
    return ["only the build id differs: the linker hashes paths that were stripped later"];
  }
  if (rest.every((name) => DEBUG_SECTIONS.test(name))) {
    return [
      "only debug information and symbols differ: build folders stand in it; compile with `-ffile-prefix-map=$PWD=.`, or strip",
    ];
  }
  if (rest.every((name) => name === ".comment" || DEBUG_SECTIONS.test(name))) {
    return ["`.comment` names the compiler: the builds used two versions of it"];
  }
  if (names.includes(".rodata") && !names.includes(".text")) {
    return [
      "constants differ and code does not: often `__DATE__`, `__TIME__` or `__FILE__`; compile with `-Werror=date-time` and `-ffile-prefix-map=$PWD=.`",
    ];
  }
  return [];
}

/** Of the wheel as a whole. */
export function wheelCauses(diff: Omit<WheelDiff, "causes">): readonly string[] {
  const { archive, members, modes, record } = diff;
  const causes: string[] = [];
  if (archive.times.length > 0) {
    causes.push(
      "time stamps: build back ends take the files' own times unless SOURCE_DATE_EPOCH is set",
    );
  }
  if (archive.order || archive.metadataOrder || record.order) {
    causes.push(
      "order of members or of RECORD: the build back end takes files as the file system lists them",
    );
  }
  if (modes.length > 0) {
    causes.push("modes: the umask of the build, or a checkout on another file system");
  }
  if (archive.compression.length > 0) {
    causes.push("compression: another version of zlib, or another level");
  }
  if (archive.headers.length > 0) {
    causes.push("headers: archives written by two tools or on two systems");
  }
  if (archive.directories.added.length > 0 || archive.directories.removed.length > 0) {
    causes.push("entries for folders: `wheel pack` and `zip -r` write them, build back ends don't");
  }
  if (members.some(({ what, path }) => /\.py[co]$/.test(path) && what !== "changed")) {
    causes.push("byte code in one of them: the tree was imported or compiled before it was packed");
  }
  return causes;
}

const TEXT_LIMIT = 4 << 20;

function sameLines(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length || a.length > TEXT_LIMIT || a.includes(0)) return false;
  const lines = (bytes: Uint8Array): string =>
    new TextDecoder().decode(bytes).split("\n").sort().join("\n");
  return lines(a) === lines(b);
}

function hasDate(bytes: Uint8Array): boolean {
  if (bytes.length > TEXT_LIMIT || bytes.includes(0)) return false;
  return /\b20[0-9]{2}-[01][0-9]-[0-3][0-9][T ][0-2][0-9]:[0-5][0-9]/.test(
    new TextDecoder().decode(bytes),
  );
}
