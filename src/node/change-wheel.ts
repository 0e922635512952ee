/** One wheel that is a file, repaired or edited into another file: what the commands and the library do. */
import { dirname, join } from "node:path";
import type { Engine } from "../audit/audit.ts";
import type { Edit } from "../edit/apply.ts";
import { applyEdits } from "../edit/apply.ts";
import { assemble, copyOf } from "../edit/assemble.ts";
import type { Workshop } from "../edit/workshop.ts";
import type { Finding } from "../finding.ts";
import type { Repair, RepairContext } from "../repair/repair.ts";
import { repairWheel } from "../repair/repair.ts";
import { verifyRepair } from "../repair/verify.ts";
import { repairReport } from "../report/repair.ts";
import type { MemberSpan } from "../runtime.ts";
import type { BlockIndex } from "../zip/deflate-scan.ts";
import { DEFLATED } from "../zip/layout.ts";
import { canonicalBuild } from "./canonical-build.ts";
import type { NodeEngine } from "./engine.ts";
import type { KeptMembers } from "./kept-members.ts";
import { keepMembers } from "./kept-members.ts";
import type { Revision, RewriteOptions, Rewritten } from "./rewrite-wheel.ts";
import { rewriteWheel } from "./rewrite-wheel.ts";
import type { WorkshopOptions } from "./workshop.ts";
import { createWorkshop } from "./workshop.ts";

/** What is the same for all wheels of a run. */
export interface RepairRun extends RepairContext {
  readonly engine: NodeEngine;
  /** Never in place: a repair keeps its input. */
  readonly write: RewriteOptions;
  readonly packing: Pick<WorkshopOptions, "level" | "splices" | "jobs">;
  /** Gives the result its reproducible form. */
  readonly canonical: boolean;
}

/** Compressed bytes whose blocks are looked up before it is known that they change. */
const MOST_EARLY = 256 << 20;

/** @throws RefusalError when the wheel can't be repaired; nothing was written then. */
export async function repairFile(path: string, run: RepairRun): Promise<Rewritten> {
  const { engine, settings, write, packing, canonical } = run;
  const { wheelDir, dryRun, time } = write;
  let repair: Repair | undefined;
  let workshop: Workshop | undefined;
  let members: KeptMembers | undefined;
  const close = (): void => {
    workshop?.close();
    members?.close();
  };
  let remaining: readonly Finding[] = [];
  const revision: Revision = {
    hasNoInPlace: true,
    inspects: true,
    // What PyPI takes is not what runs.
    allowed: ["NAM006"],
    async edit(draft, wheel) {
      const { source } = wheel;
      // Of a first try, whose input was changed meanwhile.
      close();
      const indexes = new Map<number, Promise<BlockIndex | undefined>>();
      const indexMember = (span: MemberSpan): Promise<BlockIndex | undefined> =>
        indexes.get(span.dataOffset) ?? engine.indexMember(path, source, span);
      let early = 0;
      const kept = keepMembers(wheelDir, (span) => {
        // That they change is likely, and to look them up takes longer than to unpack them.
        if (!packing.splices || !engine.indexesAside(span) || span.method !== DEFLATED) return;
        if (indexes.has(span.dataOffset)) return;
        early += span.compressedSize;
        if (early > MOST_EARLY) return;
        const index = engine.indexMember(path, source, span);
        indexes.set(span.dataOffset, index);
        // Whoever asks for it hears of it.
        index.catch(() => {});
      });
      members = dryRun ? undefined : kept;
      workshop = createWorkshop({
        ...packing,
        archive: source,
        beside: join(wheelDir, wheel.file),
        dryRun,
        deflater: engine.deflater,
        takeMember: (span) => members?.take(span),
        indexMember,
      });
      const outcome = await repairWheel(
        { draft, wheel, path, workshop },
        { ...run, engine: dryRun ? engine : keepingEngine(engine, kept) },
      );
      // What nobody patched takes room for nothing.
      members?.close();
      repair = outcome.repair;
      return outcome.notes;
    },
    async build(draft, wheel) {
      if (canonical) return await canonicalBuild(draft, wheel, wheelDir, write);
      const when = time === undefined ? {} : { time, everyTime: true };
      const built =
        repair === undefined && !draft.changed()
          ? copyOf(wheel)
          : assemble(draft, { inPlace: false, level: packing.level, recordLast: true, ...when });
      return { built, close() {} };
    },
    async verify(temporary, built) {
      if (repair === undefined) return;
      const { updateTags } = settings;
      const { before, judged, native } = repair;
      const check = { before, inputs: [judged], native, path: temporary, built, updateTags };
      // All facts of the input are still there: this is when memory counts most.
      const kept = keepMembers(wheelDir);
      remaining = await verifyRepair(check, keepingEngine(engine, kept)).finally(kept.close);
    },
  };
  const rewritten = await rewriteWheel(path, write, revision).finally(close);
  if (repair === undefined) return rewritten;
  const warnings = [...rewritten.warnings, ...stillWrong(remaining)];
  return { ...rewritten, warnings, repair: repairReport(repair.plan, !dryRun) };
}

function keepingEngine(engine: Engine, { over }: KeptMembers): Engine {
  return { ...engine, inspect: (job) => engine.inspect({ ...job, keep: over }) };
}

/** Errors that are told one by one. */
const TOLD = 5;

/** What no repair can put right, so that nobody takes the result for a wheel that works. */
function stillWrong(findings: readonly Finding[]): readonly string[] {
  const told = findings
    .slice(0, TOLD)
    .map(({ code, path, message }) => `still wrong: ${path ?? "the wheel"}: ${message} [${code}]`);
  const more = findings.length - TOLD;
  return more > 0
    ? [...told, `still wrong: ${more} more errors; \`wheelkit audit\` lists them`]
    : told;
}

export interface EditRun {
  readonly write: RewriteOptions;
  readonly canonical: boolean;
  /** Called when the result is written, while the input is still open. */
  readonly finish?: NonNullable<Revision["finish"]>;
}

/** @throws RefusalError when the edit would break a rule; nothing was written then. */
export async function editFile(
  path: string,
  edits: readonly Edit[],
  { write, canonical, finish }: EditRun,
): Promise<Rewritten> {
  const folder = write.inPlace ? dirname(path) : write.wheelDir;
  return await rewriteWheel(path, write, {
    edit(draft) {
      applyEdits(draft, edits);
      return [];
    },
    tailOnly: !canonical && finish === undefined,
    unpacks: canonical,
    // A local version is refused by PyPI, but whoever writes one knows.
    allowed: edits.some(({ kind }) => kind === "local" || kind === "version") ? ["NAM003"] : [],
    ...(canonical ? { build: (draft, wheel) => canonicalBuild(draft, wheel, folder, write) } : {}),
    ...(finish === undefined ? {} : { finish }),
  });
}
