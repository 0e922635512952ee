/** Where the settings file is. */
import { statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { decodeUtf8Lossy } from "../bytes.ts";
import { readRegular } from "./special-file.ts";

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
    if (isFile(own)) return readConfig(own);
    const project = join(folder, "pyproject.toml");
    if (isFile(project)) {
      const file = readConfig(project);
      if (file.text.includes("wheelkit")) return file;
    }
    if (dirname(folder) === folder) return undefined;
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** Bytes; a settings file has some hundred. */
const LIMIT = 16 << 20;

export function readConfig(path: string): ConfigFile {
  const text = decodeUtf8Lossy(readRegular(path, LIMIT));
  const isProject = /(?:^|[/\\])pyproject\.toml$/.test(path);
  return { path, text, table: isProject ? "tool.wheelkit" : "root" };
}
