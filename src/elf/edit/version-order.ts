/**
 * Version needs in the order of GNU ld: each library followed by its versions. lld writes all libraries
 * first, which loaders don't mind, but eu-elflint takes for a wrong offset to the next entry.
 */
import { ElfVernaux, ElfVerneed } from "../layout.ts";
import type { Linkage } from "../read/linkage.ts";

/** New vn_file values by file offset of their record. */
type Files = readonly { readonly at: number; readonly vn_file: number }[];

interface Patch {
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** The records with their new values, each where it is, or all in order. */
export function versionPatches(model: Linkage, files: Files, reorder: boolean): readonly Patch[] {
  const { source, header } = model;
  const { context } = header;
  const ordered = reorder ? orderedTable(model, files) : undefined;
  if (ordered !== undefined) return [ordered];
  return files.map(({ at, vn_file }) => {
    const bytes = new Uint8Array(source.read(at, ElfVerneed.sizeOf(context.variant)));
    ElfVerneed.set(bytes, 0, context, { vn_file });
    return { at, bytes };
  });
}

/** `undefined` where they are in order, or don't fill their table exactly. */
function orderedTable(
  { source, header, needed, verneedSize }: Linkage,
  files: Files,
): Patch | undefined {
  const { context } = header;
  const [needSize, auxSize] = [
    ElfVerneed.sizeOf(context.variant),
    ElfVernaux.sizeOf(context.variant),
  ];
  const start = needed[0]?.at;
  if (start === undefined) return undefined;
  const renamed = new Map(files.map(({ at, vn_file }) => [at, vn_file]));
  const places = new Set<number>();
  const bytes = new Uint8Array(verneedSize);
  let to = 0;
  let moved = false;
  for (const [index, need] of needed.entries()) {
    const { versions, vn_cnt, at } = need;
    const size = needSize + versions.length * auxSize;
    if (versions.length !== vn_cnt || vn_cnt === 0 || to + size > verneedSize) return undefined;
    const last = index === needed.length - 1;
    if (last !== (need.vn_next === 0)) return undefined;
    moved ||= at !== start + to;
    places.add(at);
    bytes.set(source.read(at, needSize), to);
    ElfVerneed.set(bytes, to, context, {
      vn_file: renamed.get(at) ?? need.vn_file,
      vn_aux: needSize,
      vn_next: last ? 0 : size,
    });
    to += needSize;
    for (const [place, aux] of versions.entries()) {
      const end = place === versions.length - 1;
      if (end !== (aux.vna_next === 0)) return undefined;
      moved ||= aux.at !== start + to;
      places.add(aux.at);
      bytes.set(source.read(aux.at, auxSize), to);
      ElfVernaux.set(bytes, to, context, { vna_next: end ? 0 : auxSize });
      to += auxSize;
    }
  }
  const records = (to - needed.length * needSize) / auxSize + needed.length;
  const whole = to === verneedSize && places.size === records && Math.min(...places) === start;
  return moved && whole ? { at: start, bytes } : undefined;
}
