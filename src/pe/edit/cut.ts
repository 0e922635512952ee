/**
 * Cutting out of a file what is left of a section whose content was packed to its front.
 *
 * The section keeps its addresses: what leaves the file is zeros in memory, so nothing else moves.
 */
import type { NativeEdit } from "../../native-edit.ts";
import { alignUp } from "../align.ts";
import { sectionName } from "../read/coff-symbols.ts";
import { pointersInto } from "../read/pointers.ts";
import type { Section } from "../read/section.ts";
import { refuse } from "../refuse.ts";
import type { Draft } from "./draft.ts";

export type CutEdit = Extract<NativeEdit, { readonly kind: "cut" }>;

/** @throws RefusalError (`pe-cut`) when not everything that leads into the section can be changed. */
export function cutSections(draft: Draft, cuts: readonly CutEdit[]): void {
  for (const edit of cuts) cutSection(draft, edit);
}

function cutSection(draft: Draft, edit: CutEdit): void {
  const { image, windows, writes } = draft;
  const { overlay, header } = image;
  const section = sectionToCut(draft, edit);
  const row = draft.rows.find(({ from }) => from === section);
  if (row === undefined) throw refuse("cut", `section \`${edit.region}\` is left out already`);
  const targets = new Map(edit.moved.map(({ from, to }) => [from, to]));
  const wide = header.context.variant === "pe32plus";
  for (const { at, target } of pointersInto(image, section)) {
    const to = targets.get(target);
    if (to === undefined) {
      throw refuse(
        "cut",
        `a pointer leads into \`${edit.region}\` to where nothing is known to begin`,
      );
    }
    const bytes = new Uint8Array(8);
    const address = windows.ImageBase + BigInt(section.VirtualAddress + to);
    new DataView(bytes.buffer).setBigUint64(0, address, true);
    writes.put(at, wide ? bytes : bytes.subarray(0, 4), "pointer");
  }
  const kept = alignUp(edit.size, windows.FileAlignment);
  const start = section.PointerToRawData;
  const whole = section.SizeOfRawData - kept;
  const removed = whole - (whole % windows.FileAlignment);
  if (removed <= 0) return;
  if (overlay.kind === "other") {
    throw refuse(
      "overlay",
      `${overlay.end - overlay.start} bytes after the last section would move`,
    );
  }
  writes.put(start + edit.size, new Uint8Array(kept - edit.size), edit.region);
  draft.cuts.push({ start: start + kept, end: start + kept + removed });
  if (start + section.SizeOfRawData === draft.end) draft.end -= removed;
  row.VirtualSize = section.memory;
  row.SizeOfRawData -= removed;
  draft.notes.push(`${removed} bytes of \`${edit.region}\` left out`);
}

function sectionToCut({ image }: Draft, { region, size }: CutEdit): Section {
  const named = image.sections.filter(
    (section) => sectionName(image.source, section, image.coff) === region,
  );
  const [section] = named;
  if (section === undefined || named.length > 1) {
    throw refuse("cut", `there is not one section \`${region}\``);
  }
  if (size > section.SizeOfRawData) {
    throw refuse("cut", `section \`${region}\` has only ${section.SizeOfRawData} bytes`);
  }
  return section;
}
