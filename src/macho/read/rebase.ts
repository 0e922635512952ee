/** Rebase opcodes of LC_DYLD_INFO: which pointers move with the image. */
import { FormatError } from "../../errors.ts";
import { REBASE_OPCODE, REBASE_TYPE } from "../constants.ts";
import { nextByte, readUleb } from "./leb.ts";

const RECORD = "rebase opcodes";

/**
 * Visits every pointer, by the index of its segment and its offset in there.
 *
 * @param sizes bytes of each segment in the file: nothing outside of them is visited.
 * @throws FormatError when the table is damaged, or has pointers of another kind.
 */
export function walkRebases(
  table: Uint8Array,
  pointerSize: number,
  sizes: readonly number[],
  visit: (segment: number, offset: number) => void,
): void {
  const reader = { bytes: table, position: 0 };
  let segment = 0;
  let offset = 0;
  const bad = (problem: string, value: number): FormatError =>
    new FormatError(problem, {
      format: "macho",
      record: RECORD,
      offset: reader.position,
      value: `${value}`,
    });
  const rebase = (count: number, skip: number): void => {
    for (let index = 0; index < count; index++) {
      if (offset < 0 || offset + pointerSize > (sizes[segment] ?? 0)) {
        throw bad("a pointer is outside of its segment", offset);
      }
      visit(segment, offset);
      offset += pointerSize + skip;
    }
  };
  while (reader.position < table.length) {
    const byte = nextByte(reader, RECORD);
    const immediate = byte & 0x0f;
    switch (byte & 0xf0) {
      case REBASE_OPCODE.REBASE_OPCODE_DONE:
        return;
      case REBASE_OPCODE.REBASE_OPCODE_SET_TYPE_IMM:
        if (immediate !== REBASE_TYPE.REBASE_TYPE_POINTER) {
          throw bad("the kind of pointer is unknown", immediate);
        }
        break;
      case REBASE_OPCODE.REBASE_OPCODE_SET_SEGMENT_AND_OFFSET_ULEB:
        segment = immediate;
        offset = readUleb(reader, RECORD);
        break;
      case REBASE_OPCODE.REBASE_OPCODE_ADD_ADDR_ULEB:
        offset += readUleb(reader, RECORD);
        break;
      case REBASE_OPCODE.REBASE_OPCODE_ADD_ADDR_IMM_SCALED:
        offset += immediate * pointerSize;
        break;
      case REBASE_OPCODE.REBASE_OPCODE_DO_REBASE_IMM_TIMES:
        rebase(immediate, 0);
        break;
      case REBASE_OPCODE.REBASE_OPCODE_DO_REBASE_ULEB_TIMES:
        rebase(readUleb(reader, RECORD), 0);
        break;
      case REBASE_OPCODE.REBASE_OPCODE_DO_REBASE_ADD_ADDR_ULEB:
        rebase(1, readUleb(reader, RECORD));
        break;
      case REBASE_OPCODE.REBASE_OPCODE_DO_REBASE_ULEB_TIMES_SKIPPING_ULEB: {
        const count = readUleb(reader, RECORD);
        rebase(count, readUleb(reader, RECORD));
        break;
      }
      default:
        throw bad("the opcode is unknown", byte);
    }
  }
}
