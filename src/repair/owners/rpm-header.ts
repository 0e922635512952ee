/**
 * One package header as the rpm database stores it: an index of tags and a data area, big-endian.
 *
 * Source: "RPM V4 Package file format", header structure (without the lead and magic of a file).
 */

export interface RpmPackage {
  readonly name: string;
  /** `[epoch:]version-release` */
  readonly version: string;
  readonly arch: string;
  /** Absolute paths of all files. */
  readonly files: readonly string[];
}

const TAG = {
  name: 1000,
  version: 1001,
  release: 1002,
  epoch: 1003,
  arch: 1022,
  dirIndexes: 1116,
  baseNames: 1117,
  dirNames: 1118,
} as const;

const INDEX_ENTRY = 16;
const TEXT = new TextDecoder();

/** `undefined` where the bytes are no header. */
export function parseRpmHeader(blob: Uint8Array): RpmPackage | undefined {
  if (blob.length < 8) return undefined;
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  const entries = view.getUint32(0);
  const data = 8 + entries * INDEX_ENTRY;
  if (data > blob.length) return undefined;
  const places = new Map<number, { readonly at: number; readonly count: number }>();
  for (let at = 8; at < data; at += INDEX_ENTRY) {
    const place = { at: data + view.getUint32(at + 8), count: view.getUint32(at + 12) };
    places.set(view.getUint32(at), place);
  }

  const strings = (tag: number): readonly string[] => {
    const place = places.get(tag);
    const found: string[] = [];
    let start = place?.at ?? 0;
    for (let left = place?.count ?? 0; left > 0 && start < blob.length; left--) {
      const end = blob.indexOf(0, start);
      if (end === -1) break;
      found.push(TEXT.decode(blob.subarray(start, end)));
      start = end + 1;
    }
    return found;
  };
  const numbers = (tag: number): readonly number[] => {
    const place = places.get(tag);
    const found: number[] = [];
    for (let index = 0; index < (place?.count ?? 0); index++) {
      const at = (place?.at ?? 0) + index * 4;
      if (at + 4 > blob.length) break;
      found.push(view.getUint32(at));
    }
    return found;
  };

  const [name] = strings(TAG.name);
  const [version] = strings(TAG.version);
  const [release] = strings(TAG.release);
  if (name === undefined || version === undefined || release === undefined) return undefined;
  const [epoch] = numbers(TAG.epoch);
  const folders = strings(TAG.dirNames);
  const folderOf = numbers(TAG.dirIndexes);
  return {
    name,
    version: `${epoch === undefined || epoch === 0 ? "" : `${epoch}:`}${version}-${release}`,
    arch: strings(TAG.arch)[0] ?? "",
    files: strings(TAG.baseNames).map(
      (base, index) => `${folders[folderOf[index] ?? -1] ?? ""}${base}`,
    ),
  };
}
