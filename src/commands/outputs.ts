/** `-f, --format` and `-o, --output`: which reports go where. */
import { statSync } from "node:fs";
import { dirname } from "node:path";
import type { Command } from "commander";
import { printable } from "../bytes.ts";
import { UsageError } from "../errors.ts";
import { pathKey } from "../node/host-path.ts";
import type { Io } from "../node/io.ts";
import { notWritable, writeSpecial } from "../node/special-file.ts";
import { didYouMean } from "../suggest.ts";
import type { Options } from "./command.ts";
import { collect, enumerate, listOption, textOption } from "./options.ts";

export interface Output<Format extends string> {
  readonly format: Format;
  /** `undefined`: standard output. */
  readonly file: string | undefined;
}

/**
 * The reports wanted; one of text on standard output when nothing is said.
 *
 * @throws UsageError for an unknown format, and when two reports would go to the same place.
 */
export function wantedOutputs<Format extends string>(
  options: Options,
  formats: readonly Format[],
): readonly Output<Format>[] {
  const output = textOption(options, "output");
  const given = listOption(options, "format");
  const [first] = formats;
  if (output !== undefined) checkPlace(output);
  if (given.length === 0) return first === undefined ? [] : [{ format: first, file: output }];
  let outputUsed = false;
  const outputs = given.map((text) => {
    const [name = "", ...rest] = text.split("=");
    const format = formats.find((candidate) => candidate === name);
    if (format === undefined) {
      throw new UsageError(
        `\`${name}\` is not a format of this command`,
        didYouMean(name, formats) ?? `the formats are ${enumerate(formats)}`,
      );
    }
    if (rest.length > 0) {
      const file = rest.join("=");
      if (file === "") throw new UsageError(`\`--format ${text}\` names no file`);
      checkPlace(file);
      return { format, file };
    }
    outputUsed = true;
    return { format, file: output };
  });
  if (output !== undefined && !outputUsed) {
    throw new UsageError(
      "`--output` has nothing to write: every format names its file",
      "leave out `--output`, or one `=FILE`",
    );
  }
  const places = outputs.map(({ file }) => file ?? "standard output");
  const keys = outputs.map(({ file }) => (file === undefined ? undefined : pathKey(file)));
  const twice = places.find((_, index) => keys.indexOf(keys[index]) !== index);
  if (twice !== undefined) {
    throw new UsageError(
      `two reports would go to ${twice === "standard output" ? twice : `\`${twice}\``}`,
      "give each its file: `-f json=report.json -f sarif=report.sarif`",
    );
  }
  return outputs;
}

/** `--report FILE`, which may repeat: the ending of the name says the format. */
export function addReportFileOption(command: Command, formats: readonly string[]): void {
  const endings = formats.map((format) => `.${format}`).join(", ");
  command.option("--report <file>", `a report as its name ends (${endings}); may repeat`, collect);
}

/** @throws UsageError for an ending that is no format's. */
export function reportFiles<Format extends string>(
  options: Options,
  formats: readonly Format[],
): readonly Output<Format>[] {
  return listOption(options, "report").map((file) => {
    const format = formats.find((candidate) => file.endsWith(`.${candidate}`));
    if (format === undefined) {
      throw new UsageError(
        `\`--report ${printable(file)}\` does not end as a report does`,
        `the endings are ${enumerate(formats.map((each) => `.${each}`))}`,
      );
    }
    checkPlace(file);
    return { format, file };
  });
}

/**
 * A misspelt folder should cost no audit, and not be made.
 *
 * @throws UsageError when no report can be written there.
 */
export function checkPlace(file: string): void {
  const folder = dirname(file);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError(
      `there is no folder \`${printable(folder)}\` for the report \`${printable(file)}\``,
    );
  }
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat?.isDirectory() || stat?.isSocket()) throw notWritable(file, stat);
}

/** A report, or its pieces, which are made while they are written. */
type Text = string | Iterable<string>;

/** @param render gets what the place allows: colours on a terminal, its width. */
export async function writeOutputs<Format extends string>(
  outputs: readonly Output<Format>[],
  io: Io,
  render: (format: Format, toTerminal: boolean) => Text | Promise<Text>,
): Promise<void> {
  for (const { format, file } of outputs) {
    const text = await render(format, file === undefined && io.outTerminal);
    if (file !== undefined) await writeReport(file, text);
    else {
      for (const chunk of chunksOf(text)) {
        io.out(chunk);
        await io.drained();
      }
    }
  }
}

export async function writeReport(file: string, text: Text): Promise<void> {
  const { writeText } = await import("../node/output.ts");
  const stat = statSync(file, { throwIfNoEntry: false });
  // A device or a pipe (`/dev/stderr`) must be written to, not replaced.
  if (stat === undefined || stat.isFile()) await writeText(file, chunksOf(text));
  else writeSpecial(file, chunksOf(text));
}

/** Characters that are written at once. */
const CHUNK = 1 << 16;

function* chunksOf(text: Text): Generator<string> {
  if (typeof text === "string") {
    yield text;
    return;
  }
  let waiting = "";
  for (const piece of text) {
    waiting += piece;
    if (waiting.length < CHUNK) continue;
    yield waiting;
    waiting = "";
  }
  if (waiting !== "") yield waiting;
}
