/**
 * The audit of one wheel: index, metadata, members, native code, findings.
 *
 * Each member is inflated once; the order of the steps is the order in which facts become known.
 */
import type { BinarySummary } from "../binary.ts";
import { toHex } from "../bytes.ts";
import type { Level, Problem, Unverified } from "../finding.ts";
import type { Compression, FileSource } from "../platform.ts";
import { checkWheel, findDistInfo } from "../wheel/check.ts";
import { parseRecord, recordPlan } from "../wheel/record.ts";
import { checkNames } from "../zip/index.ts";
import type { FindingOptions } from "./findings.ts";
import { atLeast, DEFAULT_FINDING_OPTIONS, toFindings } from "./findings.ts";
import type { InspectOptions, MemberReport, MemberTask } from "./inspect.ts";
import type { NativeOptions } from "./native.ts";
import { auditNative, DEFAULT_NATIVE_OPTIONS } from "./native.ts";
import type { WheelResult } from "./result.ts";
import type { Wheel } from "./wheel.ts";
import { openWheel } from "./wheel.ts";

/** What an audit needs besides the wheel: given by `src/node/engine.ts` on Node. */
export interface Engine {
  readonly compression: Compression;
  /** @throws UsageError when there is no such file. */
  open(path: string): FileSource;
  /** Inspects members, on this thread or on several. Reports come in any order. */
  inspect(job: InspectJob): Promise<readonly MemberReport[]>;
}

export interface InspectJob {
  readonly path: string;
  readonly source: FileSource;
  /** In archive order. */
  readonly tasks: readonly MemberTask[];
  readonly options: InspectOptions;
  /** Called with the inflated bytes of each finished part. */
  readonly onProgress?: (bytes: number) => void;
}

export interface AuditOptions extends InspectOptions {
  readonly findings: FindingOptions;
  readonly native: NativeOptions;
  /** `ok` is false when a finding is at or above this level; `never`: always ok. */
  readonly failOn: Level | "never";
  readonly onProgress?: (done: number, total: number) => void;
}

export const DEFAULT_AUDIT_OPTIONS: AuditOptions = {
  hash: true,
  findings: DEFAULT_FINDING_OPTIONS,
  native: DEFAULT_NATIVE_OPTIONS,
  failOn: "error",
};

/**
 * Audits the wheel at `path`.
 *
 * Never throws for what is in the file: every defect is a finding.
 *
 * @throws UsageError when the file can't be opened.
 */
export async function auditWheel(
  path: string,
  engine: Engine,
  options: AuditOptions = DEFAULT_AUDIT_OPTIONS,
): Promise<WheelResult> {
  const source = engine.open(path);
  try {
    return await auditOpen(path, source, engine, options);
  } finally {
    source.close();
  }
}

async function auditOpen(
  path: string,
  source: FileSource,
  engine: Engine,
  options: AuditOptions,
): Promise<WheelResult> {
  const wheel = openWheel(source, baseName(path), engine.compression);
  const tasks = tasksOf(wheel);
  const total = tasks.reduce((sum, task) => sum + task.size, 0);
  let done = 0;
  const inspection = engine.inspect({
    path,
    source,
    tasks,
    options: { hash: options.hash },
    onProgress(bytes) {
      done += bytes;
      options.onProgress?.(done, total);
    },
  });
  // The file's own digest is computed here while workers inflate.
  const sha256 = options.hash ? digestOf(source, engine.compression) : null;
  const reports = await inspection;

  const problems: Problem[] = [...wheel.index.problems];
  const unverified: Unverified[] = [];
  const binaries: { path: string; size: number; summary: BinarySummary }[] = [];
  const nativeMembers = new Set<string>();
  for (const report of [...reports].sort((a, b) => a.index - b.index)) {
    const entry = wheel.index.entries[report.index];
    if (entry === undefined) continue;
    problems.push(...report.problems);
    unverified.push(...report.unverified);
    if (report.format !== undefined) nativeMembers.add(entry.name);
    if (report.binary !== undefined) {
      binaries.push({ path: entry.name, size: entry.size, summary: report.binary });
    }
  }

  const { model, problems: wheelProblems } = checkWheel({
    filename: wheel.file,
    entries: wheel.index.entries,
    read: (member) => wheel.read(member),
    nativeMembers,
  });
  problems.push(...wheelProblems);
  const native = auditNative({
    wheel: model,
    entries: wheel.index.entries,
    binaries,
    nativeMembers,
    options: options.native,
  });
  problems.push(...native.problems, ...checkNames(wheel.index, native.targets));
  unverified.push(...native.unverified);
  if (!wheel.index.readable) {
    unverified.push({ code: "ZIP001", why: "the archive can't be read, so no member was checked" });
  }

  const findings = toFindings(problems, options.findings);
  return {
    file: wheel.file,
    size: source.size,
    sha256,
    ok:
      options.failOn === "never" ||
      !findings.some(({ level }) => atLeast(level, options.failOn as Level)),
    name: model.name,
    version: model.version,
    build: model.build,
    tags: model.tags,
    platform: native.verdict,
    binaries: native.binaries,
    external: native.external,
    findings,
    unverified: sortUnverified(unverified),
  };
}

/** Every member that can be read, with what RECORD promises of it. */
function tasksOf(wheel: Wheel): readonly MemberTask[] {
  const { entries } = wheel.index;
  const distInfo = findDistInfo(entries, wheel.file);
  const record = distInfo === undefined ? undefined : wheel.read(`${distInfo}/RECORD`);
  const plan = record === undefined ? undefined : recordPlan(parseRecord(record).rows);
  const tasks: MemberTask[] = [];
  entries.forEach((entry, index) => {
    if (entry.directory || entry.broken) return;
    const expected = plan?.get(entry.name);
    const { name, method, crc32, compressedSize, size, dataOffset } = entry;
    tasks.push({
      index,
      name,
      method,
      crc32,
      compressedSize,
      size,
      dataOffset,
      ...(expected === undefined ? {} : { expected }),
    });
  });
  return tasks;
}

function digestOf(source: FileSource, compression: Compression): string {
  const hasher = compression.hasher("sha256");
  const step = 1 << 20;
  for (let at = 0; at < source.size; at += step) {
    hasher.update(source.read(at, Math.min(step, source.size - at)));
  }
  return toHex(hasher.digest());
}

function sortUnverified(items: readonly Unverified[]): readonly Unverified[] {
  const key = (item: Unverified): string => `${item.path ?? ""}\0${item.code}\0${item.why}`;
  const byKey = new Map(items.map((item) => [key(item), item]));
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, item]) => item);
}

function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}
