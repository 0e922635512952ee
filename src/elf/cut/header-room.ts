/**
 * Room for one more program header behind the table, which stays where it is: on the first page,
 * where `strip` and old kernels look for it.
 *
 * Tables of the loader that are in the way move into the room that the cut frees.
 */
import {
  composeRewrites,
  emptyRewrite,
  type Rewrite,
  rewriteOf,
  rewrittenSource,
} from "../../rewrite.ts";
import { planTarget } from "../edit/dynamic.ts";
import { emit } from "../edit/emit.ts";
import { draftOf, growInPlace, headersCell } from "../edit/make-room.ts";
import { readLayout } from "../edit/movable.ts";
import { emptyRoles } from "../edit/placement.ts";
import { ElfPhdr } from "../layout.ts";
import type { ElfImage } from "../read/image.ts";
import { type Linkage, readLinkage } from "../read/linkage.ts";
import type { Segment } from "../read/segments.ts";
import { refuse } from "../refuse.ts";
import { verifyElfRewrite } from "../verify/edit.ts";
import { hasRoomBehind, spareHeader } from "./spare-header.ts";

/** Bytes of the file that nothing uses any more, and that a load segment maps. */
export interface FreedRange {
  readonly load: Segment;
  /** File offsets inside of `load`. */
  readonly start: number;
  readonly end: number;
}

/**
 * Plans room for one more header; unchanged when there is room, or a header to spare.
 *
 * @throws RefusalError when no room can be made.
 */
export function planHeaderRoom(image: ElfImage, freed: FreedRange): Rewrite {
  const { source } = image;
  if (spareHeader(image, freed.load) !== undefined || hasRoomBehind(image))
    return emptyRewrite(source.size);
  const model = readLinkage(image);
  const layout = readLayout(withHole(model, freed));
  const draft = draftOf(layout);
  const cell = headersCell(draft);
  const stride = ElfPhdr.sizeOf(image.context.variant);
  if (cell === undefined || !growInPlace(draft, cell, stride, ["gap"])) {
    throw refuse("no-room", "the program headers have no room for one more");
  }
  const { entries, expect } = planTarget(model, []);
  const rewrite = emit(
    withHole(model, freed),
    layout,
    draft,
    emptyRoles(),
    {
      entries,
      slots: model.dynamic.slots,
      stringSize: model.strings.size,
      strings: { patches: [], appended: new Uint8Array(0) },
      files: [],
      orderVersions: false,
      clearStack: false,
    },
    [],
  );
  const whole = wholeAgain(rewrite, image, freed);
  const result = { ...whole, rung: "padding", expect } as const;
  const [fault] = verifyElfRewrite(source, rewrittenSource(source, result), result);
  if (fault !== undefined) throw refuse("verify", `the file would be wrong: ${fault}`);
  return result;
}

/** The file as if the load segment ended at the freed range and another began behind it. */
function withHole(model: Linkage, { load, start, end }: FreedRange): Linkage {
  const before: Segment = {
    ...load,
    p_filesz: start - load.p_offset,
    p_memsz: BigInt(start - load.p_offset),
  };
  const after: Segment = {
    ...load,
    index: -1,
    p_offset: end,
    p_vaddr: load.p_vaddr + BigInt(end - load.p_offset),
    p_filesz: load.p_offset + load.p_filesz - end,
    p_memsz: load.p_memsz - BigInt(end - load.p_offset),
  };
  const split = (list: readonly Segment[]): Segment[] =>
    list.flatMap((each) => {
      if (each.index !== load.index) return [each];
      return after.p_filesz > 0 ? [before, after] : [before];
    });
  return {
    ...model,
    loads: split(model.loads),
    segments: model.segments.map((each) => (each.index === load.index ? before : each)),
  };
}

/** The header of the segment says again how long it is: the room was inside of it. */
function wholeAgain(
  rewrite: Rewrite,
  { source, context }: ElfImage,
  { load }: FreedRange,
): Rewrite {
  const now = rewrittenSource(source, rewrite);
  const bytes = new Uint8Array(now.read(load.at, ElfPhdr.sizeOf(context.variant)));
  const { p_filesz, p_memsz } = load;
  ElfPhdr.set(bytes, 0, context, { p_filesz, p_memsz });
  const splice = { at: load.at, remove: bytes.length, zeros: 0, bytes, what: "program headers" };
  return composeRewrites(rewrite, rewriteOf(now, [splice]));
}
