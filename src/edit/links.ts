/**
 * Edits of the LINKS record: every one reads what is there, changes it, and writes the whole file in
 * the order of PEP 778's text. The rules are checked with those of the whole wheel, afterwards.
 */
import { decodeUtf8, printable } from "../bytes.ts";
import { RefusalError } from "../errors.ts";
import { folderOf, resolvePath } from "../paths.ts";
import { encodeBase64Url } from "../wheel/base64.ts";
import type { Link } from "../wheel/links.ts";
import { formatLinks, parseLinks, resolveLinks } from "../wheel/links.ts";
import { decodeDigest, parseRecord, readRow } from "../wheel/record.ts";
import { listed } from "../wheel/text.ts";
import type { ZipEntry } from "../zip/entry.ts";
import { modeOf } from "../zip/writer.ts";
import type { Draft } from "./draft.ts";

const FILE_TYPE = 0o170000;
const SYMLINK = 0o120000;

/** Links that a message names. */
const LISTED = 8;

export interface LinkPair {
  readonly link: string;
  readonly target: string;
}

/** The links of the wheel as it is now. */
export function readLinks(draft: Draft): readonly Link[] {
  const bytes = draft.read(linksPath(draft));
  return bytes === undefined ? [] : parseLinks(bytes, (path) => draft.has(path)).links;
}

function writeLinks(draft: Draft, links: readonly Link[]): void {
  if (links.length === 0) draft.remove(linksPath(draft));
  else draft.write(linksPath(draft), formatLinks(links));
}

function linksPath(draft: Draft): string {
  return `${draft.distInfo}/LINKS`;
}

/**
 * Adds links. Where a link's path is a file of the wheel with the same bytes as the target, the copy
 * goes: that is what the link is for.
 *
 * @param hash also write the target's hash, as RECORD has it.
 * @param sameBytes compares two members of the input.
 */
export async function addLinks(
  draft: Draft,
  pairs: readonly LinkPair[],
  options: {
    readonly hash: boolean;
    sameBytes(a: ZipEntry, b: ZipEntry): Promise<boolean>;
  },
): Promise<void> {
  const links = new Map(readLinks(draft).map((link) => [link.link, link]));
  for (const { link, target } of pairs) {
    const known = links.get(link);
    if (known !== undefined && known.target !== target) {
      throw new RefusalError(
        "LKS001",
        `${shown(link)} is a link to ${shown(known.target)} already`,
        `remove it first: \`wheelkit links remove WHEEL ${link}\``,
      );
    }
    links.set(link, { link, target, line: 0 });
  }
  const all = [...links.values()];
  const resolved = resolveLinks(all);
  for (const { link } of pairs) {
    const target = resolved.get(link)?.target;
    if (target === undefined || !draft.has(link)) continue;
    const [own, other] = [entryOf(draft, link), entryOf(draft, target)];
    const same = own !== undefined && other !== undefined && (await options.sameBytes(own, other));
    if (!same) {
      throw new RefusalError(
        "LKS001",
        `${shown(link)} is a file of the wheel, with other bytes than ${shown(target)}`,
        "a link can only take the place of a copy of its target",
      );
    }
    draft.remove(link);
  }
  const hashes = options.hash ? recordHashes(draft) : undefined;
  writeLinks(
    draft,
    all.map((link) => {
      const hash = hashes?.get(resolved.get(link.link)?.target ?? "");
      return hash === undefined || link.hash !== undefined ? link : { ...link, hash };
    }),
  );
}

export function removeLinks(draft: Draft, paths: readonly string[]): void {
  const links = readLinks(draft);
  const present = new Set(links.map(({ link }) => link));
  const missing = paths.find((path) => !present.has(path));
  if (missing !== undefined) {
    throw new RefusalError(
      "EDT003",
      `the wheel has no link ${shown(missing)}`,
      links.length === 0 ? "it has none at all" : `it has ${listed([...present], LISTED)}`,
    );
  }
  const removed = new Set(paths);
  writeLinks(
    draft,
    links.filter(({ link }) => !removed.has(link)),
  );
}

/** Links that the wheel carries in other forms: symlink entries of the archive, wheel-axle's list. */
export function foreignLinks(draft: Draft): readonly LinkPair[] {
  const pairs: LinkPair[] = [];
  for (const entry of draft.input.entries) {
    if (!isSymlink(entry)) continue;
    const text = decodeUtf8(draft.input.read(entry.name) ?? new Uint8Array([0xff]));
    if (text === undefined) {
      throw new RefusalError("ZIP032", `the target of the link ${shown(entry.name)} can't be read`);
    }
    pairs.push(pairOf(entry.name, text));
  }
  const axle = draft.read(`${draft.distInfo}/symlinks.txt`);
  for (let at = 0; axle !== undefined && at < axle.length; ) {
    const row = readRow(axle, at);
    at = row.end;
    const [link, target, folder] = row.fields;
    if (link === undefined || target === undefined) continue;
    if (folder === "1") {
      throw new RefusalError(
        "LKS001",
        `\`symlinks.txt\` links the folder ${shown(link)}; LINKS has links to files only`,
      );
    }
    pairs.push(pairOf(link, target));
  }
  return pairs;
}

/** Takes the archive's symlink entries out: LINKS has them now. */
export function dropSymlinkEntries(draft: Draft): void {
  for (const entry of draft.input.entries) if (isSymlink(entry)) draft.remove(entry.name);
}

/** @param target relative to the folder of the link, as symbolic links have it. */
export function pairOf(link: string, target: string): LinkPair {
  const path = target.startsWith("/") ? undefined : resolvePath(folderOf(link), target);
  if (path === undefined || path === "") {
    throw new RefusalError(
      "LKS001",
      `${shown(link)} leads to ${shown(target)}, outside the wheel`,
      "ship the file in the wheel, or leave the link out",
    );
  }
  return { link, target: path };
}

/** Turns every link into a copy of its file, whose packed bytes are used again. */
export function materializeLinks(draft: Draft): readonly LinkPair[] {
  const links = readLinks(draft);
  const resolved = resolveLinks(links);
  const { rows } = parseRecord(draft.read(`${draft.distInfo}/RECORD`) ?? new Uint8Array());
  const record = new Map(rows.map((row) => [row.path, row]));
  const made: LinkPair[] = [];
  for (const { link } of links) {
    const target = resolved.get(link)?.target;
    const entry = target === undefined ? undefined : entryOf(draft, target);
    if (target === undefined || entry === undefined || draft.has(link)) {
      throw new RefusalError(
        "LKS001",
        `${shown(link)} can't be turned into a file`,
        "`wheelkit links check` says what is wrong with LINKS",
      );
    }
    const row = record.get(target);
    const known = row?.algorithm === "sha256" ? decodeDigest(row) : undefined;
    const { method, crc32, compressedSize, size } = entry;
    const data = { source: draft.input.source, start: entry.dataOffset, size: compressedSize };
    draft.place(
      link,
      {
        packed: { method, crc32, compressedSize, size, data },
        sha256: known?.ok === true ? known.bytes : sha256Of(draft, target),
      },
      modeOf(entry),
    );
    made.push({ link, target });
  }
  writeLinks(draft, []);
  return made;
}

/** Keeps LINKS true when a repair renames files: targets move along. */
export function renameLinkTargets(draft: Draft, renamed: ReadonlyMap<string, string>): void {
  const links = readLinks(draft);
  if (!links.some(({ target }) => renamed.has(target))) return;
  writeLinks(
    draft,
    links.map((link) => ({ ...link, target: renamed.get(link.target) ?? link.target })),
  );
}

/** Keeps the hashes in LINKS true for targets whose content changes: SHA-256 by path. */
export function rehashLinks(draft: Draft, digests: ReadonlyMap<string, Uint8Array>): void {
  const links = readLinks(draft);
  if (!links.some(({ hash }) => hash !== undefined)) return;
  const resolved = resolveLinks(links);
  writeLinks(
    draft,
    links.map((link) => {
      const digest = digests.get(resolved.get(link.link)?.target ?? "");
      return link.hash === undefined || digest === undefined
        ? link
        : { ...link, hash: `sha256=${encodeBase64Url(digest)}` };
    }),
  );
}

function isSymlink(entry: ZipEntry): boolean {
  return (modeOf(entry) & FILE_TYPE) === SYMLINK;
}

function entryOf(draft: Draft, path: string): ZipEntry | undefined {
  return draft.entryAt(path);
}

function recordHashes(draft: Draft): ReadonlyMap<string, string> {
  const { rows } = parseRecord(draft.read(`${draft.distInfo}/RECORD`) ?? new Uint8Array());
  return new Map(
    rows.flatMap(({ path, algorithm, digest }) =>
      digest === "" ? [] : [[path, `${algorithm}=${digest}`] as const],
    ),
  );
}

function sha256Of(draft: Draft, path: string): Uint8Array {
  const hasher = draft.input.compression.hasher("sha256");
  hasher.update(draft.need(path, "LKS001"));
  return hasher.digest();
}

function shown(path: string): string {
  return `\`${printable(path)}\``;
}
