/**
 * Names that are unsafe or unwise whatever the target (ZIP018, ZIP019, ZIP031, ZIP037 to ZIP040)
 * and those that certain systems can't store (ZIP034 to ZIP036).
 */
import type { Add, ZipProblem } from "./collect.ts";
import { collector, NOT_PYPI, shown } from "./collect.ts";
import type { EntryDraft } from "./draft.ts";
import type { ZipEntry } from "./entry.ts";
import { foldersOf } from "./folders.ts";

/** What the platform tags of a wheel say about where it will be unpacked. */
export interface NameTargets {
  readonly windows: boolean;
  readonly macos: boolean;
  readonly any: boolean;
}

/** Only ordinary characters: nothing below looks at such a name but its components. */
const PLAIN = /^[\w.+\-/!@#$%&'(),;=[\]^`{}~]+$/;
const CONTROL = /[\x00-\x1f\x7f]/;
/** A component that is empty, `.` or `..`; the empty one at the end is a directory's. */
const DOTS = /(?:^|\/)(?:\.{0,2}\/|\.{1,2}$)/;
/** A version as VMS has it; Info-ZIP takes it off unless it is told not to. */
const VERSIONED = /;[0-9]*$/;
const DRIVE = /^[A-Za-z]:/;
/** Characters of a path below `site-packages` that Windows' 260 leave room for. */
const LONG_PATH = 200;
/** Bytes of a name that common file systems store. */
const LONG_COMPONENT = 255;

/** Checks that need no knowledge of the target. */
export function checkPlainNames(entries: readonly EntryDraft[], nameLimit: number, add: Add): void {
  let odd = 0;
  let firstOdd: string | undefined;
  for (const entry of entries) {
    const { name } = entry;
    // Over the limit and reported as such.
    if (entry.nameLength > nameLimit) continue;
    const report = (
      code: ZipProblem["code"],
      message: string,
      more: Partial<ZipProblem> = {},
    ): void => add({ code, path: name, message, ...more });
    if (!/[^/\s]/.test(name)) {
      report("ZIP019", name === "" ? "the name is empty" : "nothing is left of the name");
      continue;
    }
    if (!PLAIN.test(name)) {
      if (CONTROL.test(name)) report("ZIP018", `the name holds ${codePoint(name, CONTROL)}`);
      // C1 controls, format, surrogate, private use and unassigned characters.
      const invisible = /(?![\x00-\x1f\x7f])\p{C}/u;
      if (invisible.test(name)) report("ZIP037", `the name holds ${codePoint(name, invisible)}`);
      if (name.includes("\\")) report("ZIP031", "the path holds a backslash");
      if (DRIVE.test(name)) report("ZIP031", "the path begins with a drive letter");
      if (/[ \u0080-\uffff]/.test(name)) {
        odd++;
        firstOdd ??= name;
      }
    }
    if (VERSIONED.test(name)) {
      report("ZIP031", "unzip takes the end of the path for a version and leaves it out", {
        profiles: { install: "warning" },
      });
    }
    if (name.startsWith("/")) report("ZIP031", "the path is absolute");
    else if (DOTS.test(name)) report("ZIP031", "the path has an empty, `.` or `..` component");
    checkLength(entry, report);
  }
  if (firstOdd !== undefined) {
    const rest = odd === 1 ? "" : `, as in ${odd - 1} other${odd === 2 ? "" : "s"}`;
    add({
      code: "ZIP040",
      path: firstOdd,
      message: `the path holds a space or non-ASCII character${rest}`,
    });
  }
  checkFolders(entries, add);
}

function codePoint(name: string, pattern: RegExp): string {
  const character = pattern.exec(name)?.[0] ?? "";
  const code = character.codePointAt(0) ?? 0;
  return `the character U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}

function checkLength(
  entry: EntryDraft,
  report: (code: ZipProblem["code"], message: string, more?: Partial<ZipProblem>) => void,
): void {
  const { name } = entry;
  if (name.length > LONG_PATH) {
    report("ZIP039", `the path has ${name.length} characters, more than ${LONG_PATH} are a risk`);
  }
  if (entry.nameLength <= LONG_COMPONENT) return;
  const { nameBytes } = entry;
  let longest = 0;
  let start = 0;
  for (let at = 0; at <= nameBytes.length; at++) {
    if (at < nameBytes.length && nameBytes[at] !== 0x2f) continue;
    longest = Math.max(longest, at - start);
    start = at + 1;
  }
  if (longest <= LONG_COMPONENT) return;
  report("ZIP039", `a component of the path has ${longest} bytes, no file system stores it`, {
    level: "error",
    profiles: NOT_PYPI,
  });
}

/** ZIP038. */
function checkFolders(entries: readonly ZipEntry[], add: Add): void {
  const isFolder = foldersOf(entries.map((entry) => entry.name));
  for (const { name, directory } of entries) {
    if (directory || !isFolder(name)) continue;
    add({ code: "ZIP038", path: name, message: "the file is also the folder of other members" });
  }
}

const ASCII_SIMPLE = /^[\x21-\x7e]*$/;
const TRAILED = /[. ](?:\/|$)/;
/** Device names, alone or with an extension, in any case. */
const RESERVED =
  /(?:^|\/)((?:con|prn|aux|nul|conin\$|conout\$|com[1-9\u00b9\u00b2\u00b3]|lpt[1-9\u00b9\u00b2\u00b3]) *(?:\.[^/]*)?)(?:\/|$)/i;
const UNSTORABLE = /[<>:"|?*]/;
/** UTF-16 units of compatibility forms that are kept: they can be 18 times as long as the names. */
const WIDE_BUDGET = 16 << 20;

/** Names that collide or can't be stored where the wheel's tags let it be installed. */
export function checkNames(
  index: { readonly entries: readonly ZipEntry[] },
  targets: NameTargets,
): readonly ZipProblem[] {
  const { add, finish } = collector();
  const windows = targets.windows || targets.any;
  const folding: Partial<ZipProblem> = windows || targets.macos ? {} : { level: "warning" };
  const reserved: Partial<ZipProblem> = windows ? {} : { level: "warning" };
  checkCollisions(index.entries, folding, add);
  for (const { name } of index.entries) {
    const device = RESERVED.exec(name)?.[1];
    if (device !== undefined) {
      add({ code: "ZIP035", path: name, message: deviceMessage(device), ...reserved });
    }
    const bad = UNSTORABLE.exec(name)?.[0];
    const trailed = endsBadly(name);
    if (bad === undefined && !trailed) continue;
    add({
      code: "ZIP036",
      path: name,
      message:
        bad === undefined
          ? "a component of the path ends in a dot or space"
          : `the path holds the character \`${bad}\``,
      ...(windows ? {} : { level: "info" }),
    });
  }
  return finish();
}

function deviceMessage(component: string): string {
  const dot = component.indexOf(".");
  const device = (dot === -1 ? component : component.slice(0, dot)).trimEnd();
  return `\`${device}\` is a device on Windows, not a file`;
}

/** True when a component ends in a dot or space; `.` and `..` are another rule's. */
function endsBadly(name: string): boolean {
  if (!TRAILED.test(name)) return false;
  return name
    .split("/")
    .some((part) => part !== "." && part !== ".." && (part.endsWith(".") || part.endsWith(" ")));
}

function checkCollisions(entries: readonly ZipEntry[], more: Partial<ZipProblem>, add: Add): void {
  const byKey = new Map<string, string>();
  const keys: string[] = [];
  for (const { name, directory } of entries) {
    const plain = directory ? name.slice(0, -1) : name;
    const key = foldName(plain);
    keys.push(directory ? `${key}/` : key);
    const other = byKey.get(key);
    if (other === undefined) {
      byKey.set(key, plain);
    } else if (other !== plain) {
      add({
        code: "ZIP034",
        path: name,
        message: `the name is that of \`${shown(other)}\` where case, Unicode form or trailing dots don't count`,
        ...more,
      });
    }
  }
  checkCompatibility(byKey, add);
  const isFoldedFolder = foldersOf(keys);
  let isFolder: ((path: string) => boolean) | undefined;
  for (const [index, { name, directory }] of entries.entries()) {
    if (directory || !isFoldedFolder(keys[index] ?? "")) continue;
    isFolder ??= foldersOf(entries.map((entry) => entry.name));
    // The same without folding is ZIP038.
    if (isFolder(name)) continue;
    add({
      code: "ZIP034",
      path: name,
      message: "the file has the name of a folder where case or Unicode form don't count",
      ...more,
    });
  }
}

/** Names that differ in compatibility characters only, for example in full-width letters. */
function checkCompatibility(byKey: ReadonlyMap<string, string>, add: Add): void {
  const forms = new Map<string, string>();
  let budget = WIDE_BUDGET;
  for (const [key, name] of byKey) {
    if (ASCII_SIMPLE.test(key)) continue;
    const form = foldName(name.normalize("NFKC"));
    budget -= form.length;
    if (budget < 0) return;
    const similar = byKey.get(form) ?? forms.get(form);
    forms.set(form, name);
    if (similar === undefined || similar === name) continue;
    add({
      code: "ZIP034",
      path: name,
      message: `the name differs from \`${shown(similar)}\` in compatibility characters only`,
      level: "warning",
    });
  }
}

/** Equal for names that one directory of Windows or macOS can't hold together. */
export function foldName(name: string): string {
  // Upper case first: it folds `ß` and `ſ`, which have no other lower case.
  const folded = ASCII_SIMPLE.test(name)
    ? name.toLowerCase()
    : name.normalize("NFC").toUpperCase().toLowerCase().normalize("NFC");
  return TRAILED.test(folded) ? folded.split("/").map(trimDots).join("/") : folded;
}

function trimDots(component: string): string {
  let end = component.length;
  while (end > 0 && (component[end - 1] === "." || component[end - 1] === " ")) end--;
  return component.slice(0, end);
}
