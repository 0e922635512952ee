/** Reads everything that the ELF reader can read: what hostile bytes have to survive. */
import type { ElfSummary } from "../../src/binary.ts";
import * as elf from "../../src/elf/index.ts";
import { FormatError } from "../../src/errors.ts";
import { memorySource, type Source } from "../../src/source.ts";

/** The summary, or the error that refused the file; anything else that is thrown goes through. */
export function readAll(input: Uint8Array | Source): ElfSummary | FormatError {
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
