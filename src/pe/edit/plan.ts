/** All edits of a PE file as one transaction: planned, put together, proved. */
import { RefusalError } from "../../errors.ts";
import type { NativeRewrite } from "../../format.ts";
import type { NativeEdit } from "../../native-edit.ts";
import { emptyRewrite, rewrittenSource } from "../../rewrite.ts";
import type { Source } from "../../source.ts";
import { archOf, hybridOf } from "../arch.ts";
import { dllKey } from "../dll-name.ts";
import type { PeHybrid } from "../facts/slice.ts";
import { forwardersOf } from "../read/exports.ts";
import { type PeImage, parsePe } from "../read/image.ts";
import { refuse } from "../refuse.ts";
import { stripDraft } from "../strip/strip.ts";
import { verifyPeRewrite } from "../verify/edit.ts";
import type { PeExpectation } from "../verify/expectation.ts";
import { unbind } from "./bound.ts";
import { cutSections } from "./cut.ts";
import { type Draft, draftOf } from "./draft.ts";
import { earlyTables, loadEarly } from "./early.ts";
import { emit } from "./emit.ts";
import { forwarderText, renameForwarders } from "./forwarders.ts";
import { clearLoadFlags } from "./load-flags.ts";
import { renameLibraries, renameSelf } from "./names.ts";
import { placeInSection } from "./new-section.ts";
import { placeInPadding } from "./padding.ts";
import { type Request, requestOf } from "./request.ts";
import { dropSignature } from "./signature.ts";
import type { Wish } from "./wish.ts";

/** @throws RefusalError when it can't be done, FormatError when the headers are damaged. */
export function rewritePe(source: Source, edits: readonly NativeEdit[]): NativeRewrite {
  const image = parsePe(source);
  const { Machine } = image.header.file;
  const hybrid = hybridOf(Machine, image.loadConfig());
  const request = requestOf(edits, archOf(Machine, hybrid));
  const draft = draftOf(image);
  strip(draft, request);
  cutSections(draft, request.cuts);
  let name: number | undefined;
  const libraries = renameLibraries(draft, request);
  const wishes = [
    ...libraries.wishes,
    ...renameSelf(draft, request.id, (rva) => {
      name = rva;
    }),
    ...renameForwarders(draft, request, () => name),
    ...loadEarly(draft, request, libraries.moved),
  ];
  const { warnings } = draft;
  if (libraries.renamed || request.early.size > 0 || request.clearsLoadFlags) clearLoadFlags(draft);
  if (draft.notes.length === 0) return { ...emptyRewrite(source.size), warnings };
  if (libraries.renamed || request.early.size > 0) unbind(draft);
  dropSignature(draft);
  place(draft, wishes, hybrid);
  const rewrite = emit(draft);
  const expect = expectationOf(image, request);
  const [fault] = verifyPeRewrite(source, rewrittenSource(source, rewrite), rewrite, { expect });
  if (fault !== undefined) throw refuse("verify", `the changed file would be wrong: ${fault}`);
  return { ...rewrite, warnings };
}

function strip(draft: Draft, { strip: wanted }: Request): void {
  if (wanted === undefined) return;
  try {
    stripDraft(draft, wanted.level);
  } catch (error) {
    if (!(wanted.optional && error instanceof RefusalError)) throw error;
    draft.warnings.push(`not stripped: ${error.message}`);
  }
}

function place(draft: Draft, wishes: readonly Wish[], hybrid: PeHybrid | null): void {
  if (wishes.length === 0) return;
  if (hybrid === "arm64x" || hybrid === "chpe-x86") {
    throw refuse(
      "hybrid",
      "the file has code for two machines, each with its own imports: names can only be written over",
      "use a name that is no longer than the old one",
    );
  }
  if (!placeInPadding(draft, wishes)) placeInSection(draft, wishes);
}

/** What the result must say, from the original and the request alone. */
function expectationOf(image: PeImage, request: Request): PeExpectation {
  const { renames, id, cuts } = request;
  const renamed = ({ library }: { readonly library: string }): string =>
    renames.get(dllKey(library)) ?? library;
  const exports = image.exports();
  const forwarders = exports === null ? [] : forwardersOf(exports, image.memory, image.problems);
  return {
    imports: [...image.imports(), ...earlyTables(image, request)].map(renamed),
    delayImports: image.delayImports().map(renamed),
    forwarders: forwarders.map(({ text }) => forwarderText(text, renames)),
    id: id ?? exports?.library ?? null,
    cuts,
  };
}
