/** RECORD of a repaired wheel: right for every member, also where it was wrong before. */
import { compareText, printable } from "../bytes.ts";
import type { Draft } from "../edit/draft.ts";
import { RefusalError } from "../errors.ts";
import type { Problem } from "../finding.ts";
import type { Compression, MemberStream } from "../runtime.ts";
import type { Wheel } from "../wheel/open.ts";
import { WHEEL_RULES } from "../wheel/rules.ts";
import type { ZipEntry } from "../zip/entry.ts";

/** A row of RECORD that is wrong. */
export interface RecordFix {
  readonly path: string;
  /** The member that it must describe; `undefined`: there is none, and the row is removed. */
  readonly entry?: ZipEntry;
}

/** A row for a file that is not there. */
const NO_FILE = "REC004";

/** @param problems those of the input; a hash that differs is none of these, and refused before. */
export function planRecord(wheel: Wheel, problems: readonly Problem[]): readonly RecordFix[] {
  const fixes = new Map<string, RecordFix>();
  for (const { code, path } of problems) {
    if (path === undefined || fixes.has(path) || !isFixed(code)) continue;
    if (code === NO_FILE) {
      fixes.set(path, { path });
      continue;
    }
    const entry = wheel.index.byName.get(path);
    if (entry === undefined || entry.directory || path.endsWith(".dist-info/RECORD")) continue;
    fixes.set(path, { path, entry });
  }
  return [...fixes.values()];
}

function isFixed(code: string): boolean {
  const rules: Readonly<Record<string, { readonly repair?: string }>> = WHEEL_RULES;
  return code.startsWith("REC") && rules[code]?.repair === "fixes";
}

/** @returns what the user should know of it. */
export async function fixRecord(
  draft: Draft,
  fixes: readonly RecordFix[],
  stream: MemberStream,
): Promise<readonly string[]> {
  const { compression } = draft.input;
  for (const { path, entry } of fixes) {
    if (entry === undefined) {
      draft.relist(path, undefined);
      continue;
    }
    const sha256 = await digestMember(entry, stream, compression);
    draft.relist(path, {
      size: entry.size,
      digest: (algorithm) => (algorithm === "sha256" ? sha256 : undefined),
    });
  }
  const [first] = fixes.map(({ path }) => path).sort(compareText);
  if (first === undefined) return [];
  const others = fixes.length === 1 ? "" : ` and ${fixes.length - 1} more`;
  return [`RECORD was wrong about \`${printable(first)}\`${others}; it is mended`];
}

async function digestMember(
  entry: ZipEntry,
  stream: MemberStream,
  compression: Compression,
): Promise<Uint8Array> {
  const hasher = compression.hasher("sha256");
  const [problem] = await stream(entry, (bytes) => hasher.update(bytes));
  if (problem === undefined) return hasher.digest();
  throw new RefusalError(problem.code, `\`${entry.name}\` is damaged: ${problem.message}`);
}
