/** Judges generated wheels with the rules of `src/wheel` alone. */

import { DEFAULT_FINDING_OPTIONS, toFindings } from "../../src/audit/findings.ts";
import type { Finding, Problem, Profile } from "../../src/finding.ts";
import { formatOf } from "../../src/formats.ts";
import { nodeCompression } from "../../src/node/compression.ts";
import { memorySource } from "../../src/source.ts";
import type { CheckedWheel } from "../../src/wheel/check.ts";
import { checkWheel } from "../../src/wheel/check.ts";
import { openWheel } from "../../src/wheel/open.ts";
import type { RecordRow } from "../../src/wheel/record.ts";
import { checkRecordDigest, parseRecord, recordPlan } from "../../src/wheel/record.ts";
import type { WheelSpec } from "./wheel-builder.ts";
import { buildWheel, wheelFileName } from "./wheel-builder.ts";

export interface BuiltWheel extends WheelSpec {
  /** Name of the file, where it is not the one that the content asks for. */
  readonly filename?: string;
}

export interface CheckedBytes extends CheckedWheel {
  /** Of RECORD, where it can be read. */
  readonly rows: readonly RecordRow[];
}

/** Opens the archive for real, and hashes every member that RECORD promises something of. */
export function checkBytes(filename: string, bytes: Uint8Array): CheckedBytes {
  const wheel = openWheel(memorySource(bytes), filename, nodeCompression);
  const nativeMembers = new Set<string>();
  for (const { name, directory } of wheel.index.entries) {
    const content = directory ? undefined : wheel.read(name);
    if (content !== undefined && formatOf(content) !== undefined) nativeMembers.add(name);
  }
  const { entries } = wheel.index;
  const checked = checkWheel({
    filename,
    entries,
    read: (path) => wheel.read(path),
    nativeMembers,
  });
  const digests: Problem[] = [];
  const record = wheel.read(`${checked.model.distInfo}/RECORD`);
  const rows = record === undefined ? [] : parseRecord(record).rows;
  for (const [path, expected] of recordPlan(rows)) {
    const content = wheel.read(path);
    if (content === undefined) continue;
    const hasher = nodeCompression.hasher(expected.algorithm);
    hasher.update(content);
    digests.push(...checkRecordDigest(path, expected, hasher.digest(), content.length));
  }
  return {
    model: checked.model,
    rows,
    problems: [...checked.problems, ...digests] as typeof checked.problems,
  };
}

export function checkBuilt(built: BuiltWheel): CheckedWheel {
  const { filename = wheelFileName(built), ...spec } = built;
  return checkBytes(filename, buildWheel(spec));
}

export function findingsOf(built: BuiltWheel, profile: Profile = "release"): readonly Finding[] {
  return toFindings(checkBuilt(built).problems, { ...DEFAULT_FINDING_OPTIONS, profile });
}
