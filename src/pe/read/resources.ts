/** The resource tree: type, then name, then language. */
import { DIRECTORY } from "../constants.ts";
import { PeResourceData, PeResourceEntry, PeResourceTable, PLAIN } from "../layout.ts";
import { resourceTypeName } from "../names.ts";
import { directoryOf } from "./header.ts";
import type { Reading } from "./imports.ts";

export interface Resource {
  /** `RT_VERSION`, a number, or the name that the file gives to the type. */
  readonly type: string;
  readonly name: string;
  readonly language: string;
  /** RVA and bytes of the data. */
  readonly rva: number;
  readonly size: number;
}

/** Entries of all levels that are read; the most in any real file are some thousand. */
const MAX_ENTRIES = 50_000;
/** Characters of a name. */
const MAX_NAME = 256;
const LEVELS = 3;
const HIGH_BIT = 0x8000_0000;

/** In the order of the tree. Tables that are entered twice are an attack, and count once. */
export function parseResources({ header, memory, problems }: Reading): readonly Resource[] {
  const directory = directoryOf(header, DIRECTORY.IMAGE_DIRECTORY_ENTRY_RESOURCE);
  if (directory === undefined) return [];
  const base = directory.address;
  const found: Resource[] = [];
  const seen = new Set<number>();
  let entries = 0;
  const nameOf = (value: number, level: number): string => {
    if (value < HIGH_BIT) return level === 0 ? resourceTypeName(value) : `#${value}`;
    const at = base + value - HIGH_BIT;
    const head = memory.read(at, 2);
    const length = Math.min(MAX_NAME, (head[0] ?? 0) | ((head[1] ?? 0) << 8));
    return decodeUtf16(memory.read(at + 2, 2 * length));
  };
  const walk = (at: number, path: readonly string[]): void => {
    if (seen.has(at)) return;
    seen.add(at);
    const head = PeResourceTable.sizeOf("pe");
    const table = PeResourceTable.read(memory.read(at, head), 0, PLAIN);
    const count = table.NumberOfNamedEntries + table.NumberOfIdEntries;
    const stride = PeResourceEntry.sizeOf("pe");
    for (let index = 0; index < count && entries < MAX_ENTRIES; index++) {
      entries++;
      const bytes = memory.read(at + head + index * stride, stride);
      const { Name, OffsetToData } = PeResourceEntry.read(bytes, 0, PLAIN);
      const [type = "", name = "", language = ""] = [...path, nameOf(Name, path.length)];
      if (OffsetToData >= HIGH_BIT) {
        if (path.length < LEVELS - 1) {
          walk(base + OffsetToData - HIGH_BIT, [...path, nameOf(Name, path.length)]);
        }
        continue;
      }
      const place = base + OffsetToData;
      const data = PeResourceData.read(memory.read(place, PeResourceData.sizeOf("pe")), 0, PLAIN);
      found.push({ type, name, language, rva: data.OffsetToData, size: data.Size });
    }
  };
  problems.attempt(() => {
    walk(base, []);
  });
  return found;
}

/** The first `limit` bytes of a resource. */
export function resourceBytes(
  { memory }: Pick<Reading, "memory">,
  { rva, size }: Resource,
  limit: number,
): Uint8Array {
  return memory.read(rva, Math.min(size, limit, memory.room(rva)));
}

export function decodeUtf16(bytes: Uint8Array): string {
  return new TextDecoder("utf-16le").decode(bytes);
}
