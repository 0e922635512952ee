/** What may be asked of any native file, done to an ELF file in one transaction. */

import { FormatError, RefusalError } from "../../errors.ts";
import type { NativeRewrite } from "../../format.ts";
import { inOrder, type NativeEdit } from "../../native-edit.ts";
import type { Rewrite } from "../../rewrite.ts";
import { composeRewrites, isUnchanged, rewrittenSource } from "../../rewrite.ts";
import type { Source } from "../../source.ts";
import { planCut } from "../cut/cut.ts";
import type { ElfImage } from "../read/image.ts";
import { parseElf } from "../read/image.ts";
import { refuse } from "../refuse.ts";
import { trimFiller } from "../strip/filler.ts";
import { orderHeaders } from "../strip/header-order.ts";
import { droppedSections } from "../strip/sections.ts";
import { isLinked, stripElf } from "../strip/strip.ts";
import { planElfEdit } from "./plan.ts";
import type { ElfEdit } from "./types.ts";

type StripEdit = Extract<NativeEdit, { readonly kind: "strip" }>;

/**
 * Cuts and strips first, then changes names and paths of what is left.
 *
 * @throws RefusalError (`elf-…`) when it can't be done safely, FormatError when the file is damaged.
 */
export function rewriteElf(source: Source, edits: readonly NativeEdit[]): NativeRewrite {
  let done: Rewrite | undefined;
  const warnings: string[] = [];
  const now = (): Source => (done === undefined ? source : rewrittenSource(source, done));
  const then = (next: Rewrite | undefined): void => {
    if (next === undefined || isUnchanged(next)) return;
    done = done === undefined ? next : composeRewrites(done, next);
  };
  for (const edit of edits) {
    if (edit.kind !== "cut") continue;
    const plan = planCut(parseElf(now()), edit);
    then(plan.rewrite);
    warnings.push(...plan.warnings);
  }
  const strip = edits.find((edit) => edit.kind === "strip");
  if (strip !== undefined) {
    const { first, warnings: reasons } = planStrip(now(), strip);
    then(first);
    warnings.push(...reasons);
  }
  // Whatever lost bytes must not be broken by who strips it next.
  if (done !== undefined) then(orderHeaders(parseElf(now())));
  const image = parseElf(now());
  const rewrite = planElfEdit(
    image,
    inOrder(edits).flatMap((edit) => elfEdits(edit, image)),
  );
  return { ...(done === undefined ? rewrite : composeRewrites(done, rewrite)), warnings };
}

function planStrip(
  source: Source,
  { level, optional }: StripEdit,
): { readonly first: Rewrite | undefined; readonly warnings: readonly string[] } {
  try {
    const image = parseElf(source);
    const plan = level === "all" ? stripFiller(image, level) : stripElf(image, level);
    if (!isUnchanged(plan)) return { first: plan, warnings: [] };
    // Its symbols and sections are what a linker goes by.
    const left = !isLinked(image) && droppedSections(image, "debug").size > 0;
    return { first: undefined, warnings: left ? ["was not stripped: it is an object file"] : [] };
  } catch (error) {
    const expected = error instanceof RefusalError || error instanceof FormatError;
    if (!expected || optional !== true) throw error;
    return { first: undefined, warnings: [`was not stripped: ${error.message}`] };
  }
}

/** Without the filler of earlier patchers, where that makes the file smaller. */
function stripFiller(image: ElfImage, level: StripEdit["level"]): Rewrite {
  const plain = stripElf(image, level);
  const trim = trimFiller(image);
  if (isUnchanged(trim)) return plain;
  const shorter = stripElf(parseElf(rewrittenSource(image.source, trim)), level);
  return shorter.size < plain.size ? composeRewrites(trim, shorter) : plain;
}

/** The same edit in the format's own words. */
function elfEdits(edit: NativeEdit, image: ElfImage): readonly ElfEdit[] {
  switch (edit.kind) {
    case "cut":
    case "strip":
      return [];
    case "keep-archs":
      if (edit.archs.includes(image.arch)) return [];
      throw refuse("archs", `an ELF file holds one architecture, and this is ${image.arch}`);
    case "set-id":
      return [{ kind: "set-soname", name: edit.id }];
    case "replace-dependency":
      return [{ kind: "replace-needed", from: edit.from, to: edit.to }];
    case "remove-dependency":
      return [{ kind: "remove-needed", name: edit.name }];
    case "add-dependency":
      return [{ kind: "add-needed", name: edit.name }];
    case "set-search-paths": {
      if (edit.paths.length === 0) return [{ kind: "remove-search-path" }];
      const path = edit.paths.join(":");
      return [{ kind: "set-search-path", tag: edit.as ?? "runpath", path }];
    }
    case "clear-executable-stack":
      return [{ kind: "set-execstack", executable: false }];
    case "clear-load-flags":
      throw refuse("unsupported", "only PE files have such flags");
    case "sign":
      throw refuse("unsupported", "no loader of ELF files asks for a signature");
  }
}
