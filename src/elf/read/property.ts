/** GNU properties: which instruction set and hardening a file declares. "Linux Extensions to gABI" 2.1. */
import { EM, GNU_PROPERTY_X86, GNU_PROPERTY_X86_ISA_1, NT_GNU } from "../constants.ts";
import type { ElfContext } from "../layout.ts";
import type { Note } from "./notes.ts";
import type { Problems } from "./problems.ts";

export interface GnuProperty {
  readonly type: number;
  readonly data: Uint8Array;
  /** The data as a number when it has four bytes. */
  readonly value: number | null;
  /** File offset of the property. */
  readonly at: number;
}

export function parseProperties(
  notes: readonly Note[],
  context: ElfContext,
  problems: Problems,
): readonly GnuProperty[] {
  const align = context.variant === "elf64" ? 8 : 4;
  const properties: GnuProperty[] = [];
  for (const note of notes) {
    if (note.name !== "GNU" || note.type !== NT_GNU.NT_GNU_PROPERTY_TYPE_0) continue;
    const { desc } = note;
    const view = new DataView(desc.buffer, desc.byteOffset, desc.byteLength);
    // Note header and name take 16 bytes.
    const base = note.at + 16;
    for (let at = 0; at + 8 <= desc.length; ) {
      const type = view.getUint32(at, context.littleEndian);
      const size = view.getUint32(at + 4, context.littleEndian);
      if (at + 8 + size > desc.length) {
        problems.addMinor("the property is longer than its note", {
          record: "GNU property",
          field: "pr_datasz",
          offset: base + at + 4,
          value: String(size),
        });
        break;
      }
      properties.push({
        type,
        data: desc.subarray(at + 8, at + 8 + size),
        value: size === 4 ? view.getUint32(at + 8, context.littleEndian) : null,
        at: base + at,
      });
      at = Math.ceil((at + 8 + size) / align) * align;
    }
  }
  return properties;
}

interface IsaNeed {
  /** The highest x86-64 level that is declared as needed above the baseline. */
  readonly level: "x86_64_v2" | "x86_64_v3" | "x86_64_v4" | null;
  /** Bits that no level explains. */
  readonly unknown: number;
}

/** GNU_PROPERTY_X86_ISA_1_NEEDED of an x86 file. */
export function isaNeeded(properties: readonly GnuProperty[], machine: number): IsaNeed {
  if (machine !== EM.EM_X86_64 && machine !== EM.EM_386) return { level: null, unknown: 0 };
  let bits = 0;
  for (const { type, value } of properties) {
    if (type === GNU_PROPERTY_X86.GNU_PROPERTY_X86_ISA_1_NEEDED) bits |= value ?? 0;
  }
  const {
    GNU_PROPERTY_X86_ISA_1_BASELINE: base,
    GNU_PROPERTY_X86_ISA_1_V2: v2,
    GNU_PROPERTY_X86_ISA_1_V3: v3,
    GNU_PROPERTY_X86_ISA_1_V4: v4,
  } = GNU_PROPERTY_X86_ISA_1;
  const level =
    (bits & v4) !== 0
      ? "x86_64_v4"
      : (bits & v3) !== 0
        ? "x86_64_v3"
        : (bits & v2) !== 0
          ? "x86_64_v2"
          : null;
  return { level, unknown: (bits & ~(base | v2 | v3 | v4)) >>> 0 };
}
