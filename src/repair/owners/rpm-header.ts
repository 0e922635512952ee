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
  /** Absolute paths of the files that were wanted. */
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

/**
 * `undefined` where the bytes are no header.
 *
 * @param wants by base name: a system has hundreds of thousands of files, and few of them count.
 */
export function parseRpmHeader(
  blob: Uint8Array,
  wants: (baseName: string) => boolean = () => true,
): RpmPackage | undefined {
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
    const { at: start, count } = places.get(tag) ?? { at: 0, count: 0 };
    let end = start;
    for (let left = count; left > 0 && end < blob.length; left--) {
      const next = blob.indexOf(0, end);
      if (next === -1) break;
      end = next + 1;
    }
    // Decoded at once: names by the hundred thousand.
    return end === start ? [] : TEXT.decode(blob.subarray(start, end - 1)).split("\0");
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
  const files: string[] = [];
  for (const [index, base] of strings(TAG.baseNames).entries()) {
    if (wants(base)) files.push(`${folders[folderOf[index] ?? -1] ?? ""}${base}`);
  }
  return {
    name,
    version: `${epoch === undefined || epoch === 0 ? "" : `${epoch}:`}${version}-${release}`,
    arch: strings(TAG.arch)[0] ?? "",
    files,
  };
}
