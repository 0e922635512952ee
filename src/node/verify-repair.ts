/** The last look at a repaired wheel before it gets its name: it is audited as any wheel is. */
import type { Inspection, Judgement } from "../audit/audit.ts";
import { inspectWheel, judgeWheel } from "../audit/audit.ts";
import { toFindings } from "../audit/findings.ts";
import type { NativeOptions } from "../audit/native.ts";
import type { Built } from "../edit/draft.ts";
import { RefusalError } from "../errors.ts";
import { openWheel } from "../wheel/open.ts";
import type { NodeEngine } from "./engine.ts";

export interface RepairCheck {
  /** The finished file, under its temporary name. */
  readonly path: string;
  readonly built: Built;
  /** What was found in the input: members that did not change are not read again. */
  readonly before: Inspection;
  readonly judged: Judgement;
  readonly native: NativeOptions;
  readonly updateTags: boolean;
}

/** @throws RefusalError when the result has an error that the input does not have. */
export async function verifyRepair(check: RepairCheck, engine: NodeEngine): Promise<void> {
  const { path, built, before, judged, native, updateTags } = check;
  const touched = new Set(built.changes.map((change) => change.path));
  const source = engine.open(path);
  try {
    const wheel = openWheel(source, built.file, engine.compression);
    const changed = await inspectWheel(wheel, path, source, engine, { hash: true }, (name) =>
      touched.has(name),
    );
    const kept = (name: string): boolean => !touched.has(name) && wheel.index.byName.has(name);
    const result = judgeWheel(
      wheel,
      {
        problems: changed.problems,
        unverified: changed.unverified,
        binaries: [...before.binaries.filter((binary) => kept(binary.path)), ...changed.binaries],
        nativeMembers: new Set([
          ...[...before.nativeMembers].filter(kept),
          ...changed.nativeMembers,
        ]),
      },
      { native },
    );
    const known = new Set(errorsOf(judged).map(({ code }) => code));
    const fresh = errorsOf(result).find(({ code }) => !known.has(code) && !ALLOWED.has(code));
    if (fresh !== undefined) {
      throw new RefusalError(
        fresh.code,
        `the repaired wheel would not pass its audit: ${fresh.path ?? built.file}: ${fresh.message}`,
        fresh.hint,
      );
    }
    if (updateTags && result.native.verdict.truthful === false) {
      throw new RefusalError(
        "TAG004",
        `the repaired wheel would not keep what its name \`${built.file}\` promises`,
        "this is a bug in wheelkit: please report it",
      );
    }
  } finally {
    source.close();
  }
}

/** Depend on what the user asked for: a bare `linux_*` tag kept, a library left out. */
const ALLOWED: ReadonlySet<string> = new Set(["NAM006", "LNK001"]);

function errorsOf({ problems }: Judgement): ReturnType<typeof toFindings> {
  return toFindings(problems).filter(({ level }) => level === "error");
}
