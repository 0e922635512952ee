/** Who takes the bytes of a wheel: members, the sections of libraries, the GPUs of device code. */
import { MAX_BINARIES } from "../audit/inspect/limits.ts";
import { isNative } from "../audit/inspect/task.ts";
import { compareText } from "../bytes.ts";
import { FormatError } from "../errors.ts";
import type { OpenNative, Region } from "../format.ts";
import type { FileSource } from "../runtime.ts";
import type { Source } from "../source.ts";
import type { Wheel } from "../wheel/open.ts";
import type { ZipEntry } from "../zip/entry.ts";
import { type DeviceInventory, type DeviceRow, deviceInventory, deviceRows } from "./inventory.ts";
import { readerFor } from "./reader.ts";

export type SizeKind = "wheel" | "file" | "code" | "data" | "symbols" | "device" | "other";

/** A part, with the parts that it consists of. */
export interface SizeNode {
  readonly name: string;
  readonly kind: SizeKind;
  /** Bytes installed. */
  readonly size: number;
  /** Bytes in the archive, of members only. */
  readonly packed?: number;
  readonly children: readonly SizeNode[];
}

export interface LibrarySizes {
  readonly path: string;
  readonly node: SizeNode;
  readonly device: DeviceInventory;
  readonly rows: readonly DeviceRow[];
}

export interface WheelSizes {
  readonly file: string;
  readonly tree: SizeNode;
  readonly libraries: readonly LibrarySizes[];
}

/** Parts that take less than this of their whole are told together. */
const SMALLEST = 0.005;

/**
 * Of more native files than an audit judges the rest are told as other files are.
 *
 * @param open unpacks a member.
 */
export async function wheelSizes(
  wheel: Wheel,
  open: (entry: ZipEntry) => Promise<FileSource>,
): Promise<WheelSizes> {
  const access = { source: wheel.source, compression: wheel.compression };
  const nodes: SizeNode[] = [];
  const libraries: LibrarySizes[] = [];
  for (const entry of wheel.index.entries) {
    if (entry.directory) continue;
    const plain: SizeNode = {
      name: entry.name,
      kind: "file",
      size: entry.size,
      packed: entry.compressedSize,
      children: [],
    };
    const found =
      libraries.length < MAX_BINARIES && !entry.broken && isNative(access, entry)
        ? await openLibrary(entry, open)
        : undefined;
    if (found === undefined) nodes.push(plain);
    else {
      libraries.push({ ...found, node: { ...found.node, packed: entry.compressedSize } });
      nodes.push({ ...found.node, packed: entry.compressedSize });
    }
  }
  const size = nodes.reduce((sum, node) => sum + node.size, 0);
  const packed = wheel.source.size;
  const children = foldSmall(nodes, size);
  return {
    file: wheel.file,
    tree: { name: wheel.file, kind: "wheel", size, packed, children },
    libraries,
  };
}

async function openLibrary(
  entry: ZipEntry,
  open: (entry: ZipEntry) => Promise<FileSource>,
): Promise<LibrarySizes | undefined> {
  const source = await open(entry);
  try {
    return librarySizes(entry.name, source);
  } finally {
    source.close();
  }
}

/** `undefined` for what is no native file, or a damaged one. */
export function librarySizes(path: string, source: Source): LibrarySizes | undefined {
  const reader = readerFor(source);
  if (reader === undefined) return undefined;
  try {
    const native = reader.open(source);
    const device = deviceInventory(source, native);
    const rows = deviceRows(
      device.regions.flatMap(({ containers }) => containers.flatMap(({ entries }) => entries)),
    );
    const children = sectionNodes(native, device, source.size);
    return { path, node: { name: path, kind: "file", size: source.size, children }, device, rows };
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

function sectionNodes(
  native: OpenNative,
  device: DeviceInventory,
  total: number,
): readonly SizeNode[] {
  const regions = native.regions().filter(({ size }) => size > 0);
  const nodes = regions.map((region): SizeNode => {
    const { name, size } = region;
    const found = device.regions.find((each) => each.region.start === region.start);
    if (found === undefined) return { name, kind: kindOf(region), size, children: [] };
    const entries = found.containers.flatMap((container) => container.entries);
    return { name, kind: "device", size, children: targetNodes(deviceRows(entries)) };
  });
  const named = nodes.reduce((sum, { size }) => sum + size, 0);
  if (total > named) {
    nodes.push({ name: "headers and padding", kind: "other", size: total - named, children: [] });
  }
  return foldSmall(nodes, total);
}

export function targetNodes(rows: readonly DeviceRow[]): readonly SizeNode[] {
  return rows.map(({ target, codec, stored }) => ({
    name: `${target} (${codec})`,
    kind: "device",
    size: stored,
    children: [],
  }));
}

/** By the names that compilers and linkers of all three formats give. */
function kindOf({ name }: Region): SizeKind {
  if (/^(?:\.symtab|\.strtab|\.z?debug|__DWARF|\.comment|__LINKEDIT)/.test(name)) return "symbols";
  if (/fatbin|^\.nv|^__nv|cask_resource|^\.hip/.test(name)) return "device";
  if (/text|plt|^\.init$|^\.fini$|stubs/.test(name)) return "code";
  return "data";
}

/** The largest first, and what is too small to see in one. */
export function foldSmall(nodes: readonly SizeNode[], total: number): readonly SizeNode[] {
  const sorted = [...nodes].sort((a, b) => b.size - a.size || compareText(a.name, b.name));
  const large = sorted.filter(({ size }) => size >= total * SMALLEST);
  const small = sorted.slice(large.length);
  if (small.length < 2) return sorted;
  const size = small.reduce((sum, node) => sum + node.size, 0);
  const packed = small.reduce((sum, node) => sum + (node.packed ?? 0), 0);
  const name = `${small.length} more`;
  return [...large, { name, kind: "other", size, ...(packed > 0 ? { packed } : {}), children: [] }];
}
