/** Planning, applying and proving an edit of bytes in memory. */

import type { ElfEdit } from "../../src/elf/edit/types.ts";
import type { ElfRewrite } from "../../src/elf/expectation.ts";
import { type ElfImage, parseElf } from "../../src/elf/read/image.ts";
import { applyRewrite } from "../../src/rewrite.ts";
import { memorySource } from "../../src/source.ts";
import { edit, verify } from "./elf.ts";

export interface Edited {
  readonly bytes: Uint8Array;
  readonly rewrite: ElfRewrite;
  readonly image: ElfImage;
  /** What the verifier says; empty when the result is sound. */
  readonly faults: readonly string[];
}

export function editBytes(bytes: Uint8Array, edits: readonly ElfEdit[]): Edited {
  const source = memorySource(bytes);
  const rewrite = edit(parseElf(source), edits);
  const result = new Uint8Array(Buffer.concat([...applyRewrite(source, rewrite)]));
  const after = memorySource(result);
  const faults = verify(source, after, rewrite, { content: true });
  return { bytes: result, rewrite, image: parseElf(after), faults };
}

/** What the dynamic section says, tags as numbers and names in place of offsets. */
export function dynamicOf(image: ElfImage): readonly (readonly [tag: number, value: string])[] {
  return (image.dynamic?.entries ?? []).map(({ d_tag, d_val }) => {
    const named = [1, 14, 15, 29, 0x6ffffefc, 0x7ffffffd, 0x7fffffff].includes(d_tag);
    return [d_tag, named ? (image.strings.text(Number(d_val)) ?? "") : String(d_val)] as const;
  });
}

/** The names of one tag, in order. */
export function namesOf(image: ElfImage, tag: number): readonly string[] {
  return dynamicOf(image).flatMap(([d_tag, value]) => (d_tag === tag ? [value] : []));
}
