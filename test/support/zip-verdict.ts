/** What the archive layer says of an archive, as the audit would report it. */
import { DEFAULT_FINDING_OPTIONS, toFindings } from "../../src/audit/findings.ts";
import type { Finding, Level, Profile } from "../../src/finding.ts";
import { nodeCompression } from "../../src/node/compression.ts";
import type { Source } from "../../src/source.ts";
import { memorySource } from "../../src/source.ts";
import type { ZipIndex, ZipLimits } from "../../src/zip/index.ts";
import { checkNames, readIndex } from "../../src/zip/index.ts";
import type { NameTargets } from "../../src/zip/names.ts";
import { readMember } from "../../src/zip/read.ts";

export const EVERYWHERE: NameTargets = { windows: true, macos: true, any: true };
export const LINUX: NameTargets = { windows: false, macos: false, any: false };

export interface Verdict {
  readonly index: ZipIndex;
  readonly findings: readonly Finding[];
  /** Codes with a finding of this level, sorted, each once. */
  codes(level: Level): readonly string[];
}

export interface VerdictOptions {
  readonly profile?: Profile;
  readonly targets?: NameTargets;
  readonly limits?: Partial<ZipLimits>;
  /** False: only the headers. */
  readonly content?: boolean;
}

/** Index, names and the content of every member that is not broken. */
export function verdict(archive: Uint8Array | Source, options: VerdictOptions = {}): Verdict {
  const { profile = "release", targets = EVERYWHERE, limits = {}, content = true } = options;
  const source = archive instanceof Uint8Array ? memorySource(archive) : archive;
  const index = readIndex(source, { crc32: nodeCompression.crc32, limits });
  const problems = [...index.problems, ...checkNames(index, targets)];
  for (const entry of index.entries) {
    if (!content || entry.broken || entry.directory) continue;
    problems.push(...readMember(source, entry, nodeCompression).problems);
  }
  const findings = toFindings(problems, { ...DEFAULT_FINDING_OPTIONS, profile });
  return {
    index,
    findings,
    codes: (level) =>
      [...new Set(findings.filter((each) => each.level === level).map((each) => each.code))].sort(),
  };
}
