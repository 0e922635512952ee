/** Patterns of paths: the runner's shell is not asked, and those of its systems differ. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import picomatch from "picomatch";

/** Folders that a pattern may look into; a mistaken `**` must end. */
const FOLDER_LIMIT = 20_000;

/** Files that `pattern` names, sorted; the pattern itself where it is a path, or names nothing. */
export function expandPattern(pattern: string, cwd: string): readonly string[] {
  const slashed = pattern.replaceAll("\\", "/");
  const { base, glob } = picomatch.scan(slashed);
  if (glob === "") return [pattern];
  const matches = picomatch(glob);
  const found: string[] = [];
  let folders = 0;
  const walk = (below: string): void => {
    if (++folders > FOLDER_LIMIT) throw new Error(`\`${pattern}\` looks into too many folders`);
    for (const entry of entriesOf(join(cwd, base, below))) {
      const path = below === "" ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) {
        if (glob.includes("/") || glob.includes("**")) walk(path);
      } else if (matches(path)) {
        found.push(base === "" ? path : `${base}/${path}`);
      }
    }
  };
  walk("");
  return found.length === 0 ? [pattern] : found.sort();
}

function entriesOf(folder: string) {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  return readdirSync(folder, { withFileTypes: true });
}
