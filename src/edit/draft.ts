/** A wheel in the making: members are renamed, replaced, added and removed, and RECORD follows. */
import { bytesEqual, compareText, printable } from "../bytes.ts";
import { RefusalError } from "../errors.ts";
import type { Compression, HashName } from "../runtime.ts";
import type { Source } from "../source.ts";
import type { WheelFilename } from "../wheel/filename.ts";
import { formatWheelFilename } from "../wheel/filename.ts";
import type { ZipEntry } from "../zip/entry.ts";
import { archiveOrder } from "./archive-order.ts";
import type { DraftMember, FinalMember, PackedContent } from "./draft-member.ts";
import { isTouched } from "./draft-member.ts";
import type { RecordContent } from "./record-edit.ts";
import { editRecord } from "./record-edit.ts";

/** What a draft needs of an open wheel. */
export interface DraftInput {
  readonly file: string;
  readonly source: Source;
  readonly compression: Compression;
  readonly entries: readonly ZipEntry[];
  read(path: string): Uint8Array | undefined;
}

export interface MemberChange {
  readonly what: "added" | "removed" | "changed" | "renamed";
  /** New path; for what was removed the old one. */
  readonly path: string;
  readonly from?: string;
  /** Bytes before and after, unpacked. */
  readonly before?: number;
  readonly after?: number;
}

export class Draft {
  readonly input: DraftInput;
  /** Changes of the file name are made here. */
  name: WheelFilename;
  distInfo: string;
  readonly #members: Set<DraftMember>;
  readonly #byPath = new Map<string, DraftMember>();
  readonly #removed: DraftMember[] = [];
  readonly #removedNames = new Set<string>();
  /** What RECORD should say of members that stay, by their old paths. */
  readonly #restated = new Map<string, RecordContent>();
  #recordIsWrong = false;

  constructor(input: DraftInput, name: WheelFilename, distInfo: string) {
    this.input = input;
    this.name = name;
    this.distInfo = distInfo;
    this.#members = new Set(
      input.entries.map((entry) => ({
        path: entry.name,
        entry,
        bytes: undefined,
        content: undefined,
        mode: undefined,
      })),
    );
    for (const member of this.#members) this.#byPath.set(member.path, member);
  }

  get file(): string {
    return formatWheelFilename(this.name);
  }

  /** Present paths, in the archive's order. */
  paths(): readonly string[] {
    return [...this.#members].map(({ path }) => path);
  }

  has(path: string): boolean {
    return this.#byPath.has(path);
  }

  /** Content as it is now; `undefined` where there is no such member or it can't be read. */
  read(path: string): Uint8Array | undefined {
    const member = this.#byPath.get(path);
    if (member === undefined) return undefined;
    return member.bytes ?? (member.entry && this.input.read(member.entry.name));
  }

  /** Content before any edit of what is at `path` now. */
  original(path: string): Uint8Array | undefined {
    const entry = this.#byPath.get(path)?.entry;
    return entry && this.input.read(entry.name);
  }

  /** @throws RefusalError when the member is missing or damaged. */
  need(path: string, code: string): Uint8Array {
    const bytes = this.read(path);
    if (bytes !== undefined) return bytes;
    throw new RefusalError(
      code,
      `\`${printable(path)}\` is missing or can't be read`,
      "run `wheelkit audit` to see what is wrong with the wheel",
    );
  }

  /** METADATA, to change fields of it. @throws RefusalError when that can't be done. */
  needMetadata(): Uint8Array {
    const bytes = this.need(`${this.distInfo}/METADATA`, "MET001");
    if (bytes[0] !== 0xef || bytes[1] !== 0xbb || bytes[2] !== 0xbf) return bytes;
    throw new RefusalError(
      "MET001",
      "METADATA begins with a byte order mark, so that readers find no field in it",
      "build the wheel again, with METADATA as plain UTF-8",
    );
  }

  /** Replaces or adds a member. */
  write(path: string, bytes: Uint8Array, mode?: number): void {
    const member = this.#byPath.get(path);
    if (member === undefined) {
      const added = { path, entry: undefined, bytes, content: undefined, mode };
      this.#members.add(added);
      this.#byPath.set(path, added);
      return;
    }
    const before = this.read(path);
    if (before !== undefined && bytesEqual(before, bytes)) return;
    member.bytes = bytes;
    if (mode !== undefined) member.mode = mode;
  }

  /** Replaces or adds a member whose new content is compressed already; it can't be read back. */
  place(path: string, content: PackedContent, mode?: number): void {
    const member = this.#byPath.get(path);
    if (member !== undefined) {
      member.content = content;
      if (mode !== undefined) member.mode = mode;
      return;
    }
    const added = { path, entry: undefined, bytes: undefined, content, mode };
    this.#members.add(added);
    this.#byPath.set(path, added);
  }

  /** Gives a member another mode, unless it has a new one already. */
  setMode(path: string, mode: number): void {
    const member = this.#byPath.get(path);
    if (member !== undefined) member.mode ??= mode;
  }

  remove(path: string): void {
    const member = this.#byPath.get(path);
    if (member === undefined) return;
    this.#byPath.delete(path);
    this.#members.delete(member);
    this.#removed.push(member);
    if (member.entry !== undefined) this.#removedNames.add(member.entry.name);
  }

  /** Gives a member another path; its content stays. */
  rename(from: string, to: string): void {
    const member = this.#byPath.get(from);
    if (member === undefined) return;
    if (this.#byPath.has(to)) {
      throw new RefusalError("ZIP008", `the wheel has \`${printable(to)}\` already`);
    }
    this.#byPath.delete(from);
    member.path = to;
    this.#byPath.set(to, member);
  }

  /** Moves everything below folders at the root. @param moves old names to new ones. */
  renameFolders(moves: ReadonlyMap<string, string>): void {
    const moved: DraftMember[] = [];
    for (const member of this.#members) {
      const slash = member.path.indexOf("/");
      const to = slash === -1 ? undefined : moves.get(member.path.slice(0, slash));
      if (to === undefined) continue;
      this.#byPath.delete(member.path);
      member.path = to + member.path.slice(slash);
      moved.push(member);
    }
    for (const member of moved) {
      if (this.#byPath.has(member.path)) {
        throw new RefusalError("ZIP008", `the wheel has \`${printable(member.path)}\` already`);
      }
      this.#byPath.set(member.path, member);
    }
    this.distInfo = moves.get(this.distInfo) ?? this.distInfo;
  }

  /** The member of the input that is at `path` now. */
  entryAt(path: string): ZipEntry | undefined {
    return this.#byPath.get(path)?.entry;
  }

  /** True when the member of the input that was at `path` is taken out. */
  removes(path: string): boolean {
    return this.#removedNames.has(path);
  }

  /** What RECORD is to say of a member that stays. @param path its path in the input. */
  restate(path: string, content: RecordContent): void {
    this.#restated.set(path, content);
    this.#recordIsWrong = true;
  }

  /** RECORD is written again even if nothing else changes. */
  restateRecord(): void {
    this.#recordIsWrong = true;
  }

  get restatesRecord(): boolean {
    return this.#recordIsWrong;
  }

  changed(): boolean {
    return (
      this.#recordIsWrong ||
      this.#removed.some(({ entry }) => entry !== undefined) ||
      this.file !== this.input.file ||
      [...this.#members].some((member) => isTouched(member))
    );
  }

  /** True when a member that lies before `offset` in the input is anything but kept. */
  touchesBefore(offset: number): boolean {
    const touched = [...[...this.#members].filter(isTouched), ...this.#removed];
    return touched.some(({ entry }) => entry !== undefined && entry.headerOffset < offset);
  }

  /**
   * Rebuilds RECORD where anything changed, or in any case.
   *
   * @returns what the user should know of it.
   */
  finish(always: boolean = false): readonly string[] {
    return always || this.changed() ? this.#updateRecord() : [];
  }

  /** In the order in which they will lie in the archive. */
  members(): FinalMember[] {
    return archiveOrder([...this.#members], this.distInfo);
  }

  #updateRecord(): readonly string[] {
    const record = `${this.distInfo}/RECORD`;
    // A RECORD that is not there is written; one that can't be read is nothing to write over.
    const bytes =
      this.#recordIsWrong && !this.has(record) ? new Uint8Array() : this.need(record, "REC001");
    const notes: string[] = [];
    for (const signature of [`${record}.jws`, `${record}.p7s`]) {
      if (!this.has(signature)) continue;
      this.remove(signature);
      notes.push(
        `\`${printable(signature)}\` is left out: the signature of RECORD is not valid for the edited wheel`,
      );
    }
    const { compression } = this.input;
    const renamed = new Map<string, string>();
    const contents = new Map<string, RecordContent>();
    const files = new Set<string>([record]);
    for (const member of this.#members) {
      const { path, entry } = member;
      if (entry?.directory === true) continue;
      files.add(path);
      if (entry !== undefined && entry.name !== path) renamed.set(entry.name, path);
      const content =
        recordContent(member, compression) ?? (entry && this.#restated.get(entry.name));
      if (content !== undefined && path !== record) contents.set(path, content);
    }
    this.write(record, editRecord(bytes, { renamed, files, contents, record }));
    return notes;
  }

  changes(): readonly MemberChange[] {
    const changes: MemberChange[] = [];
    for (const { path, entry, bytes, content } of this.#members) {
      const size = bytes?.length ?? content?.packed.size;
      const from = entry !== undefined && entry.name !== path ? { from: entry.name } : {};
      if (entry === undefined) {
        changes.push({ what: "added", path, after: size ?? 0 });
      } else if (size !== undefined) {
        changes.push({ what: "changed", path, ...from, before: entry.size, after: size });
      } else if (entry.name !== path && !entry.directory) {
        changes.push({ what: "renamed", path, ...from });
      }
    }
    for (const { path, entry } of this.#removed) {
      if (entry !== undefined && !this.has(path)) {
        changes.push({ what: "removed", path: entry.name, before: entry.size });
      }
    }
    return changes.sort((a, b) => compareText(a.path, b.path));
  }
}

function recordContent(
  { bytes, content }: DraftMember,
  compression: Compression,
): RecordContent | undefined {
  if (content !== undefined) {
    const { sha256, packed } = content;
    return {
      size: packed.size,
      digest: (algorithm) => (algorithm === "sha256" ? sha256 : undefined),
    };
  }
  if (bytes === undefined) return undefined;
  return {
    size: bytes.length,
    digest(algorithm: HashName) {
      const hasher = compression.hasher(algorithm);
      hasher.update(bytes);
      return hasher.digest();
    },
  };
}
