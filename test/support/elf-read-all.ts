/** Reads everything that the ELF reader can read: what hostile bytes have to survive. */

import { FormatError } from "../../src/errors.ts";
import { memorySource, type Source } from "../../src/source.ts";
import * as elf from "./elf.ts";

/** The slice, or the error that refused the file; anything else that is thrown goes through. */
export function readAll(input: Uint8Array | Source): elf.ElfFacts | FormatError {
  const source = input instanceof Uint8Array ? memorySource(input) : input;
  try {
    elf.likelyRanges(source.read(0, Math.min(4096, source.size)), source.size);
    const image = elf.parse(source);
    elf.dump(image, { symbols: true });
    elf.listSymbols(image, "imports");
    elf.listSymbols(image, "exports");
    return elf.summarize(image, (name) => name.startsWith("P"));
  } catch (error) {
    if (error instanceof FormatError) return error;
    throw error;
  }
}
