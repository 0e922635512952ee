/** Tags and build number: file name and WHEEL move together, as `wheel tags` does it. */
import { printable } from "../bytes.ts";
import { RefusalError } from "../errors.ts";
import type { WheelFilename } from "../wheel/filename.ts";
import { fieldsNamed, parseHeaders } from "../wheel/headers.ts";
import { meantPlatformTag } from "../wheel/meant-platform-tag.ts";
import { parsePlatformTag } from "../wheel/platform-tag.ts";
import { countTags, expandTags, MAX_TAGS } from "../wheel/tag.ts";
import type { Draft } from "./draft.ts";
import { removeFields, setField, setFields } from "./fields.ts";

/**
 * Each text is what `wheel tags` takes: `cp312.cp313` in place of the present set, `+cp313` added to
 * it, `-cp312` taken out of it. Absent: the set stays.
 */
export interface TagEdit {
  readonly kind: "tags";
  readonly python?: string;
  readonly abi?: string;
  readonly platform?: string;
  /** Empty removes the build number. */
  readonly build?: string;
}

/** The order in which WHEEL is written. */
export const WHEEL_ORDER = ["Wheel-Version", "Generator", "Root-Is-Purelib", "Build", "Tag"];

export function editTags(draft: Draft, edit: TagEdit): void {
  draft.name = retaggedName(draft.name, edit);
  const path = `${draft.distInfo}/WHEEL`;
  draft.write(path, retaggedWheel(draft.need(path, "WHL001"), draft.name));
}

/** @throws RefusalError NAM001, NAM004, EDT003. */
export function retaggedName(name: WheelFilename, edit: TagEdit): WheelFilename {
  const pythonTags = editSet(name.pythonTags, edit.python, "python tag");
  const abiTags = editSet(name.abiTags, edit.abi, "ABI tag");
  const platformTags = editSet(name.platformTags, edit.platform, "platform tag");
  const build = edit.build === undefined ? name.build : checkedBuild(edit.build);
  const { build: _, ...rest } = name;
  const count = countTags({ pythonTags, abiTags, platformTags });
  if (count > MAX_TAGS) {
    throw new RefusalError(
      "NAM001",
      `the tags stand for ${count} combinations; ${MAX_TAGS} are the limit`,
      "publish several wheels, each with fewer tags",
    );
  }
  return { ...rest, ...(build === undefined ? {} : { build }), pythonTags, abiTags, platformTags };
}

/** WHEEL with the tags and the build number of a file name. */
export function retaggedWheel(bytes: Uint8Array, name: WheelFilename): Uint8Array {
  let wheel = bytes;
  const present = wheelTags(wheel);
  const wanted = expandTags(name);
  // The same tags in another order are left as they are.
  const [has, wants] = [new Set(present), new Set(wanted)];
  const same = present.length === wanted.length && wanted.every((tag) => has.has(tag));
  if (!same) {
    const kept = [...has].filter((tag) => wants.has(tag));
    const added = wanted.filter((tag) => !has.has(tag));
    wheel = setFields(wheel, "Tag", [...kept, ...added], WHEEL_ORDER);
  }
  const builds = fieldsNamed(parseHeaders(wheel), "Build").map(({ value }) => value.trim());
  if (name.build === undefined) return removeFields(wheel, "Build");
  return builds.length === 1 && builds[0] === name.build
    ? wheel
    : setField(wheel, "Build", name.build, WHEEL_ORDER);
}

/** The tags that WHEEL names, in its order. */
export function wheelTags(wheel: Uint8Array): readonly string[] {
  return fieldsNamed(parseHeaders(wheel), "Tag").map(({ value }) => value.trim());
}

/** Is every value one that some wheel could take? @throws RefusalError NAM001, NAM004. */
export function checkTagValues({ python, abi, platform, build }: TagEdit): void {
  splitEdit(python, "python tag");
  splitEdit(abi, "ABI tag");
  splitEdit(platform, "platform tag");
  if (build !== undefined) checkedBuild(build);
}

/** As `wheel tags`: the result is sorted unless nothing was asked for. */
function editSet(
  present: readonly string[],
  edit: string | undefined,
  what: string,
): readonly string[] {
  if (edit === undefined) return present;
  const { sign, parts } = splitEdit(edit, what);
  if (sign === "-") {
    for (const part of parts) {
      if (present.includes(part)) continue;
      throw new RefusalError(
        "EDT003",
        `the wheel has no ${what} \`${printable(part)}\` to remove`,
        `it has ${present.map((tag) => `\`${printable(tag)}\``).join(", ")}`,
      );
    }
    const left = present.filter((tag) => !parts.includes(tag));
    if (left.length === 0) {
      throw new RefusalError(
        "NAM001",
        `no ${what} would be left`,
        "give the one that it should have",
      );
    }
    return left;
  }
  const all = sign === "+" ? [...present, ...parts] : parts;
  return [...new Set(all)].sort();
}

interface SplitEdit {
  readonly sign: string;
  readonly parts: readonly string[];
}

/** An interpreter and its version, with nothing behind it. */
const KNOWN_PYTHON = /^(?:py|cp|pp|ip|jy)(?![0-9]+(?:_[0-9]+)?$)/;

/** Families of which every tag is known; a tag of another system has at least two parts. */
const KNOWN_PLATFORM =
  /^(?:any|linux|manylinux|musllinux|macosx|win|android|ios|emscripten|pyodide|pyemscripten)(?:[0-9_]|$)/;

function isWrongPlatform(tag: string): boolean {
  if (meantPlatformTag(tag) !== undefined) return true;
  const known = KNOWN_PLATFORM.test(tag) || !tag.includes("_");
  return known && parsePlatformTag(tag).kind === "other";
}

/** `linux_amd64`: no system says so. `manylinux2014`: it lacks the architecture. */
function platformHint(tag: string): string {
  const meant = meantPlatformTag(tag);
  if (meant !== undefined) return `did you mean \`${meant}\`?`;
  const { kind } = parsePlatformTag(`${tag}_x86_64`);
  return !["linux", "manylinux", "musllinux", "android"].includes(kind)
    ? "a platform tag is a system, its version and an architecture, for example `manylinux_2_28_x86_64`, `macosx_11_0_arm64` or `win_amd64`"
    : `did you mean \`${tag}_x86_64\`?`;
}

function splitEdit(edit: string | undefined, what: string): SplitEdit {
  if (edit === undefined) return { sign: "", parts: [] };
  const sign = edit.charAt(0);
  const parts = (sign === "+" || sign === "-" ? edit.slice(1) : edit).split(".");
  for (const part of parts) {
    const spelled = /^[A-Za-z0-9_]+$/.test(part);
    // A wrong tag may still be taken away.
    if (spelled && what === "platform tag" && sign !== "-" && isWrongPlatform(part)) {
      throw new RefusalError("NAM001", `\`${part}\` is no ${what}`, platformHint(part));
    }
    const wrong = what === "python tag" && KNOWN_PYTHON.test(part);
    if (wrong || !spelled) {
      throw new RefusalError(
        "NAM001",
        `\`${printable(edit)}\` is no ${what}`,
        wrong
          ? "a python tag is an interpreter and a version, for example `py3` or `cp312`"
          : "tags are made of letters, digits and `_`, with `.` between several; a `+` or `-` before them adds or removes",
      );
    }
  }
  return { sign, parts };
}

function checkedBuild(build: string): string | undefined {
  if (build === "") return undefined;
  if (/^[0-9][A-Za-z0-9_.]*$/.test(build)) return build;
  throw new RefusalError(
    "NAM004",
    `\`${printable(build)}\` is not a build number`,
    "it begins with a digit and has no `-`, for example `1` or `2local`",
  );
}
