/**
 * The audit of one wheel: index, metadata, members, native code, findings.
 *
 * Each member is inflated once; the order of the steps is the order in which facts become known.
 */
import { toHex } from "../bytes.ts";
import { digestOf } from "../digest.ts";
import type { Level, Problem, Unverified } from "../finding.ts";
import type { SymbolLists } from "../format.ts";
import { readerOf } from "../formats.ts";
import type { Compression, FileSource, KeepingStream, MemberStream } from "../runtime.ts";
import type { Source } from "../source.ts";
import type { WheelModel } from "../wheel/check.ts";
import { checkWheel, distInfoDirectories, findDistInfo } from "../wheel/check.ts";
import { parseWheelFilename } from "../wheel/filename.ts";
import type { Wheel } from "../wheel/open.ts";
import { openWheel } from "../wheel/open.ts";
import type { ParsedRecord } from "../wheel/record.ts";
import { parseRecord, recordPlan } from "../wheel/record.ts";
import { parseVariantFile, VARIANT_FILE } from "../wheel/variant-file.ts";
import type { ZipEntry } from "../zip/entry.ts";
import { checkNames } from "../zip/index.ts";
import { modeOf } from "../zip/writer.ts";
import { promisedGpus } from "./device-variant.ts";
import type { FindingOptions } from "./findings.ts";
import { atLeast, DEFAULT_FINDING_OPTIONS, toFindings } from "./findings.ts";
import { withinLimits } from "./inspect/limits.ts";
import type { InspectOptions, MemberReport, MemberTask } from "./inspect/task.ts";
import type { NativeMember } from "./member.ts";
import { auditNative } from "./native.ts";
import type { NativeOptions } from "./options.ts";
import { DEFAULT_NATIVE_OPTIONS } from "./options.ts";
import type { NativeAudit } from "./platform.ts";
import { pythonTexts } from "./python/texts.ts";
import type { PlatformVerdict, WheelResult } from "./result.ts";
import { completeVerdict } from "./verdict.ts";

/** What an audit needs besides the wheel: given by `src/node/engine.ts` on Node. */
export interface Engine {
  readonly compression: Compression;
  /** @throws UsageError when there is no such file. */
  open(path: string): FileSource;
  /** Inspects members, on this thread or on several. Reports come in any order. */
  inspect(job: InspectJob): Promise<readonly MemberReport[]>;
  /** Called when no inspection is near: frees what is only kept for the next one. */
  rest?(): Promise<void>;
}

export interface InspectJob {
  readonly path: string;
  readonly source: Source;
  /** In archive order. */
  readonly tasks: readonly MemberTask[];
  readonly options: InspectOptions;
  /** Keeps what is too large for memory while it streams. */
  readonly keep?: (stream: MemberStream) => KeepingStream;
  /** Called with the inflated bytes of each finished part. */
  readonly onProgress?: (bytes: number) => void;
}

export interface AuditOptions extends InspectOptions {
  /** Compute the SHA-256 of the whole file too; not without `hash`. */
  readonly digest: boolean;
  readonly findings: FindingOptions;
  readonly native: NativeOptions;
  /** `ok` is false when a finding is at or above this level; `never`: always ok. */
  readonly failOn: Level | "never";
  readonly onProgress?: (done: number, total: number) => void;
  /** What was found in the members, before it is judged: members and symbols. */
  readonly onInspected?: (wheel: Wheel, inspection: Inspection) => void;
  readonly onJudged?: (judgement: Judgement) => void;
}

export const DEFAULT_AUDIT_OPTIONS: AuditOptions = {
  hash: true,
  digest: true,
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
    const wheel = openWheel(source, baseName(path), engine.compression);
    const inspection = inspectWheel(wheel, path, source, engine, options);
    // The file's own digest is computed here while workers inflate.
    const sha256 =
      options.hash && options.digest
        ? toHex(digestOf(source, engine.compression.hasher("sha256")))
        : null;
    const inspected = await inspection;
    options.onInspected?.(wheel, inspected);
    const judgement = judgeWheel(wheel, inspected, options);
    options.onJudged?.(judgement);
    const { problems, unverified, model, native } = judgement;
    const findings = toFindings(problems, options.findings);
    const { failOn } = options;
    return {
      file: wheel.file,
      size: source.size,
      sha256,
      ok: failOn === "never" || !findings.some(({ level }) => atLeast(level, failOn)),
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
  } finally {
    source.close();
  }
}

/** What inspecting the members brought, in archive order. */
export interface Inspection {
  readonly problems: readonly Problem[];
  readonly unverified: readonly Unverified[];
  readonly binaries: readonly NativeMember[];
  /** Members with the first bytes of a native format. */
  readonly nativeMembers: ReadonlySet<string>;
  /** Of native members, by path, where they were asked for. */
  readonly symbols?: ReadonlyMap<string, SymbolLists>;
  /** RECORD, which says what to expect of the members. */
  readonly record?: ParsedRecord;
}

/** Rows of RECORD that are kept while members are inspected; more are rather parsed again. */
const KEPT_ROWS = 50_000;

/** Inflates and reads the members of an open wheel, or those of them that `only` picks. */
export async function inspectWheel(
  wheel: Wheel,
  path: string,
  source: Source,
  engine: Engine,
  options: Pick<AuditOptions, "hash" | "symbols" | "onProgress">,
  only: (name: string) => boolean = () => true,
): Promise<Inspection> {
  const ownPath = recordPath(wheel);
  let record = recordOf(wheel, ownPath);
  // What could be read is sound, and RECORD has no hash of itself.
  const tasks = tasksOf(wheel, record, (name) => only(name) && !(record && name === ownPath));
  if (record !== undefined && record.rows.length > KEPT_ROWS) record = undefined;
  const total = tasks.reduce((sum, task) => sum + task.size, 0);
  let done = 0;
  const reports = await engine.inspect({
    path,
    source,
    tasks,
    options: {
      hash: options.hash,
      ...(options.symbols === undefined ? {} : { symbols: options.symbols }),
      ...(promisesGpus(wheel) ? { deviceCode: true } : {}),
    },
    onProgress(bytes) {
      done += bytes;
      options.onProgress?.(done, total);
    },
  });
  const judged = withinLimits([...reports].sort((a, b) => a.index - b.index));
  const problems: Problem[] = judged.problem === undefined ? [] : [judged.problem];
  const unverified: Unverified[] = [];
  const binaries: NativeMember[] = [];
  const nativeMembers = new Set<string>();
  const symbols = new Map<string, SymbolLists>();
  for (const report of judged.reports) {
    const entry = wheel.index.entries[report.index];
    if (entry === undefined) continue;
    problems.push(...report.problems);
    unverified.push(...report.unverified);
    if (report.format !== undefined) nativeMembers.add(entry.name);
    if (report.symbols !== undefined) symbols.set(entry.name, report.symbols);
    if (report.format !== undefined) {
      const { format, file, device } = report;
      const gpu = device === undefined ? {} : { device };
      const member = { path: entry.name, size: entry.size, format, ...gpu };
      if (file !== undefined) binaries.push({ ...member, file });
      // A damaged file is only listed among the native members.
      else if (readerOf(format) === undefined) binaries.push(member);
    }
  }
  const facts = {
    problems,
    unverified,
    binaries,
    nativeMembers,
    ...(options.symbols === undefined ? {} : { symbols }),
  };
  return record === undefined ? facts : { ...facts, record };
}

/** Everything that is known of a wheel once its members are inspected. */
export interface Judgement {
  readonly problems: readonly Problem[];
  readonly unverified: readonly Unverified[];
  readonly model: WheelModel;
  readonly native: NativeAudit;
}

/** Applies every rule. */
export function judgeWheel(
  wheel: Wheel,
  inspection: Inspection,
  options: Pick<AuditOptions, "native">,
): Judgement {
  const { entries } = wheel.index;
  const { binaries, nativeMembers, record } = inspection;
  const { model, problems } = checkWheel({
    filename: wheel.file,
    entries,
    read: (member) => wheel.read(member),
    nativeMembers,
    ...(record === undefined ? {} : { record }),
  });
  const native = auditNative({
    wheel: model,
    entries,
    binaries,
    nativeMembers,
    idle: new Set(entries.filter(isIdle).map(({ name }) => name)),
    texts: () => pythonTexts(entries, (member) => wheel.read(member)),
    options: options.native,
  });
  // A file for another system is reported as that, and nothing else of it counts here.
  const foreign = new Set(
    native.problems.flatMap(({ code, path }) =>
      code === "TAG003" && path !== undefined ? path : [],
    ),
  );
  const unverified = [
    ...inspection.unverified.filter(
      ({ code, path }) => code !== "INT002" || path === undefined || !foreign.has(path),
    ),
    ...native.unverified,
  ];
  const { readable } = wheel.index;
  const isWheel = distInfoDirectories(entries).length > 0;
  if (readable && !isWheel) {
    unverified.push({
      code: "DST001",
      why: "without a `.dist-info` directory this is not a wheel, and what it supports was not judged",
    });
  }
  if (!readable) {
    unverified.push({ code: "ZIP001", why: "the archive can't be read, so no member was checked" });
  }
  return {
    problems: [
      ...wheel.index.problems,
      ...inspection.problems,
      // Of an archive that can't be read only the name is known.
      ...(readable ? problems : problems.filter(({ code }) => code.startsWith("NAM"))),
      ...native.problems,
      ...checkNames(wheel.index, native.targets),
    ],
    unverified,
    model,
    native: isWheel ? native : { ...native, verdict: undecided(native.verdict) },
  };
}

/** Installers set no execute bit, and keep those of the archive. */
function isIdle(entry: ZipEntry): boolean {
  return !entry.directory && (modeOf(entry) & 0o111) === 0;
}

/** What has no `.dist-info` is no wheel, and supports nothing. */
function undecided(verdict: PlatformVerdict): PlatformVerdict {
  const truthful = verdict.truthful === false ? false : null;
  return completeVerdict({ ...verdict, supported: null, reachable: null, truthful });
}

/** Only the file of a variant wheel can say for which GPUs it is. */
function promisesGpus(wheel: Wheel): boolean {
  if (parseWheelFilename(wheel.file).name?.variant === undefined) return false;
  const distInfo = findDistInfo(wheel.index.entries, wheel.file);
  const bytes = distInfo === undefined ? undefined : wheel.read(`${distInfo}/${VARIANT_FILE}`);
  const variants = bytes === undefined ? [] : (parseVariantFile(bytes).file?.variants ?? []);
  return variants.some((variant) => promisedGpus(variant).length > 0);
}

function recordPath(wheel: Wheel): string | undefined {
  const distInfo = findDistInfo(wheel.index.entries, wheel.file);
  return distInfo === undefined ? undefined : `${distInfo}/RECORD`;
}

function recordOf(wheel: Wheel, path: string | undefined): ParsedRecord | undefined {
  const bytes = path === undefined ? undefined : wheel.read(path);
  return bytes === undefined ? undefined : parseRecord(bytes);
}

/** The members that can be read and are wanted, with what RECORD promises of each. */
function tasksOf(
  wheel: Wheel,
  record: ParsedRecord | undefined,
  only: (name: string) => boolean,
): readonly MemberTask[] {
  const { entries } = wheel.index;
  const plan = record === undefined ? undefined : recordPlan(record.rows);
  const tasks: MemberTask[] = [];
  entries.forEach((entry, index) => {
    if (entry.directory || entry.broken || !only(entry.name)) return;
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

function sortUnverified(items: readonly Unverified[]): readonly Unverified[] {
  const key = (item: Unverified): string => `${item.path ?? ""}\0${item.code}\0${item.why}`;
  const byKey = new Map(items.map((item) => [key(item), item]));
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, item]) => item);
}

function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}
