/**
 * Where the members of a wheel lie once it is installed, as far as relative search paths care.
 *
 * Everything lives under a virtual prefix: `lib/python/site-packages` takes the wheel's root and the
 * `purelib` and `platlib` schemes, `bin` the scripts, `include` the headers, the prefix itself the
 * `data` scheme. The prefix begins with a character that no path in a file can hold.
 */
import { compareText } from "../bytes.ts";

/** Absolute paths that begin with this are inside the virtual installation. */
const PREFIX = "\0";
const SITE = `${PREFIX}/lib/python/site-packages`;
const SCHEMES: Readonly<Record<string, string>> = {
  purelib: SITE,
  platlib: SITE,
  scripts: `${PREFIX}/bin`,
  headers: `${PREFIX}/include`,
  data: PREFIX,
};
const DATA_MEMBER = /^[^/]+\.data\/([^/]+)\/(.+)$/;
/** Spellings of the site-packages folder that a path from `bin` may take. */
const SITE_SPELLING = /^\0\/lib(?:64)?\/python[0-9.]*t?\/(?:site|dist)-packages(?=\/|$)/;

export interface WheelLayout {
  /** The member at a virtual path. */
  member(path: string): string | undefined;
  /** The virtual path of a member. */
  installed(member: string): string;
  /** A virtual folder as messages name it: relative to the wheel's root, `bin` for scripts. */
  show(folder: string): string;
}

export function wheelLayout(members: ReadonlySet<string>): WheelLayout {
  const ofSchemes = new Map<string, string>();
  for (const member of members) {
    if (!member.includes(".data/")) continue;
    const path = installedPath(member);
    const other = ofSchemes.get(path);
    // Two members at one path are an error of the wheel; the choice only has to be the same always.
    if (other === undefined || compareText(member, other) < 0) ofSchemes.set(path, member);
  }
  return {
    member(path) {
      const plain = path.startsWith(`${SITE}/`) ? path.slice(SITE.length + 1) : undefined;
      return plain !== undefined && members.has(plain) ? plain : ofSchemes.get(path);
    },
    installed: installedPath,
    show: showFolder,
  };
}

/** The virtual path of a member. */
export function installedPath(member: string): string {
  const match = DATA_MEMBER.exec(member);
  const root = match === null ? undefined : SCHEMES[match[1] ?? ""];
  return root === undefined || match === null ? `${SITE}/${member}` : `${root}/${match[2] ?? ""}`;
}

/** A member's path below site-packages; that of members of other schemes stays as it is. */
export function pathInSite(member: string): string {
  return member.replace(/^[^/]+\.data\/(?:purelib|platlib)\//, "");
}

/** True for a path inside the virtual installation. */
export function isInstalled(path: string): boolean {
  return path.startsWith(PREFIX);
}

/** True for a virtual path that is not below site-packages. */
export function isOutsideSite(path: string): boolean {
  return path !== SITE && !path.startsWith(`${SITE}/`);
}

/** True for a member that is installed below site-packages. */
export function isSitePath(member: string): boolean {
  return !isOutsideSite(installedPath(member));
}

/** The path of such a member relative to site-packages. */
export function sitePath(member: string): string {
  return belowSite(installedPath(member));
}

/** The part after site-packages of a virtual path that is not outside it. */
export function belowSite(path: string): string {
  return path.slice(SITE.length + 1);
}

function showFolder(folder: string): string {
  if (!isInstalled(folder)) return folder;
  if (folder === SITE) return ".";
  if (folder.startsWith(`${SITE}/`)) return folder.slice(SITE.length + 1);
  return `../${folder === PREFIX ? "" : folder.slice(PREFIX.length + 1)}`;
}

export function parentFolder(path: string): string {
  const at = path.lastIndexOf("/");
  return at <= 0 ? "/" : path.slice(0, at);
}

/**
 * Resolves `.`, `..` and doubled slashes of an absolute path.
 *
 * @returns `undefined` when a path of the virtual installation climbs out of it: what lies there is
 *   not the wheel's.
 */
export function normalizePath(path: string): string | undefined {
  const virtual = isInstalled(path);
  const isPlain = !path.includes("//") && !path.includes("/.") && !path.endsWith("/");
  if (isPlain && path.startsWith("/", virtual ? PREFIX.length : 0)) {
    return virtual ? path.replace(SITE_SPELLING, SITE) : path;
  }
  const parts: string[] = [];
  for (const part of path.slice(virtual ? PREFIX.length : 0).split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined && virtual) return undefined;
  }
  if (!virtual) return `/${parts.join("/")}`;
  const joined = parts.length === 0 ? PREFIX : `${PREFIX}/${parts.join("/")}`;
  return joined.replace(SITE_SPELLING, SITE);
}
