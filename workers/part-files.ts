/** What the bundled zstd takes from `node:fs/promises`. */
import { basename } from "node:path";
import { readPart } from "../src/node/parts.ts";

export async function readFile(path: string): Promise<Uint8Array> {
  return readPart(basename(path));
}
