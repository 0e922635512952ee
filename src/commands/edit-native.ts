/** `wheelkit edit FILE --replace-needed …`: one native file, whatever its format. */

import { statSync } from "node:fs";
import { basename, join } from "node:path";
import { printable } from "../bytes.ts";
import { RefusalError, UsageError } from "../errors.ts";
import type { Format, NativeRewrite } from "../format.ts";
import type { AnyNative } from "../formats.ts";
import { FORMATS, formatOf, readerOf } from "../formats.ts";
import type { NativeEdit } from "../native-edit.ts";
import { nodeCompression } from "../node/compression.ts";
import { pathKey } from "../node/host-path.ts";
import type { Io } from "../node/io.ts";
import { lockFiles } from "../node/lock.ts";
import { writeArchive } from "../node/output.ts";
import type { RewriteOptions } from "../node/rewrite-wheel.ts";
import { refuseFileName } from "../node/rewrite-wheel.ts";
import { isSameFile } from "../node/same-file.ts";
import { againWhenChanged, openWitnessed } from "../node/witness.ts";
import { jsonText } from "../report/json.ts";
import { isUnchanged, piecesOf } from "../rewrite.ts";
import type { FileSource } from "../runtime.ts";
import { VERSION } from "../version.ts";
import type { ArchiveLayout } from "../zip/writer.ts";
import type { GivenOption, Options } from "./command.ts";
import { describeFailure, STATUS } from "./failure.ts";
import { commonOptions } from "./options.ts";
import { wantedOutputs, writeOutputs } from "./outputs.ts";

/** Options that are for native files alone. */
const NATIVE_OPTIONS: readonly string[] = ["replace-needed", "set-id", "set-rpath"];

/** What became of one file. */
interface EditedFile {
  readonly file: string;
  readonly output: string;
  /** Path of the result; none in a dry run. */
  readonly path: string | undefined;
  readonly changed: boolean;
  readonly warnings: readonly string[];
}

/**
 * The edits of native files among the options; empty when there are none.
 *
 * @throws UsageError for a value that is none.
 */
export function readNativeEdits(sequence: readonly GivenOption[]): readonly NativeEdit[] {
  return sequence.flatMap(({ name, value = "" }): readonly NativeEdit[] => {
    switch (name) {
      case "replace-needed": {
        const at = value.indexOf("=");
        const [from, to] = [value.slice(0, at), value.slice(at + 1)];
        if (at > 0 && to !== "") return [{ kind: "replace-dependency", from, to }];
        throw new UsageError(
          `\`--replace-needed ${printable(value)}\` names no two libraries`,
          "write it as `--replace-needed OLD=NEW`",
        );
      }
      case "set-id":
        if (value !== "") return [{ kind: "set-id", id: value }];
        throw new UsageError("`--set-id` needs a name");
      case "set-rpath":
        return [
          { kind: "set-search-paths", paths: value.split(":").filter((path) => path !== "") },
        ];
      default:
        return [];
    }
  });
}

/** @throws UsageError when edits of metadata and of native files are mixed. */
export function refuseMixedEdits(sequence: readonly GivenOption[], metadata: boolean): void {
  const native = sequence.find(({ name }) => NATIVE_OPTIONS.includes(name));
  if (native === undefined || !metadata) return;
  throw new UsageError(
    `\`--${native.name}\` is for native files, the other edits are for wheels`,
    "edit wheels and files in runs of their own",
  );
}

/** @returns the exit status. */
export async function editFiles(
  paths: readonly string[],
  edits: readonly NativeEdit[],
  write: RewriteOptions,
  options: Options,
  io: Io,
): Promise<number> {
  const edited: EditedFile[] = [];
  let status: number = STATUS.done;
  for (const path of paths) {
    try {
      edited.push(await againWhenChanged(() => editFile(path, edits, write)));
    } catch (error) {
      const failure = describeFailure(error, path);
      io.err(failure.text);
      status = Math.max(status, failure.status);
    }
  }
  if (commonOptions(options).verbosity >= -1) {
    for (const { file, warnings } of edited) {
      for (const warning of warnings) {
        io.err(`warning: \`${printable(file)}\` ${printable(warning)}\n`);
      }
    }
  }
  await writeOutputs(wantedOutputs(options, ["text", "json"]), io, (format) =>
    format === "json" ? toJson(edited, edits) : edited.map(resultLine).join(""),
  );
  return status;
}

async function editFile(
  path: string,
  edits: readonly NativeEdit[],
  write: RewriteOptions,
): Promise<EditedFile> {
  refuseFileName(path);
  const source = await openWitnessed(path);
  try {
    const format = formatOf(source.read(0, Math.min(source.size, 64)));
    const reader = format === undefined ? undefined : readerOf(format);
    if (format === undefined) {
      throw new UsageError(
        `\`${path}\` is not a native file`,
        "`--replace-needed`, `--set-id` and `--set-rpath` change ELF, Mach-O and PE files",
      );
    }
    if (reader === undefined) {
      throw new RefusalError("native-unread", `${FORMATS[format].title} files can't be edited yet`);
    }
    refuseAbsent(reader, source, edits);
    const file = basename(path);
    const rewrite = reader.rewrite(source, edits, { ...nodeCompression, name: file });
    const target = write.inPlace ? path : join(write.wheelDir, file);
    const changed = !isUnchanged(rewrite);
    const result = { file, output: file, changed, warnings: rewrite.warnings };
    if (write.dryRun) return { ...result, path: undefined };
    refuseSame(path, target, write);
    if (changed || !write.inPlace) {
      const mode = statSync(path).mode & 0o777;
      const layout = layoutOf(source, rewrite);
      const verify = (_: string, copy: number): void => {
        source.checkCopy(layout, copy);
        source.check();
      };
      const lock = write.inPlace ? await lockFiles([path]) : undefined;
      try {
        await writeArchive(layout, target, { mode, verify });
      } finally {
        lock?.release();
      }
    }
    write.written.set(pathKey(target), path);
    return { ...result, path: target };
  } finally {
    source.close();
  }
}

/** What is not there can't be replaced: a misspelt name must not pass as done. */
function refuseAbsent(
  reader: Format<AnyNative>,
  source: FileSource,
  edits: readonly NativeEdit[],
): void {
  const keyOf = (name: string): string => reader.libraryKey?.(name) ?? name;
  const { slices } = reader.open(source).facts(() => false);
  for (const edit of edits) {
    if (edit.kind !== "replace-dependency") continue;
    const known = slices.flatMap(({ dependencies }) => dependencies.map(({ name }) => name));
    if (known.some((name) => keyOf(name) === keyOf(edit.from))) continue;
    const names = [...new Set(known)].map((name) => `\`${name}\``).join(", ");
    throw new RefusalError(
      "native-absent",
      `nothing in it needs \`${edit.from}\``,
      names === "" ? "it needs no library at all" : `it needs ${names}`,
    );
  }
}

function refuseSame(path: string, target: string, { inPlace, written }: RewriteOptions): void {
  const earlier = written.get(pathKey(target));
  if (earlier !== undefined) {
    throw new RefusalError(
      "EDT006",
      `\`${target}\` was written in this run from \`${earlier}\``,
      "edit them in runs of their own, with a `--wheel-dir` for each",
    );
  }
  if (inPlace || !isSameFile(path, target)) return;
  throw new UsageError(
    `\`${target}\` is the file that is read`,
    "to replace it, say `--in-place`; otherwise name another folder with `--wheel-dir`",
  );
}

function layoutOf(source: FileSource, rewrite: NativeRewrite): ArchiveLayout {
  const pieces = piecesOf(rewrite).map((piece) => {
    if (piece.kind === "copy") return { source, start: piece.start, size: piece.length };
    return { bytes: piece.kind === "bytes" ? piece.bytes : new Uint8Array(piece.length) };
  });
  return { pieces, size: rewrite.size };
}

function resultLine({ path, output }: EditedFile): string {
  return path === undefined ? `would write ${printable(output)}\n` : `${path}\n`;
}

function toJson(files: readonly EditedFile[], edits: readonly NativeEdit[]): string {
  const document = {
    schema: "wheelkit.edit/1",
    version: VERSION,
    wheels: [],
    files: files.map(({ file, output, changed, warnings }) => ({
      file,
      output,
      edits: changed ? edits : [],
      warnings,
    })),
  };
  return jsonText(document);
}
