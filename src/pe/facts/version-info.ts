/** The version resource: who made a DLL, what it is called, and which version it is. VS_VERSIONINFO of `winver.h`. */
import type { Source } from "../../source.ts";
import { alignUp } from "../align.ts";
import { parsePe } from "../read/image.ts";
import { decodeUtf16, resourceBytes } from "../read/resources.ts";

export interface VersionInfo {
  /** Of VS_FIXEDFILEINFO, as `14.44.35211.0`; `null` without it. */
  readonly fileVersion: string | null;
  readonly productVersion: string | null;
  /** `CompanyName`, `LegalCopyright`, `ProductName`, …: of the first language. */
  readonly strings: ReadonlyMap<string, string>;
}

/** Bytes of the resource that are read; the largest real ones have some thousand. */
const MAX_SIZE = 1 << 16;
/** VS_FIXEDFILEINFO.dwSignature */
const FIXED_SIGNATURE = 0xfeef04bd;
/** Byte offsets in VS_FIXEDFILEINFO. */
const FILE_VERSION = 8;
const PRODUCT_VERSION = 16;
const FIXED_SIZE = 52;

/** `null`: there is none, or it can't be read. @throws FormatError when the headers are damaged. */
export function readVersionInfo(source: Source): VersionInfo | null {
  const image = parsePe(source);
  const resource = image.resources().find(({ type }) => type === "RT_VERSION");
  if (resource === undefined) return null;
  const bytes = image.problems.attempt(() => resourceBytes(image, resource, MAX_SIZE));
  const root = bytes && blockAt(bytes, 0, bytes.length);
  if (root === undefined || root.key !== "VS_VERSION_INFO") return null;
  const strings = new Map<string, string>();
  for (const table of childrenOf(root)) {
    if (table.key !== "StringFileInfo") continue;
    const [first] = childrenOf(table);
    for (const { key, value } of first === undefined ? [] : childrenOf(first)) {
      strings.set(key, decodeUtf16(value).replace(/\0[\s\S]*$/, ""));
    }
  }
  return { ...fixedVersions(root.value), strings };
}

function fixedVersions(bytes: Uint8Array): Pick<VersionInfo, "fileVersion" | "productVersion"> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < FIXED_SIZE || view.getUint32(0, true) !== FIXED_SIGNATURE) {
    return { fileVersion: null, productVersion: null };
  }
  const versionAt = (at: number): string => {
    const [high, low] = [view.getUint32(at, true), view.getUint32(at + 4, true)];
    return [high >>> 16, high & 0xffff, low >>> 16, low & 0xffff].join(".");
  };
  return { fileVersion: versionAt(FILE_VERSION), productVersion: versionAt(PRODUCT_VERSION) };
}

/** Length, length of the value, type, key, value, children: each padded to 4 bytes. */
interface Block {
  readonly bytes: Uint8Array;
  readonly key: string;
  readonly value: Uint8Array;
  /** Where the children begin, and where the block ends, in `bytes`. */
  readonly children: number;
  readonly end: number;
}

const HEAD = 6;
/** wType: the value is text, and its length counts characters. */
const TEXT = 1;

function blockAt(bytes: Uint8Array, at: number, limit: number): Block | undefined {
  if (at + HEAD > limit) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = at + view.getUint16(at, true);
  if (end < at + HEAD || end > limit) return undefined;
  let stop = at + HEAD;
  while (stop + 2 <= end && view.getUint16(stop, true) !== 0) stop += 2;
  const start = Math.min(end, alignUp(stop + 2, 4));
  const unit = view.getUint16(at + 4, true) === TEXT ? 2 : 1;
  const valueEnd = Math.min(end, start + unit * view.getUint16(at + 2, true));
  return {
    bytes,
    key: decodeUtf16(bytes.subarray(at + HEAD, stop)),
    value: bytes.subarray(start, valueEnd),
    children: alignUp(valueEnd, 4),
    end,
  };
}

function childrenOf({ bytes, children, end }: Block): readonly Block[] {
  const found: Block[] = [];
  for (let at = children; at < end; ) {
    const block = blockAt(bytes, at, end);
    if (block === undefined) break;
    found.push(block);
    at = alignUp(block.end, 4);
  }
  return found;
}
