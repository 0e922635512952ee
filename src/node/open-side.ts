/** One side of a comparison, from a path. */
import { statSync } from "node:fs";
import { basename } from "node:path";
import type { Side } from "../edit/diff.ts";
import { UsageError } from "../errors.ts";
import { openSoundWheel } from "../wheel/open.ts";
import { nodeCompression } from "./compression.ts";
import { openFile } from "./file.ts";
import { lazyStream } from "./lazy-stream.ts";

export interface OpenSide extends Side {
  close(): void;
}

/** @throws UsageError for a folder, FormatError when the archive can't be read. */
export function openSide(path: string): OpenSide {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) {
    throw new UsageError("this is a folder", "name two wheels");
  }
  const source = openFile(path);
  try {
    const wheel = openSoundWheel(source, basename(path), nodeCompression);
    return { wheel, stream: lazyStream(source), close: () => source.close() };
  } catch (error) {
    source.close();
    throw error;
  }
}
