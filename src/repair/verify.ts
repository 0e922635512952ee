/** The last look at a repaired wheel before it gets its name: it is audited as any wheel is. */
import type { Engine, Judgement } from "../audit/audit.ts";
import { inspectWheel, judgeWheel } from "../audit/audit.ts";
import { toFindings } from "../audit/findings.ts";
import { ruleOf } from "../audit/rules/table.ts";
import type { NativeCode } from "../audit/rules/texts.ts";
import type { Built } from "../edit/assemble.ts";
import { RefusalError } from "../errors.ts";
import type { Finding } from "../finding.ts";
import { openWheel } from "../wheel/open.ts";
import type { Repair } from "./repair.ts";

export interface RepairCheck extends Pick<Repair, "before" | "native"> {
  /** Of the wheels that the result was made of: what is wrong with them may stay. */
  readonly inputs: readonly Judgement[];
  /** The finished file, as the engine opens it. */
  readonly path: string;
  readonly built: Built;
  readonly updateTags: boolean;
}

const LOADERS: readonly NativeCode[] = [
  ...(["LNK001", "LNK002", "LNK003", "LNK008", "LNK013", "LNK018"] as const),
  ...(["LNK020", "LNK021", "LNK022", "LNK024", "LNK025", "ABI007"] as const),
];
const STOPS_IMPORT: ReadonlySet<string> = new Set(LOADERS);

/**
 * Members that did not change are not read again.
 *
 * @returns what still keeps the result's code from being loaded, as it does in the input.
 * @throws RefusalError when the result has an error that the input does not have.
 */
export async function verifyRepair(
  check: RepairCheck,
  engine: Engine,
): Promise<readonly Finding[]> {
  const { path, built, before, inputs, native, updateTags } = check;
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
    const known = new Set(inputs.flatMap(errorsOf).map(({ code }) => code));
    const fresh = errorsOf(result).find(
      ({ code }) => !known.has(code) && ruleOf(code)?.repair !== "passes",
    );
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
    return errorsOf(result).filter(({ code }) => STOPS_IMPORT.has(code));
  } finally {
    source.close();
  }
}

function errorsOf({ problems }: Judgement): readonly Finding[] {
  return toFindings(problems).filter(({ level }) => level === "error");
}
