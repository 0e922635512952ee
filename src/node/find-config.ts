/** Where the settings file is. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

export interface ConfigFile {
  readonly path: string;
  readonly text: string;
  /** `tool.wheelkit` of a `pyproject.toml`, or the whole of a `wheelkit.toml`. */
  readonly table: "tool.wheelkit" | "root";
}

/**
 * From `cwd` upwards: `wheelkit.toml`, else a `pyproject.toml` that mentions `tool.wheelkit`.
 *
 * The text is only searched here, so that a run without settings needs no TOML parser.
 */
export function findConfig(cwd: string): ConfigFile | undefined {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const own = join(folder, "wheelkit.toml");
    if (existsSync(own)) return readConfig(own);
    const project = join(folder, "pyproject.toml");
    if (existsSync(project)) {
      const file = readConfig(project);
      if (file.text.includes("wheelkit")) return file;
    }
    if (dirname(folder) === folder) return undefined;
  }
}

export function readConfig(path: string): ConfigFile {
  const text = readFileSync(path, "utf8");
  const isProject = /(?:^|[/\\])pyproject\.toml$/.test(path);
  return { path, text, table: isProject ? "tool.wheelkit" : "root" };
}
