/** Bind opcodes of LC_DYLD_INFO: which symbol of which library goes where. */
import { decodeName, nameEnd } from "../../bytes.ts";
import { FormatError } from "../../errors.ts";
import { BIND_OPCODE, BIND_SUBOPCODE_THREADED, BIND_SYMBOL_FLAGS } from "../constants.ts";
import { nextByte, readUleb } from "./leb.ts";

/** An import as fixups name it; with its leading `_`. */
export interface BoundSymbol {
  readonly name: string;
  /** From 1: a library; 0 and negative: BIND_SPECIAL_DYLIB_*. */
  readonly ordinal: number;
  /** It may stay undefined. */
  readonly weak: boolean;
}

/** Where opcodes say an ordinal: what a rewrite changes. */
export interface OrdinalPlace {
  readonly ordinal: number;
  /** Byte offset of the opcode in the table. */
  readonly at: number;
  /** Bytes of the ULEB after the opcode; 0: the opcode's immediate. */
  readonly uleb: number;
}

export interface BindVisitor {
  symbol?(symbol: BoundSymbol): void;
  ordinal?(place: OrdinalPlace): void;
}

const RECORD = "bind opcodes";

/**
 * Runs through the opcodes.
 *
 * @param lazy each entry of lazy binding ends with BIND_OPCODE_DONE; elsewhere that ends the table.
 * @throws FormatError at an unknown opcode, or when the table ends inside of one.
 */
export function walkBinds(table: Uint8Array, lazy: boolean, visitor: BindVisitor): void {
  const reader = { bytes: table, position: 0 };
  let ordinal = 0;
  let name = "";
  let weak = false;
  let fresh = false;
  const bound = (): void => {
    if (fresh) visitor.symbol?.({ name, ordinal, weak });
    fresh = false;
  };
  while (reader.position < table.length) {
    const at = reader.position;
    const byte = nextByte(reader, RECORD);
    const immediate = byte & 0x0f;
    switch (byte & 0xf0) {
      case BIND_OPCODE.BIND_OPCODE_DONE:
        if (!lazy) return;
        ordinal = 0;
        break;
      case BIND_OPCODE.BIND_OPCODE_SET_DYLIB_ORDINAL_IMM:
        ordinal = immediate;
        fresh = name !== "";
        visitor.ordinal?.({ ordinal, at, uleb: 0 });
        break;
      case BIND_OPCODE.BIND_OPCODE_SET_DYLIB_ORDINAL_ULEB:
        ordinal = readUleb(reader, RECORD);
        fresh = name !== "";
        visitor.ordinal?.({ ordinal, at, uleb: reader.position - at - 1 });
        break;
      case BIND_OPCODE.BIND_OPCODE_SET_DYLIB_SPECIAL_IMM:
        ordinal = immediate === 0 ? 0 : immediate - 16;
        fresh = name !== "";
        break;
      case BIND_OPCODE.BIND_OPCODE_SET_SYMBOL_TRAILING_FLAGS_IMM: {
        const end = nameEnd(table, reader.position);
        name = decodeName(table, reader.position, end);
        reader.position = end + 1;
        weak = (immediate & BIND_SYMBOL_FLAGS.BIND_SYMBOL_FLAGS_WEAK_IMPORT) !== 0;
        fresh = true;
        break;
      }
      case BIND_OPCODE.BIND_OPCODE_SET_TYPE_IMM:
        break;
      case BIND_OPCODE.BIND_OPCODE_SET_ADDEND_SLEB:
      case BIND_OPCODE.BIND_OPCODE_SET_SEGMENT_AND_OFFSET_ULEB:
      case BIND_OPCODE.BIND_OPCODE_ADD_ADDR_ULEB:
        readUleb(reader, RECORD);
        break;
      case BIND_OPCODE.BIND_OPCODE_DO_BIND:
      case BIND_OPCODE.BIND_OPCODE_DO_BIND_ADD_ADDR_IMM_SCALED:
        bound();
        break;
      case BIND_OPCODE.BIND_OPCODE_DO_BIND_ADD_ADDR_ULEB:
        readUleb(reader, RECORD);
        bound();
        break;
      case BIND_OPCODE.BIND_OPCODE_DO_BIND_ULEB_TIMES_SKIPPING_ULEB:
        readUleb(reader, RECORD);
        readUleb(reader, RECORD);
        bound();
        break;
      case BIND_OPCODE.BIND_OPCODE_THREADED:
        if (
          immediate ===
          BIND_SUBOPCODE_THREADED.BIND_SUBOPCODE_THREADED_SET_BIND_ORDINAL_TABLE_SIZE_ULEB
        ) {
          readUleb(reader, RECORD);
        }
        break;
      default:
        throw new FormatError("the opcode is unknown", {
          format: "macho",
          record: RECORD,
          offset: at,
          value: `0x${byte.toString(16)}`,
        });
    }
  }
}
