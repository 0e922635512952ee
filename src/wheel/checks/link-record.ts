/** LKS001-LKS005: what PEP 778 and the packaging summit ask of links in wheels. */
import { isPlainAscii, printable } from "../../bytes.ts";
import type { Problem } from "../../finding.ts";
import { foldersOf } from "../folders.ts";
import type { Link } from "../links.ts";
import { packageOf, parseLinks, resolveLinks } from "../links.ts";
import type { LinkCode } from "../rules/links.ts";

export interface LinksContext {
  /** Path of LINKS, for the problems. */
  readonly path: string;
  readonly members: readonly {
    readonly name: string;
    /** Neither a directory nor a link of the archive. */
    readonly regular: boolean;
  }[];
  /** Of the WHEEL file. */
  readonly wheelVersion?: { readonly major: number; readonly minor: number };
  /** The tags let the wheel be installed there. */
  readonly windows: boolean;
  readonly macos: boolean;
  /** `sha256=…` that RECORD has for a path. */
  hashOf(path: string): string | undefined;
}

export interface CheckedLinks {
  readonly links: readonly Link[];
  readonly problems: readonly Problem<LinkCode>[];
}

/** Longest way from a link to its file: `libfoo.so`, `libfoo.so.1`, `libfoo.so.1.2` is one of two. */
export const MAX_CHAIN = 4;

const RESERVED =
  /(?:^|\/)(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[1-9\u00b9\u00b2\u00b3]) *(?:\.[^/]*)?(?:\/|$)/i;
const UNSTORABLE = /[<>:"|?*\\]|[. ](?:\/|$)/;

export function checkLinkRecord(bytes: Uint8Array, context: LinksContext): CheckedLinks {
  const files = new Set<string>();
  const odd = new Set<string>();
  const folders = new Set(foldersOf(context.members.map(({ name }) => name)));
  for (const { name, regular } of context.members) {
    if (name.endsWith("/")) folders.add(name.slice(0, -1));
    else if (regular) files.add(name);
    else odd.add(name);
  }
  const packages = new Set(
    context.members.flatMap(({ name }) =>
      name.includes("/") ? name.slice(0, name.indexOf("/")) : [],
    ),
  );
  const { links, problems: parsed } = parseLinks(bytes, (path) => files.has(path));
  const problems: Problem<LinkCode>[] = parsed.map((problem) => ({
    path: context.path,
    ...problem,
  }));
  const add = (code: LinkCode, link: Link, message: string): void => {
    const at = { record: "LINKS", value: `line ${link.line}` };
    problems.push({ code, path: context.path, message, at });
  };
  const byLink = new Map<string, Link>();
  const safe: Link[] = [];
  for (const link of links) {
    const unsafe = unsafePath(link.link) ?? unsafePath(link.target);
    if (unsafe !== undefined) {
      add("LKS001", link, unsafe);
      continue;
    }
    const known = byLink.get(link.link);
    if (known !== undefined) {
      add("LKS001", link, `${shown(link.link)} is listed in lines ${known.line} and ${link.line}`);
      continue;
    }
    byLink.set(link.link, link);
    safe.push(link);
  }
  const resolved = resolveLinks(safe);
  for (const link of safe) {
    const place = misplaced(link, { files, odd, folders, packages, byLink });
    if (place !== undefined) add("LKS001", link, place);
    const { target, length } = resolved.get(link.link) ?? { target: link.target, length: 1 };
    if (target === undefined) {
      add("LKS001", link, `${shown(link.link)} leads in a circle`);
    } else if (!files.has(target)) {
      const why = folders.has(target)
        ? "which is a folder; links stand for files only"
        : odd.has(target)
          ? "which is not a regular file"
          : "which is not in the wheel";
      add("LKS001", link, `${shown(link.link)} leads to ${shown(target)}, ${why}`);
    } else if (length > MAX_CHAIN) {
      add(
        "LKS001",
        link,
        `${shown(link.link)} leads to its file by ${length} links; ${MAX_CHAIN} are the limit`,
      );
    } else if (link.hash !== undefined) {
      const real = context.hashOf(target);
      if (real !== undefined && real !== link.hash) {
        add(
          "LKS005",
          link,
          `${shown(link.link)} asks for ${shown(link.hash)}, its target has ${shown(real)}`,
        );
      }
    }
  }
  checkSystems(safe, files, context, add);
  if (links.length > 0 && context.wheelVersion !== undefined && context.wheelVersion.major < 2) {
    const { major, minor } = context.wheelVersion;
    problems.push({
      code: "LKS002",
      path: context.path,
      message: `the wheel has ${links.length} link${links.length === 1 ? "" : "s"} and Wheel-Version ${major}.${minor}, so installers of today make none`,
    });
  }
  return { links, problems };
}

interface Members {
  readonly files: ReadonlySet<string>;
  readonly odd: ReadonlySet<string>;
  readonly folders: ReadonlySet<string>;
  /** The folders at the root. */
  readonly packages: ReadonlySet<string>;
  readonly byLink: ReadonlyMap<string, Link>;
}

/** What is wrong with the place of a link, whatever it leads to. */
function misplaced({ link, target }: Link, members: Members): string | undefined {
  if (members.files.has(link) || members.odd.has(link)) {
    return `${shown(link)} is a file of the wheel; a link would take its place`;
  }
  if (members.folders.has(link)) {
    return `${shown(link)} is a folder of the wheel; its files would be written through the link`;
  }
  const own = packageOf(link);
  if (own === undefined || !members.packages.has(own)) {
    return `${shown(link)} lies in no package of the wheel`;
  }
  if (target.split("/")[0] !== own) {
    return `${shown(link)} leads to ${shown(target)}, in another package`;
  }
  for (let at = link.indexOf("/"); at !== -1; at = link.indexOf("/", at + 1)) {
    const above = link.slice(0, at);
    if (members.byLink.has(above) || members.files.has(above)) {
      return `${shown(link)} lies below ${shown(above)}, which is ${members.files.has(above) ? "a file" : "a link itself"}`;
    }
  }
  return undefined;
}

function unsafePath(path: string): string | undefined {
  const parts = path.split("/");
  if (
    path.startsWith("/") ||
    path.includes("\\") ||
    /^[A-Za-z]:/.test(path) ||
    (!isPlainAscii(path) && /\p{C}/u.test(path)) ||
    parts.some((part) => part === "" || part === "." || part === "..")
  ) {
    return `${shown(path)} is not a path inside the wheel`;
  }
  return undefined;
}

/** LKS004. */
function checkSystems(
  links: readonly Link[],
  files: ReadonlySet<string>,
  { windows, macos }: LinksContext,
  add: (code: LinkCode, link: Link, message: string) => void,
): void {
  if (!windows && !macos) return;
  const names = new Map<string, string>();
  for (const name of files) names.set(foldName(name), name);
  for (const link of links) {
    const key = foldName(link.link);
    const other = names.get(key);
    if (other !== undefined && other !== link.link) {
      add("LKS004", link, `${shown(link.link)} and ${shown(other)} differ in case only`);
    }
    names.set(key, link.link);
    if (!windows) continue;
    if (RESERVED.test(link.link)) {
      add("LKS004", link, `${shown(link.link)} has the name of a device on Windows`);
    } else if (UNSTORABLE.test(link.link)) {
      add("LKS004", link, `${shown(link.link)} can't be a name on Windows`);
    }
  }
  const [first] = links;
  if (windows && first !== undefined) {
    add("LKS004", first, "the tags admit Windows, where an installer may have to copy the targets");
  }
}

function foldName(name: string): string {
  return name.normalize("NFC").toUpperCase().toLowerCase().normalize("NFC");
}

function shown(text: string): string {
  return `\`${printable(text.length > 120 ? `${text.slice(0, 120)}…` : text)}\``;
}
