/** One native library from a path: for `show` and for library users. */
import type { ElfSummary } from "../binary.ts";
import { formatOf } from "../binary.ts";
import * as elf from "../elf/index.ts";
import { FormatError } from "../errors.ts";
import { interestingSymbol } from "../policy/interest.ts";
import { openFile } from "./file.ts";

/**
 * Reads the facts of a native library.
 *
 * @throws UsageError when there is no such file, FormatError when it is no ELF file or a broken one.
 */
export function readBinary(path: string): ElfSummary {
  const source = openFile(path);
  try {
    const head = source.read(0, Math.min(source.size, 64));
    const format = formatOf(head);
    if (format !== "elf") {
      throw new FormatError(
        format === undefined
          ? "this is no native library: the first bytes are no magic number of ELF, Mach-O or PE"
          : "Mach-O and PE files can't be read yet",
        { format: format ?? "file", record: "magic", offset: 0 },
      );
    }
    return elf.summarize(elf.parse(source), interestingSymbol);
  } finally {
    source.close();
  }
}
