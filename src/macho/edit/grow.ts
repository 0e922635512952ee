/**
 * Room for load commands where the header has none: everything behind it moves away by whole pages,
 * and whatever counts from the header or holds an address follows.
 *
 * Code and data keep their distances, so instructions stay as they are but for those that refer to
 * the header itself. What is not understood is refused.
 */
import { FormatError, RefusalError } from "../../errors.ts";
import { type Rewrite, rewriteOf, type Splice } from "../../rewrite.ts";
import { pageSizeOf } from "../arch.ts";
import { CPU_TYPE, LC, N, S, SECTION_TYPE } from "../constants.ts";
import {
  EncryptionInfoCommand,
  EntryPointCommand,
  LinkeditDataCommand,
  Nlist,
  SectionRecord,
  SegmentCommand,
} from "../layout.ts";
import { chainedSegments, walkChains } from "../read/chained-pointers.ts";
import type { MachoImage } from "../read/image.ts";
import { readUleb } from "../read/leb.ts";
import { type LinkeditPart, linkeditParts, movableParts } from "../read/linkedit-parts.ts";
import { walkRebases } from "../read/rebase.ts";
import { firstContent, type Section, type Segment } from "../read/segment.ts";
import { contentEnd, hasPayload } from "../read/trailing.ts";
import { headerUsesArm64, headerUsesX86, isCode } from "./grow-code.ts";
import { movedTrie, uleb } from "./grow-trie.ts";
import { shiftUnwindInfo } from "./grow-unwind.ts";
import { checkGrowable } from "./growable.ts";
import { moveParts } from "./move-parts.ts";
import { refuse } from "./refuse.ts";

interface Growth {
  readonly image: MachoImage;
  /** Where the first content was, from the header: what is before it stays. */
  readonly first: number;
  /** Bytes that come in between. */
  readonly shift: number;
  /** Address of the header. */
  readonly base: bigint;
}

/**
 * Over the slice. The result ends where a signature would begin, as after a strip.
 *
 * @param pages how many pages of the processor to insert.
 * @throws RefusalError when something in the file is not known to follow.
 */
export function growHeader(image: MachoImage, pages: number): Rewrite {
  const text = checkGrowable(image);
  if (hasPayload(image)) throw refuse("grow", "data follows what the load commands describe");
  const shift = pages * pageSizeOf(image.header.cputype);
  const first = firstContent(image.segments, image.source.size);
  const growth: Growth = { image, first, shift, base: text.vmaddr };
  try {
    const contents = [...codeSplices(growth), ...tableSplices(growth), ...pointerSplices(growth)];
    return assemble(growth, contents);
  } catch (error) {
    if (error instanceof FormatError) throw refuse("grow", error.message);
    throw error;
  }
}

/** The new distance from the header. */
function moved({ first, shift }: Growth, offset: number): number {
  return offset >= first ? offset + shift : offset;
}

function movedAddress(growth: Growth, address: bigint): bigint {
  const offset = address - growth.base;
  return offset >= BigInt(growth.first) ? address + BigInt(growth.shift) : address;
}

function patch(at: number, bytes: Uint8Array, what: string): Splice {
  return { at, remove: bytes.length, zeros: 0, bytes, what };
}

function contentOf({ image }: Growth, { offset, fileSize }: Section): Uint8Array {
  return image.source.read(offset, fileSize).slice();
}

function codeSplices(growth: Growth): readonly Splice[] {
  const { image, first, shift, base } = growth;
  const arm = image.header.cputype === CPU_TYPE.CPU_TYPE_ARM64;
  const splices: Splice[] = [];
  for (const section of image.segments.flatMap(({ sections }) => sections)) {
    if (!isCode(section) || section.fileSize === 0) continue;
    const bytes = contentOf(growth, section);
    const start = Number(section.addr - base);
    const uses = arm ? headerUsesArm64 : headerUsesX86;
    for (const { at, word } of uses({ bytes, start, header: first, shift })) {
      const four = new Uint8Array(4);
      new DataView(four.buffer).setUint32(0, word, true);
      splices.push(patch(section.offset + at, four, "reference to the header"));
    }
  }
  return splices;
}

/** Sections of offsets from the header. */
function tableSplices(growth: Growth): readonly Splice[] {
  const { image, shift } = growth;
  const splices: Splice[] = [];
  for (const section of image.segments.flatMap(({ sections }) => sections)) {
    const { name, segment, flags, fileSize, offset } = section;
    if (fileSize === 0) continue;
    if (segment === "__TEXT" && name === "__unwind_info") {
      const bytes = contentOf(growth, section);
      shiftUnwindInfo(bytes, shift);
      splices.push(patch(offset, bytes, name));
    } else if ((flags & SECTION_TYPE) === S.S_INIT_FUNC_OFFSETS) {
      const bytes = contentOf(growth, section);
      const view = new DataView(bytes.buffer);
      for (let at = 0; at + 4 <= bytes.length; at += 4) {
        view.setUint32(at, moved(growth, view.getUint32(at, true)), true);
      }
      splices.push(patch(offset, bytes, name));
    }
  }
  return splices;
}

/** Pointers in data, by opcodes or chains. */
function pointerSplices(growth: Growth): readonly Splice[] {
  const { image } = growth;
  const { segments, tables, source } = image;
  const loaded = new Map<number, Uint8Array>();
  const content = (index: number): Uint8Array => {
    const segment = segments[index];
    if (segment === undefined || segment.name === "__TEXT") {
      throw refuse("grow", "there are addresses to fix in `__TEXT`");
    }
    const bytes = loaded.get(index) ?? source.read(segment.fileoff, segment.filesize).slice();
    loaded.set(index, bytes);
    return bytes;
  };
  const chained = tables.data.get(LC.LC_DYLD_CHAINED_FIXUPS);
  if (chained !== undefined && chained.size > 0) {
    const table = source.read(chained.offset, chained.size);
    for (const each of chainedSegments(table, image.context)) {
      shiftChains(growth, content(each.segment), each);
    }
  } else if (tables.dyldInfo !== null) {
    const { rebase_off, rebase_size } = tables.dyldInfo;
    const table = rebase_size === 0 ? new Uint8Array() : source.read(rebase_off, rebase_size);
    shiftRebases(growth, table, content);
  }
  return [...loaded].map(([index, bytes]) =>
    patch(segments[index]?.fileoff ?? 0, bytes, segments[index]?.name ?? ""),
  );
}

function shiftChains(
  growth: Growth,
  bytes: Uint8Array,
  chains: Parameters<typeof walkChains>[1],
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  walkChains(bytes.slice(), chains, true, ({ at, value, target, targetMask, offset }) => {
    const now = offset ? BigInt(moved(growth, Number(target))) : movedAddress(growth, target);
    if (now > targetMask) throw refuse("grow", "an address does not fit in its pointer any more");
    view.setBigUint64(at, (value & ~targetMask) | now, true);
  });
}

function shiftRebases(
  growth: Growth,
  table: Uint8Array,
  content: (segment: number) => Uint8Array,
): void {
  const seen = new Set<number>();
  const sizes = growth.image.segments.map(({ filesize }) => filesize);
  walkRebases(table, 8, sizes, (segment, offset) => {
    const key = segment * 2 ** 40 + offset;
    if (seen.has(key)) throw refuse("grow", "an address is fixed twice");
    seen.add(key);
    const bytes = content(segment);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    view.setBigUint64(offset, movedAddress(growth, view.getBigUint64(offset, true)), true);
  });
}

/** New tables, by the names of {@link linkeditParts}. */
function linkeditContents(growth: Growth): ReadonlyMap<string, Uint8Array> {
  const { image, first, shift } = growth;
  const contents = new Map<string, Uint8Array>();
  for (const { name, offset, size } of linkeditParts(image)) {
    const bytes = (): Uint8Array => image.source.read(offset, size).slice();
    const view = (of: Uint8Array): DataView => new DataView(of.buffer, of.byteOffset, of.length);
    switch (name) {
      case "symbol table":
        contents.set(name, shiftSymbols(growth, bytes()));
        break;
      case "export trie":
        contents.set(
          name,
          movedTrie(bytes(), (address) => moved(growth, address)),
        );
        break;
      case "function starts": {
        const old = bytes();
        const reader = { bytes: old, position: 0 };
        const delta = readUleb(reader, name);
        if (delta < first) throw refuse("grow", "a function begins inside of the header");
        contents.set(name, joined(uleb(delta + shift), old.subarray(reader.position)));
        break;
      }
      case "data in code": {
        const entries = bytes();
        for (let at = 0; at + 8 <= entries.length; at += 8) {
          view(entries).setUint32(at, moved(growth, view(entries).getUint32(at, true)), true);
        }
        contents.set(name, entries);
        break;
      }
      case "chained fixups": {
        const table = bytes();
        for (const { offsetAt, segmentOffset } of chainedSegments(table, image.context)) {
          view(table).setBigUint64(offsetAt, segmentOffset + BigInt(shift), true);
        }
        contents.set(name, table);
      }
    }
  }
  return contents;
}

/** Padded to a multiple of 8, trailing zeros not counted. */
function joined(head: Uint8Array, tail: Uint8Array): Uint8Array {
  let end = tail.length;
  while (end > 0 && tail[end - 1] === 0) end--;
  const bytes = new Uint8Array(Math.ceil((head.length + end + 1) / 8) * 8);
  bytes.set(head);
  bytes.set(tail.subarray(0, end), head.length);
  return bytes;
}

function shiftSymbols(growth: Growth, bytes: Uint8Array): Uint8Array {
  const { context } = growth.image;
  const stride = Nlist.sizeOf(context.variant);
  for (let at = 0; at + stride <= bytes.length; at += stride) {
    const { n_type, n_sect, n_value } = Nlist.read(bytes, at, context);
    const placed = (n_type & N.N_STAB) === 0 ? (n_type & N.N_TYPE) === 0x0e : n_sect !== 0;
    if (!placed) continue;
    Nlist.set(bytes, at, context, { n_value: movedAddress(growth, n_value) });
  }
  return bytes;
}

function assemble(growth: Growth, splices: readonly Splice[]): Rewrite {
  const { image, first, shift } = growth;
  const { source, context, commandsEnd, tables, commands } = image;
  const header = source.read(0, commandsEnd).slice();
  const contents = linkeditContents(growth);
  const parts = movableParts(image);
  const view = new DataView(header.buffer);
  const place = (part: LinkeditPart, offset: number): void =>
    view.setUint32(part.command.at + part.field, offset + shift, true);
  const tail = moveParts(parts, contents, place, source.size, contentEnd(image));
  for (const segment of image.segments) shiftSegment(growth, segment, header, tail.end.now);
  for (const { name, command } of parts) {
    const size = contents.get(name)?.length;
    if (size !== undefined && command.cmd !== LC.LC_SYMTAB) {
      writeSize(header, command.at, command.cmd, size, growth);
    }
  }
  for (const command of commands) {
    const { cmd, at } = command;
    if (cmd === LC.LC_MAIN) {
      const { entryoff } = EntryPointCommand.read(command.bytes, 0, context);
      EntryPointCommand.set(header, at, context, { entryoff: entryoff + BigInt(shift) });
    } else if (cmd === LC.LC_ENCRYPTION_INFO_64) {
      const { cryptoff } = EncryptionInfoCommand.read(command.bytes, 0, context);
      EncryptionInfoCommand.set(header, at, context, { cryptoff: cryptoff + shift });
    }
  }
  const signature = tables.data.get(LC.LC_CODE_SIGNATURE);
  if (signature !== undefined) {
    const empty = { dataoff: tail.end.now + shift, datasize: 0 };
    LinkeditDataCommand.set(header, signature.command.at, context, empty);
  }
  return rewriteOf(
    source,
    [
      patch(0, header, "load commands"),
      { at: first, remove: 0, zeros: shift, bytes: new Uint8Array(), what: "header" },
      ...splices,
      ...tail.splices,
      {
        at: tail.end.old,
        remove: source.size - tail.end.old,
        zeros: 0,
        bytes: new Uint8Array(),
        what: "code signature",
      },
    ],
    [`the header grew by ${shift} bytes`],
  );
}

/** The size of a table that changed it. */
function writeSize(
  header: Uint8Array,
  at: number,
  cmd: number,
  size: number,
  { image }: Growth,
): void {
  const view = new DataView(header.buffer);
  if (cmd === LC.LC_DYLD_INFO || cmd === LC.LC_DYLD_INFO_ONLY) {
    // Only the last of the five tables, the export trie, can have another size.
    view.setUint32(at + 44, size, true);
  } else LinkeditDataCommand.set(header, at, image.context, { datasize: size });
}

function shiftSegment(
  { image, base, shift }: Growth,
  { name, command, vmaddr, vmsize, fileoff, filesize, sections }: Segment,
  header: Uint8Array,
  end: number,
): void {
  const { context } = image;
  // __PAGEZERO is before the header.
  if (vmaddr < base) return;
  for (const { at, addr, offset } of sections) {
    SectionRecord.set(header, at, context, {
      addr: addr + BigInt(shift),
      ...(offset === 0 ? {} : { offset: offset + shift }),
    });
  }
  const fields =
    vmaddr === base
      ? { vmsize: vmsize + BigInt(shift), filesize: filesize + shift }
      : { vmaddr: vmaddr + BigInt(shift), fileoff: fileoff === 0 ? 0 : fileoff + shift };
  SegmentCommand.set(header, command.at, context, fields);
  if (name !== "__LINKEDIT") return;
  const size = end - fileoff;
  const page = pageSizeOf(image.header.cputype);
  const rounded = BigInt(Math.ceil(size / page) * page);
  SegmentCommand.set(header, command.at, context, {
    filesize: size,
    vmsize: rounded > vmsize ? rounded : vmsize,
  });
}

/** True for the refusal that more room would undo. */
export function wantsRoom(error: unknown): error is RefusalError {
  return error instanceof RefusalError && error.code === "macho-header-room";
}
