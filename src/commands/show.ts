/** `wheelkit show [OPTIONS] PATH…` */
import { basename } from "node:path";
import { auditWheel, DEFAULT_AUDIT_OPTIONS } from "../audit/audit.ts";
import type { NativeOptions } from "../audit/options.ts";
import type { WheelResult } from "../audit/result.ts";
import { FormatError } from "../errors.ts";
import { readerOf } from "../formats.ts";
import { createEngine, type NodeEngine } from "../node/engine.ts";
import type { Io } from "../node/io.ts";
import { createProgress } from "../node/progress.ts";
import { showNative, symbolsOf } from "../node/read-binary.ts";
import { palette, useColor } from "../node/terminal.ts";
import type { ShownBinary, ShownWheel } from "../report/show-json.ts";
import type { SymbolLists } from "../report/show-text.ts";
import type { FileSource } from "../runtime.ts";
import { memorySource, type Source } from "../source.ts";
import { openWheel } from "../wheel/open.ts";
import { readMember } from "../zip/read.ts";
import type { CommandDeclaration, Invocation, Options } from "./command.ts";
import { loadConfig } from "./config.ts";
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
import { addSearchOptions, nativeOptions } from "./search-options.ts";

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
    { what: "The symbols that a library imports", line: "wheelkit show --imports libdemo.so" },
  ],
  define(command) {
    command
      .argument("<path...>", "wheels, folders of wheels, ELF files, or - for a list on stdin")
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
  const wanted = await readWanted(options, common.config, io);
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
          wheels.push(await showWheel(path, engine, wanted, update));
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
  await writeOutputs(outputs, io, async (format, toTerminal) => {
    if (format === "json") {
      return (await import("../report/show-json.ts")).showJson(wheels, binaries);
    }
    const { showBinaryText, showWheelText } = await import("../report/show-text.ts");
    const textOptions = {
      palette: await palette(useColor(common.color, io.env, toTerminal)),
      width: toTerminal ? Math.min(100, io.columns) : 80,
      verbose: common.verbosity > 0,
    };
    return [
      ...wheels.map(({ wheel, symbols }) => showWheelText(wheel, symbols, textOptions)),
      ...binaries.map(({ binary, symbols }) => showBinaryText(binary, symbols, textOptions)),
    ].join("\n");
  });
  return status;
}

async function readWanted(
  options: Options,
  config: string | null | undefined,
  io: Io,
): Promise<Wanted> {
  return {
    native: await nativeOptions(options, await loadConfig(config, io), io),
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
  onProgress: (done: number, total: number) => void,
): Promise<ShownWheel> {
  const result = await auditWheel(path, engine, {
    ...DEFAULT_AUDIT_OPTIONS,
    hash: false,
    native: wanted.native,
    onProgress,
  });
  const source = engine.open(path);
  try {
    refuseUnreadable(path, source, result, engine);
    const sha256 = wanted.hash ? await digestOf(source) : null;
    return {
      wheel: { ...result, sha256 },
      symbols:
        wanted.imports || wanted.exports
          ? await symbolsOfWheel(path, source, result, engine, wanted)
          : new Map(),
    };
  } finally {
    source.close();
  }
}

/** `audit` reports it as a finding; here there is nothing to show. */
function refuseUnreadable(
  path: string,
  source: FileSource,
  { findings, unverified }: WheelResult,
  engine: NodeEngine,
): void {
  if (unverified.some(({ code, path: member }) => code === "DST001" && member === undefined)) {
    throw new FormatError("this is no wheel: it has no `.dist-info` directory", {
      format: "zip",
      record: "archive",
    });
  }
  if (!findings.some(({ code, level }) => code.startsWith("ZIP") && level === "error")) return;
  const { index } = openWheel(source, basename(path), engine.compression);
  if (index.readable) return;
  const [first] = index.problems;
  throw new FormatError(first?.message ?? "this is no zip archive", {
    format: "zip",
    ...(first?.at ?? { record: "archive" }),
  });
}

/** Members above this size (bytes) are unpacked to a temporary file. */
const MEMORY_LIMIT = 32 << 20;

async function symbolsOfWheel(
  path: string,
  source: FileSource,
  result: WheelResult,
  engine: NodeEngine,
  wanted: Wanted,
): Promise<ReadonlyMap<string, SymbolLists>> {
  const wheel = openWheel(source, basename(path), engine.compression);
  const symbols = new Map<string, SymbolLists>();
  for (const binary of result.binaries) {
    const reader = readerOf(binary.format);
    if (reader === undefined) continue;
    const entry = wheel.index.byName.get(binary.path);
    if (entry === undefined || entry.broken) continue;
    if (entry.size <= MEMORY_LIMIT) {
      const { bytes } = readMember(source, entry, engine.compression);
      symbols.set(binary.path, symbolsOf(reader.open(memorySource(bytes)), wanted));
      continue;
    }
    const { spoolMember } = await import("../node/spool.ts");
    const spooled = await spoolMember(source, entry);
    try {
      symbols.set(binary.path, symbolsOf(reader.open(spooled), wanted));
    } finally {
      spooled.close();
    }
  }
  return symbols;
}

async function digestOf(source: Source): Promise<string> {
  const { createHash } = await import("node:crypto");
  const hash = createHash("sha256");
  const step = 1 << 20;
  for (let at = 0; at < source.size; at += step) {
    hash.update(source.read(at, Math.min(step, source.size - at)));
  }
  return hash.digest("hex");
}
