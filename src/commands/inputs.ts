/** PATH…: files, folders of wheels, `-` for a list on standard input. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { compareText } from "../bytes.ts";
import { UsageError } from "../errors.ts";
import type { Io } from "../node/io.ts";

export interface Inputs {
  readonly paths: readonly string[];
  /** One for each PATH that names nothing; the others are handled all the same. */
  readonly problems: readonly UsageError[];
}

/** Paths in the order given; the wheels of a folder in code point order of their names. */
export async function expandInputs(args: readonly string[], io: Io): Promise<Inputs> {
  const paths: string[] = [];
  const problems: UsageError[] = [];
  for (const arg of args) {
    if (arg === "-") {
      const lines = (await io.readInput()).split(/\r?\n/).filter((line) => line.trim() !== "");
      if (lines.length === 0) problems.push(new UsageError("standard input lists no wheel"));
      for (const line of lines) expand(line, paths, problems);
    } else expand(arg, paths, problems);
  }
  return { paths, problems };
}

function expand(path: string, paths: string[], problems: UsageError[]): void {
  if (/^https?:\/\//i.test(path)) {
    problems.push(
      new UsageError(
        `\`${path}\`: web addresses are not supported yet`,
        "download the wheel first, for example with `pip download --no-deps`",
      ),
    );
    return;
  }
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) {
    problems.push(new UsageError(`there is no file \`${path}\``, globHint(path)));
    return;
  }
  if (!stat.isDirectory()) {
    if (stat.isFile()) paths.push(path);
    else problems.push(new UsageError(`\`${path}\` is no regular file`));
    return;
  }
  const wheels = readdirSync(path)
    .filter((name) => name.endsWith(".whl"))
    .sort(compareText);
  if (wheels.length === 0) {
    problems.push(new UsageError(`there is no wheel in the folder \`${path}\``));
  }
  for (const name of wheels) paths.push(join(path, name));
}

function globHint(path: string): string | undefined {
  return /[*?]/.test(path)
    ? "the shell found nothing for this pattern; name the folder instead"
    : undefined;
}
