/** The Pythons of this machine, for code that must run on all of them. */
import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { python } from "./tools.ts";

export interface InstalledPython {
  readonly path: string;
  /** Of Python 3. */
  readonly minor: number;
}

/** The oldest from 3.8 on, the newest, and the one of the test environment. */
export function installedPythons(minorOf: (path: string) => number): readonly InstalledPython[] {
  const folder = join(process.env.PYENV_ROOT || join(homedir(), ".pyenv"), "versions");
  const all = (existsSync(folder) ? readdirSync(folder) : [])
    .flatMap((version) => {
      const [, minor] = /^3\.(\d+)\.\d+$/.exec(version) ?? [];
      const path = join(folder, version, "bin", "python3");
      return minor !== undefined && existsSync(path) ? [{ path, minor: Number(minor) }] : [];
    })
    .filter(({ minor }) => minor >= 8)
    .sort((a, b) => a.minor - b.minor);
  const own = { path: python(), minor: minorOf(python()) };
  const found = new Map(
    [own, ...all.slice(0, 1), ...all.slice(-1)].map((each) => [each.minor, each]),
  );
  return [...found.values()].sort((a, b) => a.minor - b.minor);
}
