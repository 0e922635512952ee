/**
 * What is done once for each member: inflate, CRC, RECORD digest, and the facts of native code.
 *
 * This is the part of an audit that costs time. It runs on the caller's thread or on workers, gets
 * plain data and returns plain data.
 */

import type { BinaryFormat } from "../../binary.ts";
import { digestBytes } from "../../digest.ts";
import type { Problem } from "../../finding.ts";
import type { ContentCheck } from "../../format.ts";
import type { AnyNative } from "../../formats.ts";
import { formatOf, readerOf } from "../../formats.ts";
import { memorySource } from "../../source.ts";
import { checkRecordDigest } from "../../wheel/record.ts";
import { type Member, readMember } from "../../zip/read.ts";
import type { Facts } from "./facts.ts";
import { failureOf, merge, readFacts, readFactsKept, readFactsThrough } from "./facts.ts";
import { Reports } from "./limits.ts";
import { Recorder } from "./recorder.ts";
import { type Prepared, prepareRuns } from "./runs.ts";
import { shareOut } from "./share.ts";
import type { Access, InspectOptions, MemberReport, MemberTask } from "./task.ts";
import { formatAtStart, isWhole } from "./task.ts";

/**
 * Inspects `tasks`, which should be in archive order so that reads are few and long. Reports come in
 * any order.
 *
 * @param onDone gets the inflated size of each member that is done.
 */
export async function inspectMembers(
  access: Access,
  tasks: readonly MemberTask[],
  options: InspectOptions,
  onDone: (bytes: number) => void = () => {},
): Promise<MemberReport[]> {
  const reports = new Reports();
  const inspect = async (prepared: Prepared): Promise<void> => {
    const report = await inspectOne(prepared, options, () => reports.wants(prepared.task));
    if (report !== undefined) reports.add(report);
    onDone(prepared.task.size);
  };
  if (access.helpers !== undefined) {
    await shareOut(access, access.helpers, tasks, options, inspect, () => reports.areOver());
  } else {
    for (const prepared of prepareRuns(access, tasks, options)) await inspect(prepared);
  }
  return reports.list();
}

async function inspectOne(
  prepared: Prepared,
  options: InspectOptions,
  isWanted: () => boolean,
): Promise<MemberReport | undefined> {
  const { access, task } = prepared;
  try {
    const whole = isWhole(task, options.wholeLimit);
    if (!options.hash) return await inspectNative(prepared, whole, options, isWanted);
    return whole
      ? inspectWhole(prepared, options, isWanted)
      : await inspectStreamed(access, task, options);
  } catch (error) {
    return { index: task.index, ...failureOf(task, error) };
  }
}

/**
 * Everything at once, in memory.
 *
 * @param isWanted false when nobody will judge what the file holds: members that are large enough to
 * stream are too few to be asked for.
 */
function inspectWhole(
  prepared: Prepared,
  options: InspectOptions,
  isWanted: () => boolean,
): MemberReport | undefined {
  const { access, task } = prepared;
  const { bytes, problems } = contentOf(prepared);
  const found: Problem[] = [...problems];
  // Of data that can't be unpacked there is no digest to compare.
  if (task.expected !== undefined && bytes.length === task.size) {
    const digest = digestBytes(access.compression, task.expected.algorithm, bytes);
    found.push(...checkRecordDigest(task.name, task.expected, digest, bytes.length));
  }
  if (problems.length > 0) return damaged(access, task, found);
  const format = formatOf(bytes);
  if (format === undefined) {
    return found.length === 0 ? undefined : { index: task.index, problems: found, unverified: [] };
  }
  if (!isWanted()) return { index: task.index, format, problems: found, unverified: [] };
  const check = checkOf(access, format, bytes, bytes.length);
  check?.add(bytes, 0);
  const checked = completed(readFacts(task, format, memorySource(bytes), options), check);
  return {
    index: task.index,
    format,
    ...merge(found, checked),
  };
}

/** One pass for CRC, digest and the ranges that the parser is likely to want. */
async function inspectStreamed(
  access: Access,
  task: MemberTask,
  options: InspectOptions,
): Promise<MemberReport | undefined> {
  const expected = task.expected;
  const hasher = expected && access.compression.hasher(expected.algorithm);
  // What is kept elsewhere needs no room here.
  let recorder: Recorder | undefined = new Recorder(task.size);
  let format: BinaryFormat | undefined;
  let size = 0;
  let check: ContentCheck<AnyNative> | undefined;
  const problems: Problem[] = [
    ...(await access.stream(task, (bytes, offset) => {
      hasher?.update(bytes);
      size = offset + bytes.length;
      // The first chunk holds the headers.
      if (offset === 0) {
        format = formatOf(bytes);
        if (format !== undefined) check = checkOf(access, format, bytes, task.size);
        if (access.isKept?.(task) === true) recorder = undefined;
      }
      check?.add(bytes, offset);
      recorder?.add(bytes, offset);
    })),
  ];
  const sound = problems.length === 0;
  if (expected !== undefined && hasher !== undefined && size === task.size) {
    problems.push(...checkRecordDigest(task.name, expected, hasher.digest(), size));
  }
  if (!sound) return damaged(access, task, problems);
  if (format === undefined) {
    return problems.length === 0 ? undefined : { index: task.index, problems, unverified: [] };
  }
  const kept = access.kept?.(task);
  const facts =
    kept === undefined
      ? await readFactsThrough(access, task, format, recorder?.windows() ?? [], options)
      : await readFactsKept(access, task, format, kept, options);
  return { index: task.index, format, ...merge(problems, completed(facts, check)) };
}

/** `--no-hash`: nothing is inflated but what the parser of native code asks for. */
async function inspectNative(
  prepared: Prepared,
  whole: boolean,
  options: InspectOptions,
  isWanted: () => boolean,
): Promise<MemberReport | undefined> {
  const { access, task } = prepared;
  if (whole) {
    const { bytes, problems } = contentOf(prepared);
    const format = formatOf(bytes) ?? formatAtStart(access, task);
    if (format === undefined) return undefined;
    if (problems.length > 0 || !isWanted()) {
      return { index: task.index, format, problems, unverified: [] };
    }
    return {
      index: task.index,
      format,
      ...readFacts(task, format, memorySource(bytes), options),
    };
  }
  const recorder = new Recorder(task.size);
  // Stops as soon as every likely range has gone by: the debug sections lie behind them.
  const problems = await access.stream(task, (bytes, offset) => {
    recorder.add(bytes, offset);
    return !recorder.complete();
  });
  const format = formatOf(recorder.head()) ?? formatAtStart(access, task);
  if (format === undefined) return undefined;
  if (problems.length > 0) return { index: task.index, format, problems, unverified: [] };
  const facts = await readFactsThrough(access, task, format, recorder.windows(), options);
  return { index: task.index, format, ...facts };
}

function contentOf({ access, task, inflated }: Prepared): Member {
  return inflated === undefined
    ? readMember(access.source, task, access.compression)
    : { bytes: inflated, problems: [] };
}

/** Native code stays native code: whether the wheel holds any does not depend on its health. */
function damaged(access: Access, task: MemberTask, problems: readonly Problem[]): MemberReport {
  const format = formatAtStart(access, task);
  const report = { index: task.index, problems, unverified: [] };
  return format === undefined ? report : { ...report, format };
}

/** What the format wants to see all bytes for. */
function checkOf(
  { compression }: Access,
  format: BinaryFormat,
  head: Uint8Array,
  size: number,
): ContentCheck<AnyNative> | undefined {
  return readerOf(format)?.contentCheck?.(head, size, compression);
}

function completed(facts: Facts, check: ContentCheck<AnyNative> | undefined): Facts {
  return facts.file === undefined || check === undefined
    ? facts
    : { ...facts, file: check.complete(facts.file) };
}
