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
import {
  EncryptionInfoCommand,
  EntryPointCommand,
  LinkeditDataCommand,
} from "../command-layout.ts";
import { LC } from "../constants.ts";
import { SectionRecord, SegmentCommand } from "../layout.ts";
import type { MachoImage } from "../read/image.ts";
import { type LinkeditPart, movableParts } from "../read/linkedit-parts.ts";
import { firstContent, type Segment } from "../read/segment.ts";
import { contentEnd, hasPayload } from "../read/trailing.ts";
import { codeSplices, pointerSplices, tableSplices } from "./grow-content.ts";
import { linkeditContents } from "./grow-linkedit.ts";
import { checkGrowable } from "./growable.ts";
import { type Growth, patch } from "./growth.ts";
import { moveParts } from "./move-parts.ts";
import { refuse } from "./refuse.ts";

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
  if (first < image.commandsEnd) {
    throw refuse("layout", "a section begins in the load commands");
  }
  const growth: Growth = { image, first, shift, base: text.vmaddr };
  try {
    const contents = [...codeSplices(growth), ...tableSplices(growth), ...pointerSplices(growth)];
    if (contents.some(({ at }) => at < image.commandsEnd)) {
      throw refuse("layout", "what has to follow lies in the load commands");
    }
    return assemble(growth, contents);
  } catch (error) {
    if (error instanceof FormatError) throw refuse("grow", error.message);
    throw error;
  }
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
      if (entryoff > source.size) throw refuse("layout", "the entry point is outside of the file");
      EntryPointCommand.set(header, at, context, { entryoff: entryoff + BigInt(shift) });
    } else if (cmd === LC.LC_ENCRYPTION_INFO_64) {
      const { cryptoff } = EncryptionInfoCommand.read(command.bytes, 0, context);
      if (cryptoff > source.size)
        throw refuse("layout", "what is encrypted is outside of the file");
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
