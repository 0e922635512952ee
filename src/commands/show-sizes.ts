/** `wheelkit show --sizes` and `--device-code`. */
import { basename } from "node:path";
import { nodeCompression } from "../node/compression.ts";
import { openFile } from "../node/file.ts";
import type { Io } from "../node/io.ts";
import { unpackMember } from "../node/spool.ts";
import { palette, useColor } from "../node/terminal.ts";
import { sizesHtml, sizesJson, sizesText } from "../report/sizes.ts";
import type { WheelSizes } from "../shrink/sizes.ts";
import { librarySizes, wheelSizes } from "../shrink/sizes.ts";
import { openSoundWheel } from "../wheel/open.ts";
import type { Options } from "./command.ts";
import { describeFailure, STATUS } from "./failure.ts";
import { expandInputs } from "./inputs.ts";
import { commonOptions, flagOption } from "./options.ts";
import { wantedOutputs, writeOutputs } from "./outputs.ts";
import { reportInputProblems } from "./rewrite.ts";

const FORMATS = ["text", "json", "html"] as const;

export async function showSizes(
  args: readonly string[],
  options: Options,
  io: Io,
): Promise<number> {
  const outputs = wantedOutputs(options, FORMATS);
  const { paths, problems } = await expandInputs(args, io);
  reportInputProblems(problems, io);
  let status: number = problems.length > 0 ? STATUS.usage : STATUS.done;
  const files: WheelSizes[] = [];
  for (const path of paths) {
    try {
      files.push(await sizesOf(path));
    } catch (error) {
      const failure = describeFailure(error, path);
      io.err(failure.text);
      status = Math.max(status, failure.status);
    }
  }
  if (files.length === 0) return status;
  const shown = {
    sizes: flagOption(options, "sizes"),
    deviceCode: flagOption(options, "deviceCode"),
  };
  const { color } = commonOptions(options);
  await writeOutputs(outputs, io, async (format, toTerminal) => {
    if (format === "json") return sizesJson(files, shown);
    if (format === "html") return sizesHtml(files, shown);
    const colors = await palette(useColor(color, io.env, toTerminal));
    return files.map((file) => sizesText(file, shown, colors)).join("\n");
  });
  return status;
}

async function sizesOf(path: string): Promise<WheelSizes> {
  const source = openFile(path);
  try {
    const file = basename(path);
    const library = librarySizes(file, source);
    if (library !== undefined) return { file, tree: library.node, libraries: [library] };
    const wheel = openSoundWheel(source, file, nodeCompression);
    return await wheelSizes(wheel, (entry) => unpackMember(source, entry));
  } finally {
    source.close();
  }
}
