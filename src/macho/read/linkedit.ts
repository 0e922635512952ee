/** What load commands say of the tables in `__LINKEDIT`. */
import type { Problems } from "../../problems.ts";
import {
  DyldInfoCommand,
  type DyldInfoRecord,
  DysymtabCommand,
  type DysymtabRecord,
  LinkeditDataCommand,
  SymtabCommand,
  type SymtabRecord,
} from "../command-layout.ts";
import { LC } from "../constants.ts";
import type { MachoContext } from "../layout.ts";
import { padded } from "./dylib.ts";
import type { LoadCommand } from "./header.ts";

/** Bytes of a table, from the slice's start. */
export interface TableRange {
  readonly offset: number;
  readonly size: number;
}

/** A load command that says where a run of bytes lies. */
export interface LinkeditData extends TableRange {
  readonly command: LoadCommand;
}

export interface Tables {
  readonly symtab: (SymtabRecord & { readonly command: LoadCommand }) | null;
  readonly dysymtab: (DysymtabRecord & { readonly command: LoadCommand }) | null;
  readonly dyldInfo: (DyldInfoRecord & { readonly command: LoadCommand }) | null;
  /** linkedit_data_command by cmd; the last one of each. */
  readonly data: ReadonlyMap<number, LinkeditData>;
}

/** Every command that is a linkedit_data_command. */
export const LINKEDIT_DATA: ReadonlySet<number> = new Set([
  LC.LC_CODE_SIGNATURE,
  LC.LC_SEGMENT_SPLIT_INFO,
  LC.LC_FUNCTION_STARTS,
  LC.LC_DATA_IN_CODE,
  LC.LC_DYLIB_CODE_SIGN_DRS,
  LC.LC_LINKER_OPTIMIZATION_HINT,
  LC.LC_DYLD_EXPORTS_TRIE,
  LC.LC_DYLD_CHAINED_FIXUPS,
  LC.LC_ATOM_INFO,
  LC.LC_FUNCTION_VARIANTS,
  LC.LC_FUNCTION_VARIANT_FIXUPS,
]);

export function parseTables(
  commands: readonly LoadCommand[],
  context: MachoContext,
  base: number,
  size: number,
  problems: Problems,
): Tables {
  const data = new Map<number, LinkeditData>();
  let symtab: Tables["symtab"] = null;
  let dysymtab: Tables["dysymtab"] = null;
  let dyldInfo: Tables["dyldInfo"] = null;
  for (const command of commands) {
    const { cmd, bytes } = command;
    if (LINKEDIT_DATA.has(cmd)) {
      const { dataoff, datasize } = LinkeditDataCommand.read(padded(bytes), 0, context);
      if (data.has(cmd)) twice(command, base, problems);
      data.set(cmd, { command, offset: dataoff, size: datasize });
      checkRange(command, { offset: dataoff, size: datasize }, base, size, problems);
    } else if (cmd === LC.LC_SYMTAB) {
      if (symtab !== null) twice(command, base, problems);
      symtab = { ...SymtabCommand.read(padded(bytes), 0, context), command };
    } else if (cmd === LC.LC_DYSYMTAB) {
      if (dysymtab !== null) twice(command, base, problems);
      dysymtab = { ...DysymtabCommand.read(padded(bytes), 0, context), command };
    } else if (cmd === LC.LC_DYLD_INFO || cmd === LC.LC_DYLD_INFO_ONLY) {
      if (dyldInfo !== null) twice(command, base, problems);
      dyldInfo = { ...DyldInfoCommand.read(padded(bytes), 0, context), command };
    }
  }
  return { symtab, dysymtab, dyldInfo, data };
}

function twice(command: LoadCommand, base: number, problems: Problems): void {
  problems.add(`there is more than one ${command.name}`, {
    record: command.name,
    offset: base + command.at,
  });
}

function checkRange(
  command: LoadCommand,
  range: TableRange,
  base: number,
  size: number,
  problems: Problems,
): void {
  if (range.offset + range.size <= size) return;
  problems.add(`the table ends behind the file's ${size} bytes`, {
    record: command.name,
    field: "dataoff",
    offset: base + command.at + 8,
    value: `${range.offset}`,
  });
}
