/** Static libraries: only what architecture their members are for. */
import { decodeLatin1 } from "../../bytes.ts";
import { FormatError } from "../../errors.ts";
import type { Source } from "../../source.ts";
import { matches } from "./fat.ts";
import { HEAD_SIZE, readHead } from "./header.ts";

const MAGIC_SIZE = 8;
/** Name 16, date 12, uid 6, gid 6, mode 8, size 10, end 2. */
const MEMBER_HEADER = 60;
const SIZE_AT = 48;
/** Members that are looked at. */
const MAX_MEMBERS = 1 << 20;

export interface Processor {
  readonly cputype: number;
  readonly cpusubtype: number;
}

/**
 * The processor of the Mach-O members; `null` when there are none.
 *
 * @throws FormatError when a member's header is damaged, or members are for different processors.
 */
export function archiveProcessor(source: Source): Processor | null {
  let found: Processor | null = null;
  let at = MAGIC_SIZE;
  for (let count = 0; at + MEMBER_HEADER <= source.size && count < MAX_MEMBERS; count++) {
    const header = decodeLatin1(source.read(at, MEMBER_HEADER));
    const digits = header.slice(SIZE_AT, SIZE_AT + 10).trim();
    const size = Number(digits);
    if (!/^\d+$/.test(digits) || !header.endsWith("`\n")) {
      throw new FormatError("the header of a member is damaged", {
        format: "macho",
        record: "ar_hdr",
        offset: at,
      });
    }
    // BSD archives keep long names before the content.
    const long = /^#1\/(\d+)/.exec(header);
    const start = at + MEMBER_HEADER + Number(long?.[1] ?? 0);
    const processor = processorAt(source, start);
    if (processor !== null) {
      if (found !== null && found.cputype !== processor.cputype) {
        throw new FormatError("the members are for different processors", {
          format: "macho",
          record: "ar_hdr",
          offset: at,
        });
      }
      found ??= processor;
    }
    at += MEMBER_HEADER + size + (size % 2);
  }
  return found;
}

function processorAt(source: Source, at: number): Processor | null {
  if (at + HEAD_SIZE > source.size) return null;
  const head = source.read(at, HEAD_SIZE);
  if (!matches(head)) return null;
  const { cputype, cpusubtype } = readHead(head, at).header;
  return { cputype, cpusubtype };
}
