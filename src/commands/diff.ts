/** `wheelkit diff A B` */

import { diffWheels, kindsOf } from "../edit/diff.ts";
import type { DifferenceKind } from "../edit/wheel-diff.ts";
import { DIFFERENCE_KINDS } from "../edit/wheel-diff.ts";
import { UsageError } from "../errors.ts";
import type { Io } from "../node/io.ts";
import type { OpenSide } from "../node/open-side.ts";
import { openSide } from "../node/open-side.ts";
import { palette, useColor } from "../node/terminal.ts";
import { diffJson, diffStatement, diffText } from "../report/diff.ts";
import { jsonText } from "../report/json.ts";
import type { CommandDeclaration, Invocation } from "./command.ts";
import { describeFailure, STATUS } from "./failure.ts";
import {
  addReportOptions,
  choice,
  collectCommas,
  commonOptions,
  flagOption,
  listOption,
} from "./options.ts";
import { wantedOutputs, writeOutputs } from "./outputs.ts";

const FORMATS = ["text", "json", "in-toto"] as const;

export const command: CommandDeclaration = {
  description:
    "Compares two wheels: which members are bit for bit the same, what changed in metadata,\ntags, RECORD and native code, and what usually causes such differences between two\nbuilds.",
  examples: [
    {
      what: "What a release changed",
      line: "wheelkit diff old/demo-1.0-py3-none-any.whl demo-1.1-py3-none-any.whl",
    },
    {
      what: "Exit status 1 unless the two differ in metadata only",
      line: "wheelkit diff --exit-code --only metadata a.whl b.whl",
    },
  ],
  define(command) {
    command
      .argument("<a>", "the first wheel")
      .argument("<b>", "the second wheel")
      .option("--exit-code", "exit status 1 when they differ")
      .option(
        "--only <kinds>",
        `with --exit-code: differences of these kinds are allowed (${DIFFERENCE_KINDS.join(", ")})`,
        collectCommas,
      );
    addReportOptions(command, FORMATS);
  },
  run,
};

async function run({ args, options }: Invocation, io: Io): Promise<number> {
  const [pathA = "", pathB = ""] = args;
  const common = commonOptions(options);
  const outputs = wantedOutputs(options, FORMATS);
  const allowed: readonly DifferenceKind[] = listOption(options, "only").map(
    choice("--only", DIFFERENCE_KINDS),
  );
  const exitCode = flagOption(options, "exitCode");
  if (allowed.length > 0 && !exitCode) {
    throw new UsageError("`--only` says what `--exit-code` allows", "add `--exit-code`");
  }
  const sides: OpenSide[] = [];
  try {
    for (const path of [pathA, pathB]) {
      try {
        sides.push(openSide(path));
      } catch (error) {
        const failure = describeFailure(error, path);
        io.err(failure.text);
        return failure.status;
      }
    }
    const [a, b] = sides;
    if (a === undefined || b === undefined) return STATUS.usage;
    const diff = await diffWheels(a, b);
    await writeOutputs(outputs, io, async (format, toTerminal) => {
      if (format === "json") return diffJson(diff);
      if (format === "in-toto") return jsonText(diffStatement(diff));
      return diffText(diff, {
        palette: await palette(useColor(common.color, io.env, toTerminal)),
        width: toTerminal ? Math.min(100, io.columns) : 80,
        verbose: common.verbosity > 0,
      });
    });
    if (!exitCode) return STATUS.done;
    const different = allowed.length === 0 && !diff.identical;
    const foreign = kindsOf(diff).some((kind) => !allowed.includes(kind));
    return different || foreign ? STATUS.findings : STATUS.done;
  } finally {
    for (const side of sides) side.close();
  }
}
