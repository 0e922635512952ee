/** `wheelkit show [OPTIONS] PATH…` */

import { basename } from "node:path";
import { auditWheel, DEFAULT_AUDIT_OPTIONS } from "../audit/audit.ts";
import type { SeenLibraries } from "../audit/had-effect.ts";
import { idleExclusions, rememberLibraries, seenNoLibraries } from "../audit/had-effect.ts";
import type { NativeOptions } from "../audit/options.ts";
import type { WheelResult } from "../audit/result.ts";
import { toHex } from "../bytes.ts";
import { digestOf } from "../digest.ts";
import { FormatError } from "../errors.ts";
import type { SymbolLists } from "../format.ts";
import { createEngine, type NodeEngine } from "../node/engine.ts";
import type { Io } from "../node/io.ts";
import { createProgress } from "../node/progress.ts";
import { showNative, wantedLists } from "../node/read-binary.ts";
import { palette, useColor } from "../node/terminal.ts";
import type { ShownBinary, ShownWheel } from "../report/show-json.ts";
import type { ZipIndex } from "../zip/index.ts";

import type { CommandDeclaration, Invocation, Options } from "./command.ts";
import { type Config, loadConfig } from "./config.ts";
import { describeFailure, errorText, STATUS } from "./failure.ts";
import { expandInputs } from "./inputs.ts";
import {
  addJobsOption,
  addReportOptions,
  commonOptions,
  flagOption,
  numberOption,
} from "./options.ts";
import { wantedOutputs, writeOutputs } from "./outputs.ts";
import { addSearchOptions, excludedLibraries, nativeOptions } from "./search-options.ts";
import { reportIdle } from "./wishes.ts";

const FORMATS = ["text", "json"] as const;

export const command: CommandDeclaration = {
  description:
    "Facts without judgement, of wheels or of native libraries: tags, every binary, what it needs and where each dependency resolves, versions, search paths, symbols.",
  examples: [
    {
      what: "What is in a wheel",
      line: "wheelkit show dist/demo-1.0-cp312-cp312-linux_x86_64.whl",
    },
    {
      what: "Where the loader would look for each library, step by step",
      line: "wheelkit show -v --sysroot / build/libdemo.so",
    },
    {
      what: "Who takes the bytes of a large wheel, as a picture",
      line: "wheelkit show --sizes --device-code -f html=sizes.html dist/*.whl",
    },
  ],
  define(command) {
    command
      .argument(
        "<path...>",
        "wheels, folders of wheels, native libraries, or - for a list on stdin",
      )
      .option("--imports", "add the names that each binary imports")
      .option("--exports", "add the names that each binary exports")
      .option("--sizes", "who takes the bytes, instead: members, sections, GPUs")
      .option("--device-code", "code for GPUs, instead: by target and by how it is stored")
      .option("--no-hash", "leave out the wheel's SHA-256");
    addSearchOptions(command);
    addReportOptions(command, [...FORMATS, "html (with --sizes)"]);
    addJobsOption(command);
  },
  run,
};

interface Wanted {
  readonly native: NativeOptions;
  readonly hash: boolean;
  readonly imports: boolean;
  readonly exports: boolean;
}

async function run({ args, options }: Invocation, io: Io): Promise<number> {
  const common = commonOptions(options);
  if (flagOption(options, "sizes") || flagOption(options, "deviceCode")) {
    return await (await import("./show-sizes.ts")).showSizes(args, options, io);
  }
  const outputs = wantedOutputs(options, FORMATS);
  const config = await loadConfig(common.config, io);
  const wanted = await readWanted(options, config, io);
  const seen = seenNoLibraries();
  const { paths, problems } = await expandInputs(args, io);
  for (const { message, hint } of problems) io.err(errorText(message, hint));
  let status: number = problems.length > 0 ? STATUS.usage : STATUS.done;

  const jobs = numberOption(options, "jobs");
  const engine = createEngine(jobs === undefined ? {} : { jobs });
  const progress = createProgress(common.verbosity < 0 ? "never" : common.progress, io);
  const wheels: ShownWheel[] = [];
  const binaries: ShownBinary[] = [];
  try {
    for (const path of paths) {
      try {
        const binary = showLibrary(path, engine, wanted);
        if (binary !== undefined) binaries.push(binary);
        else {
          const update = (done: number, total: number): void =>
            progress.update(basename(path), done, total);
          wheels.push(await showWheel(path, engine, wanted, seen, update));
        }
      } catch (error) {
        progress.clear();
        const failure = describeFailure(error, path);
        io.err(failure.text);
        status = Math.max(status, failure.status);
      }
    }
  } finally {
    progress.clear();
    await engine.close();
  }
  if (wheels.length + binaries.length === 0) return status;
  const exclude = excludedLibraries(options, config);
  const idle = wheels.length === 0 ? [] : idleExclusions(exclude, seen);
  reportIdle(idle, common, io);
  await writeOutputs(outputs, io, async (format, toTerminal) => {
    if (format === "json") {
      return (await import("../report/show-json.ts")).showJson(wheels, binaries, idle);
    }
    const { showBinaryText, showWheelText } = await import("../report/show-text.ts");
    const textOptions = {
      palette: await palette(useColor(common.color, io.env, toTerminal)),
      width: toTerminal ? Math.min(100, io.columns) : 80,
      verbose: common.verbosity > 0,
    };
    return between("\n", [
      ...wheels.map(({ wheel, symbols }) => showWheelText(wheel, symbols, textOptions)),
      ...binaries.map(({ binary, symbols }) => showBinaryText(binary, symbols, textOptions)),
    ]);
  });
  return status;
}

function* between(separator: string, texts: readonly Iterable<string>[]): Generator<string> {
  for (const [index, text] of texts.entries()) {
    if (index > 0) yield separator;
    yield* text;
  }
}

async function readWanted(options: Options, config: Config, io: Io): Promise<Wanted> {
  return {
    native: await nativeOptions(options, config, io),
    hash: options.hash !== false,
    imports: flagOption(options, "imports"),
    exports: flagOption(options, "exports"),
  };
}

/** A bare library; `undefined` when the file looks like something else. */
function showLibrary(path: string, engine: NodeEngine, wanted: Wanted): ShownBinary | undefined {
  const source = engine.open(path);
  try {
    return showNative(source, basename(path), wanted);
  } finally {
    source.close();
  }
}

async function showWheel(
  path: string,
  engine: NodeEngine,
  wanted: Wanted,
  seen: SeenLibraries,
  onProgress: (done: number, total: number) => void,
): Promise<ShownWheel> {
  const symbols = new Map<string, SymbolLists>();
  const lists = wantedLists(wanted);
  let archive: ZipIndex | undefined;
  const result = await auditWheel(path, engine, {
    ...DEFAULT_AUDIT_OPTIONS,
    hash: false,
    native: wanted.native,
    ...(lists.length === 0 ? {} : { symbols: lists }),
    onInspected({ index }, inspection) {
      archive = index;
      for (const [member, found] of inspection.symbols ?? []) symbols.set(member, found);
    },
    onJudged: ({ native }) => rememberLibraries(seen, native.graph),
    onProgress,
  });
  refuseUnreadable(result, archive);
  return {
    wheel: { ...result, sha256: wanted.hash ? digestOfFile(path, engine) : null },
    symbols,
  };
}

/** `audit` reports it as a finding; here there is nothing to show. */
function refuseUnreadable({ unverified }: WheelResult, index: ZipIndex | undefined): void {
  if (unverified.some(({ code, path: member }) => code === "DST001" && member === undefined)) {
    throw new FormatError("this is not a wheel: it has no `.dist-info` directory", {
      format: "zip",
      record: "archive",
    });
  }
  if (index === undefined || index.readable) return;
  const [first] = index.problems;
  throw new FormatError(first?.message ?? "this is not a zip archive", {
    format: "zip",
    ...(first?.at ?? { record: "archive" }),
  });
}

function digestOfFile(path: string, engine: NodeEngine): string {
  const source = engine.open(path);
  try {
    return toHex(digestOf(source, engine.compression.hasher("sha256")));
  } finally {
    source.close();
  }
}
