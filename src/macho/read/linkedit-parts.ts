/** The tables of `__LINKEDIT`, each with the field that says where it lies. */

import {
  DyldInfoCommand,
  DysymtabCommand,
  LinkeditDataCommand,
  SymtabCommand,
  TwolevelHintsCommand,
} from "../command-layout.ts";
import { LC } from "../constants.ts";
import { Nlist } from "../layout.ts";
import { padded } from "./dylib.ts";
import type { LoadCommand } from "./header.ts";
import type { MachoImage } from "./image.ts";
import type { TableRange } from "./linkedit.ts";

export interface LinkeditPart extends TableRange {
  readonly name: string;
  readonly command: LoadCommand;
  /** Byte offset in the command of the 32-bit offset of the table. */
  readonly field: number;
}

const NAMES: Readonly<Record<number, string>> = {
  [LC.LC_CODE_SIGNATURE]: "code signature",
  [LC.LC_DYLD_CHAINED_FIXUPS]: "chained fixups",
  [LC.LC_DYLD_EXPORTS_TRIE]: "export trie",
  [LC.LC_FUNCTION_STARTS]: "function starts",
  [LC.LC_DATA_IN_CODE]: "data in code",
};

/**
 * Every table, in no order.
 *
 * @param empty also those of no bytes that have a place; default false.
 */
export function linkeditParts(
  { tables, context, commands }: MachoImage,
  empty = false,
): readonly LinkeditPart[] {
  const { variant } = context;
  const parts: LinkeditPart[] = [];
  const add = (
    name: string,
    command: LoadCommand,
    field: number,
    offset: number,
    size: number,
  ): void => {
    if (size > 0 || (empty && offset > 0)) parts.push({ name, command, field, offset, size });
  };
  const { symtab, dysymtab, dyldInfo, data } = tables;
  for (const { command, offset, size } of data.values()) {
    const name = NAMES[command.cmd] ?? command.name;
    add(name, command, LinkeditDataCommand.offsetOf(variant, "dataoff"), offset, size);
  }
  if (dyldInfo !== null) {
    const at = (field: Parameters<typeof DyldInfoCommand.offsetOf>[1]): number =>
      DyldInfoCommand.offsetOf(variant, field);
    const { command } = dyldInfo;
    add("rebase opcodes", command, at("rebase_off"), dyldInfo.rebase_off, dyldInfo.rebase_size);
    add("bind opcodes", command, at("bind_off"), dyldInfo.bind_off, dyldInfo.bind_size);
    add(
      "weak bind opcodes",
      command,
      at("weak_bind_off"),
      dyldInfo.weak_bind_off,
      dyldInfo.weak_bind_size,
    );
    add(
      "lazy bind opcodes",
      command,
      at("lazy_bind_off"),
      dyldInfo.lazy_bind_off,
      dyldInfo.lazy_bind_size,
    );
    add("export trie", command, at("export_off"), dyldInfo.export_off, dyldInfo.export_size);
  }
  if (symtab !== null) {
    const { command } = symtab;
    const at = (field: "symoff" | "stroff"): number => SymtabCommand.offsetOf(variant, field);
    add("symbol table", command, at("symoff"), symtab.symoff, symtab.nsyms * Nlist.sizeOf(variant));
    add("symbol names", command, at("stroff"), symtab.stroff, symtab.strsize);
  }
  if (dysymtab !== null) {
    const { command } = dysymtab;
    const at = (field: Parameters<typeof DysymtabCommand.offsetOf>[1]): number =>
      DysymtabCommand.offsetOf(variant, field);
    const { indirectsymoff, nindirectsyms, extreloff, nextrel, locreloff, nlocrel } = dysymtab;
    add("indirect symbols", command, at("indirectsymoff"), indirectsymoff, nindirectsyms * 4);
    add("external relocations", command, at("extreloff"), extreloff, nextrel * 8);
    add("local relocations", command, at("locreloff"), locreloff, nlocrel * 8);
  }
  for (const command of commands) {
    if (command.cmd !== LC.LC_TWOLEVEL_HINTS) continue;
    const { offset, nhints } = TwolevelHintsCommand.read(padded(command.bytes), 0, context);
    add(
      "two-level hints",
      command,
      TwolevelHintsCommand.offsetOf(variant, "offset"),
      offset,
      nhints * 4,
    );
  }
  return parts;
}

/** The tables that can be moved, in file order: all but the signature. */
export function movableParts(image: MachoImage): readonly LinkeditPart[] {
  const linkedit = image.segments.find(({ name }) => name === "__LINKEDIT");
  const start = linkedit?.fileoff ?? 0;
  const end = Math.min(start + (linkedit?.filesize ?? 0), image.source.size);
  return linkeditParts(image, true)
    .filter(({ command }) => command.cmd !== LC.LC_CODE_SIGNATURE)
    .filter(({ offset, size }) => size > 0 || (offset >= start && offset <= end))
    .sort((a, b) => a.offset - b.offset || a.size - b.size);
}
