/** The load configuration: what the loader sets up, and which kinds of code the file has. */
import { DIRECTORY } from "../constants.ts";
import { type LoadConfig as LoadConfigRow, PeLoadConfig } from "../layout.ts";
import { directoryOf } from "./header.ts";
import type { Reading } from "./imports.ts";
import { offsetOf } from "./thunks.ts";

export interface LoadConfig extends LoadConfigRow {
  /** File offset. */
  readonly at: number;
}

/**
 * The structure grew over the years, and its own Size says how far it goes: the size in the data
 * directory is 64 in many x86 files whatever follows. Fields after that are 0.
 */
export function parseLoadConfig({ header, memory, problems }: Reading): LoadConfig | null {
  const directory = directoryOf(header, DIRECTORY.IMAGE_DIRECTORY_ENTRY_LOAD_CONFIG);
  if (directory === undefined) return null;
  const { variant } = header.context;
  return (
    problems.attempt(() => {
      const head = memory.read(directory.address, 4);
      const size = new DataView(head.buffer, head.byteOffset, 4).getUint32(0, true);
      const bytes = new Uint8Array(PeLoadConfig.sizeOf(variant));
      bytes.set(memory.read(directory.address, Math.min(Math.max(size, 4), bytes.length)));
      const at = offsetOf(memory, directory.address).offset ?? 0;
      return { ...PeLoadConfig.read(bytes, 0, header.context, at), at };
    }) ?? null
  );
}
