/** `wheelkit tags [OPTIONS] WHEEL…` */
import type { TagEdit } from "../edit/tags-edit.ts";
import { editTags } from "../edit/tags-edit.ts";
import { RefusalError, UsageError } from "../errors.ts";
import type { Io } from "../node/io.ts";
import { rewriteWheel } from "../node/rewrite-wheel.ts";
import type { CommandDeclaration, Invocation } from "./command.ts";
import { STATUS } from "./failure.ts";
import { expandInputs } from "./inputs.ts";
import {
  addInPlaceOption,
  addReportOptions,
  addWriteOptions,
  flagOption,
  textOption,
} from "./options.ts";
import {
  EDIT_FORMATS,
  refuseBadValues,
  reportInputProblems,
  reportRewrites,
  rewriteAll,
  rewriteOptions,
} from "./rewrite.ts";
import { checkTruth, FORCE_HINT } from "./tags-check.ts";

export const command: CommandDeclaration = {
  description:
    "Changes the tags and the build number of built wheels, in the file name and in WHEEL at\nonce. A tag takes the place of the existing tags; with `+` before it, it is added, with\n`-` it is removed. Several are separated by dots.",
  examples: [
    {
      what: "One more Python version",
      line: "wheelkit tags --python-tag +py313 demo-1.0-py312-none-any.whl",
    },
    {
      what: "The platform of a repaired wheel, in place",
      line: "wheelkit tags --in-place --platform-tag manylinux_2_28_x86_64 dist/*.whl",
    },
    {
      what: "Take a build number away",
      line: "wheelkit tags --build '' demo-1.0-2-py3-none-any.whl",
    },
  ],
  define(command) {
    command
      .argument("<wheel...>", "wheels, folders of wheels, or - for a list on standard input")
      .option("--python-tag <tags>", "Python tags, for example cp312 or +py3")
      .option("--abi-tag <tags>", "ABI tags, for example abi3")
      .option("--platform-tag <tags>", "platform tags, for example manylinux_2_28_x86_64")
      .option("--build <build>", "build number; an empty one removes it")
      .option("--remove", "remove the input when the result is written")
      .option("--force", "also tags that the wheel's content contradicts");
    addWriteOptions(command);
    addInPlaceOption(command);
    addReportOptions(command, EDIT_FORMATS);
  },
  run,
};

/** Rules that `--force` breaks. */
const FORCED: readonly string[] = ["NAM006", "NAM007", "MET010", "WHL006"];

async function run({ args, options, sequence }: Invocation, io: Io): Promise<number> {
  const part = (key: "python" | "abi" | "platform" | "build", option: string): Partial<TagEdit> => {
    const value = textOption(options, option);
    return value === undefined ? {} : { [key]: value };
  };
  const edit: TagEdit = {
    kind: "tags",
    ...part("python", "pythonTag"),
    ...part("abi", "abiTag"),
    ...part("platform", "platformTag"),
    ...part("build", "build"),
  };
  if (Object.keys(edit).length === 1) {
    throw new UsageError(
      "there is no tag to change",
      "give `--python-tag`, `--abi-tag`, `--platform-tag` or `--build`",
    );
  }
  refuseBadValues(() => [edit]);
  const remove = flagOption(options, "remove");
  const given = rewriteOptions(options, sequence, io);
  // As `wheel tags --remove`: the result takes the input's place.
  const folderGiven = sequence.some(({ name }) => name === "wheel-dir");
  const write = { ...given, inPlace: given.inPlace || (remove && !folderGiven) };
  const { paths, problems } = await expandInputs(args, io);
  reportInputProblems(problems, io);
  const force = flagOption(options, "force");
  const { wheels, status } = await rewriteAll(paths, io, async (path) => {
    try {
      return await rewriteWheel(path, write, {
        edit(draft) {
          editTags(draft, edit);
          return [];
        },
        ...(force ? { allowed: FORCED } : {}),
        check: (built, wheel) => checkTruth(built, wheel, force),
      });
    } catch (error) {
      if (!(error instanceof RefusalError) || !FORCED.includes(error.code)) throw error;
      throw new RefusalError(error.code, error.message, FORCE_HINT);
    }
  });
  await reportRewrites("wheelkit.tags/1", wheels, options, io);
  return Math.max(status, problems.length > 0 ? STATUS.usage : STATUS.done);
}
