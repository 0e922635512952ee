/**
 * The order of program headers that later tools count on. LLVM's take the first of several that begin
 * at one place for the outer one: when that is no load segment, what they write can't be loaded.
 */
import { emptyRewrite, type Rewrite, rewriteOf } from "../../rewrite.ts";
import { PT } from "../constants.ts";
import { ElfPhdr } from "../layout.ts";
import type { ElfImage } from "../read/image.ts";
import type { Segment } from "../read/segments.ts";

/** These stand before all load segments, and loaders ask for it. */
const FIRST: ReadonlySet<number> = new Set([PT.PT_PHDR, PT.PT_INTERP]);

/** Load segments come before what begins with them; their own order stays. */
export function orderHeaders(image: ElfImage): Rewrite {
  const { source, segments, context, ehdr } = image;
  const ordered: Segment[] = [];
  for (const segment of segments) {
    const before = segment.p_type === PT.PT_LOAD ? leading(ordered, segment) : ordered.length;
    ordered.splice(before, 0, segment);
  }
  if (ordered.every((segment, index) => segment === segments[index])) {
    return emptyRewrite(source.size);
  }
  const stride = ElfPhdr.sizeOf(context.variant);
  const bytes = new Uint8Array(ordered.length * stride);
  for (const [index, { at }] of ordered.entries())
    bytes.set(source.read(at, stride), index * stride);
  const patch = { at: ehdr.e_phoff, remove: bytes.length, zeros: 0, bytes };
  return rewriteOf(source, [{ ...patch, what: "program headers" }]);
}

/** Where the first of the headers stands that begin where the load segment does. */
function leading(ordered: readonly Segment[], { p_offset, p_filesz }: Segment): number {
  if (p_filesz === 0) return ordered.length;
  const last = ordered.findLastIndex(({ p_type }) => p_type === PT.PT_LOAD || FIRST.has(p_type));
  const found = ordered.findIndex(
    (each, index) => index > last && each.p_offset === p_offset && each.p_filesz > 0,
  );
  return found === -1 ? ordered.length : found;
}
