/** What pefile, LIEF, llvm-readobj and osslsigncode say of files that repairs changed, in one process for all. */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { python } from "./tools.ts";

const SCRIPT = fileURLToPath(new URL("../../corpus/windows_structure.py", import.meta.url));

export interface StructureAnswer {
  readonly files: number;
  readonly changed: number;
  /** File, and what is wrong with it. */
  readonly problems: readonly (readonly [name: string, what: string])[];
}

export interface StructureCheck {
  /**
   * Keeps the PE files of an unpacked wheel, with what they were made of.
   *
   * @param originals by member path, or by file name outside.
   */
  add(name: string, site: string, originals: Readonly<Record<string, Uint8Array>>): void;
  ask(): StructureAnswer;
}

export function structureCheck(root: () => string): StructureCheck {
  const pairs: { name: string; before: string | null; after: string }[] = [];
  const folder = (): string => join(root(), "structure");
  return {
    add(name, site, originals) {
      mkdirSync(folder(), { recursive: true });
      const known = new Map(
        Object.entries(originals).flatMap(([path, bytes]) => [
          [path, bytes],
          [stem(path), bytes],
        ]),
      );
      for (const path of readdirSync(site, { recursive: true, encoding: "utf8" }).sort()) {
        if (!/\.(pyd|dll|exe)$/i.test(path)) continue;
        const after = join(folder(), `${pairs.length}-after`);
        const original = known.get(path) ?? known.get(stem(path));
        const before = original === undefined ? null : join(folder(), `${pairs.length}-before`);
        copyFileSync(join(site, path), after);
        if (before !== null && original !== undefined) writeFileSync(before, original);
        pairs.push({ name: `${name}: ${path}`, before, after });
      }
    },
    ask() {
      const list = join(folder(), "pairs.json");
      writeFileSync(list, JSON.stringify(pairs));
      const answer: StructureAnswer = JSON.parse(
        execFileSync(python(), [SCRIPT, list], { encoding: "utf8" }),
      );
      return answer;
    },
  };
}

/** The base name without a hash in it, as Windows compares names. */
function stem(path: string): string {
  return basename(path)
    .replace(/-[0-9a-f]{32}(?=\.[^.]*$)/, "")
    .toLowerCase();
}
