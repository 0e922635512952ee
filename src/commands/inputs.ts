/** PATH…: files, folders of wheels, `-` for a list on standard input. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { compareText, printable } from "../bytes.ts";
import { UsageError } from "../errors.ts";
import { isWindows, matchingFiles, pathKey } from "../node/host-path.ts";
import type { Io } from "../node/io.ts";
import { journalOf } from "../node/journal.ts";
import { projectOf } from "../wheel/filename.ts";

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
      const input = await io.readInput();
      if (input.startsWith("PK\u0003\u0004") || input.includes("\0")) {
        const what = input.startsWith("PK") ? "a wheel" : "binary data";
        problems.push(
          new UsageError(`standard input is ${what}, not a list of paths`, "name the file instead"),
        );
        continue;
      }
      const lines = input.split(/\r?\n/).filter((line) => line.trim() !== "");
      if (lines.length === 0) problems.push(new UsageError("standard input lists no wheel"));
      for (const line of lines) expand(line, paths, problems);
    } else expand(arg, paths, problems);
  }
  return { paths: withoutRepetitions(paths), problems };
}

/** A file that is named twice is handled once. */
function withoutRepetitions(paths: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  return paths.filter((path) => {
    const whole = pathKey(path);
    if (seen.has(whole)) return false;
    seen.add(whole);
    return true;
  });
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
  const matching = matchingFiles(path, namesIn) ?? [];
  if (matching.length > 0) {
    for (const each of matching) expand(each, paths, problems);
    return;
  }
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) {
    // A run that was killed may have given it another name: the command finds that out.
    if (existsSync(journalOf(path))) paths.push(path);
    else {
      const hint = globHint(path) ?? renamedHint(path);
      problems.push(new UsageError(`there is no file or folder \`${path}\``, hint));
    }
    return;
  }
  if (!stat.isDirectory()) {
    if (stat.isFile()) paths.push(path);
    else problems.push(new UsageError(`\`${path}\` is not a regular file`));
    return;
  }
  const wheels = readdirSync(path)
    .filter((name) => name.endsWith(".whl"))
    .sort(compareText);
  if (wheels.length === 0) {
    problems.push(new UsageError(`there is no wheel in the folder \`${path}\``));
  }
  for (const name of wheels) {
    const wheel = join(path, name);
    if (statSync(wheel, { throwIfNoEntry: false })?.isFile()) paths.push(wheel);
    else problems.push(new UsageError(`\`${wheel}\` is not a file, but is named like a wheel`));
  }
}

function namesIn(folder: string): readonly string[] {
  const isFolder = statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
  return isFolder ? readdirSync(folder).sort(compareText) : [];
}

function globHint(path: string): string | undefined {
  if (!/[*?]/.test(path)) return undefined;
  return isWindows()
    ? "nothing matches this pattern; only the last part of a path can be one"
    : "the shell found nothing for this pattern; name the folder instead";
}

/** An edit in place may have given the wheel another name. */
function renamedHint(path: string): string | undefined {
  const project = projectOf(basename(path));
  if (project === undefined || !existsSync(dirname(path))) return undefined;
  const [first] = readdirSync(dirname(path))
    .filter((name) => projectOf(name) === project)
    .sort(compareText);
  return first === undefined
    ? undefined
    : `there is \`${printable(first)}\`: an edit in place may have renamed it`;
}
