/**
 * The bound import directory: DLLs whose addresses were written into the file beforehand.
 *
 * It usually lies between the section table and the first section, in the headers.
 */
import { DIRECTORY } from "../constants.ts";
import { type BoundDescriptor, PeBound, PLAIN } from "../layout.ts";
import { directoryOf } from "./header.ts";
import { MAX_LIBRARIES, type Reading } from "./imports.ts";

export interface BoundImport extends BoundDescriptor {
  readonly library: string;
  /** A DLL that one of the bound ones forwards to. */
  readonly forwarder: boolean;
}

export function parseBoundImports({ header, memory, problems }: Reading): readonly BoundImport[] {
  const directory = directoryOf(header, DIRECTORY.IMAGE_DIRECTORY_ENTRY_BOUND_IMPORT);
  if (directory === undefined) return [];
  const bound: BoundImport[] = [];
  const stride = PeBound.sizeOf("pe");
  const start = directory.address;
  let forwarders = 0;
  for (let rva = start; bound.length < MAX_LIBRARIES; rva += stride) {
    const row = problems.attempt(() => PeBound.read(memory.read(rva, stride), 0, PLAIN));
    if (row === undefined) return bound;
    const forwarder = forwarders > 0;
    if (!forwarder && row.TimeDateStamp === 0 && row.OffsetModuleName === 0) return bound;
    const library = problems.attempt(() => memory.name(start + row.OffsetModuleName));
    if (library === undefined) return bound;
    bound.push({ ...row, library, forwarder });
    forwarders = forwarder ? forwarders - 1 : row.NumberOfModuleForwarderRefs;
  }
  return bound;
}
