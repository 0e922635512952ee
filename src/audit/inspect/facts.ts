/** The facts of one native member, from memory or from a stream. */
import type { BinaryFormat } from "../../binary.ts";
import { FormatError, toPlainError } from "../../errors.ts";
import type { Format, Region } from "../../format.ts";
import { symbolsOf } from "../../format.ts";
import type { AnyNative } from "../../formats.ts";
import { FORMATS, readerOf } from "../../formats.ts";
import { interestingSymbol } from "../../policy/interest.ts";
import type { ByteRange, Source, Window } from "../../source.ts";
import { readThrough } from "../../source.ts";
import { deviceRegions, deviceTargets, streamedTargets } from "./device-targets.ts";
import { Recorder } from "./recorder.ts";
import type { Access, InspectOptions, MemberReport, MemberTask } from "./task.ts";

export type Facts = Pick<MemberReport, "problems" | "unverified" | "file" | "symbols" | "device">;

/** Formats that are only recognised are named. */
export function readFacts(
  task: MemberTask,
  format: BinaryFormat,
  source: Source,
  options: InspectOptions,
): Facts {
  const reader = readerOf(format);
  if (reader === undefined) return unread(task, format);
  try {
    const { regions, ...found } = read(reader, source, options);
    const device = regions.length === 0 ? {} : { device: deviceTargets(source, regions) };
    return { problems: [], unverified: [], ...found, ...device };
  } catch (error) {
    return failureOf(task, error);
  }
}

/** The same over windows of a stream; what the parser misses costs another pass. */
export async function readFactsThrough(
  access: Access,
  task: MemberTask,
  format: BinaryFormat,
  windows: readonly Window[],
  options: InspectOptions,
): Promise<Facts> {
  const reader = readerOf(format);
  if (reader === undefined) return unread(task, format);
  try {
    const { regions, ...found } = await readThrough(
      task.size,
      windows,
      (ranges) => capture(access, task, ranges),
      (source) => read(reader, source, options),
    );
    const device =
      regions.length === 0 ? {} : { device: await streamedTargets(access, task, regions) };
    return { problems: [], unverified: [], ...found, ...device };
  } catch (error) {
    return failureOf(task, error);
  }
}

/** The same of a member that was kept while it streamed; its device code still goes by in a stream. */
export async function readFactsKept(
  access: Access,
  task: MemberTask,
  format: BinaryFormat,
  source: Source,
  options: InspectOptions,
): Promise<Facts> {
  const reader = readerOf(format);
  if (reader === undefined) return unread(task, format);
  try {
    const { regions, ...found } = read(reader, source, options);
    const device =
      regions.length === 0 ? {} : { device: await streamedTargets(access, task, regions) };
    return { problems: [], unverified: [], ...found, ...device };
  } catch (error) {
    return failureOf(task, error);
  }
}

function read(
  reader: Format<AnyNative>,
  source: Source,
  { symbols, deviceCode = false }: InspectOptions,
): Pick<Facts, "file" | "symbols"> & { readonly regions: readonly Region[] } {
  const open = reader.open(source);
  const file = open.facts(interestingSymbol);
  const regions = deviceCode ? deviceRegions(open.regions()) : [];
  return symbols === undefined
    ? { file, regions }
    : { file, regions, symbols: symbolsOf(open, symbols) };
}

function unread(task: MemberTask, format: BinaryFormat): Facts {
  const why = `this version of wheelkit reads no ${FORMATS[format].title} files yet, so its dependencies and tags were not checked`;
  return { problems: [], unverified: [{ code: "INT002", path: task.name, why }] };
}

export function failureOf(task: MemberTask, error: unknown): Facts {
  const plain = toPlainError(error);
  if (error instanceof FormatError && plain.kind === "format") {
    const { format: _, ...at } = plain.place;
    return {
      problems: [{ code: "LNK011", path: task.name, message: plain.problem, at }],
      unverified: [],
    };
  }
  const what = plain.kind === "format" ? plain.problem : plain.message;
  return {
    problems: [
      { code: "INT001", path: task.name, message: `wheelkit failed on this member: ${what}` },
    ],
    unverified: [{ code: "INT001", path: task.name, why: "an internal error stopped its checks" }],
  };
}

export function merge(problems: MemberReport["problems"], facts: Facts): Facts {
  return { ...facts, problems: [...problems, ...facts.problems] };
}

/** Reads the wanted ranges in one pass over the member. */
async function capture(
  access: Access,
  task: MemberTask,
  ranges: readonly ByteRange[],
): Promise<readonly Window[]> {
  const recorder = new Recorder(task.size, ranges);
  await access.stream(task, (bytes, offset) => {
    recorder.add(bytes, offset);
    return !recorder.complete();
  });
  return recorder.windows();
}
