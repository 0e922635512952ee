/** Build attributes of 32-bit Arm, for the one thing that the header does not say: the architecture version. */
import { ARM_TAG } from "../constants.ts";
import type { ElfContext } from "../layout.ts";
import { nameEnd } from "./strings.ts";

/**
 * Tag_CPU_arch of the whole file: 6 is ARMv6, 10 ARMv7, 14 ARMv8-A; `undefined` when it isn't said.
 *
 * Source: "Addenda to, and Errata in, the ABI for the Arm Architecture", chapter 3.
 *
 * @param bytes the SHT_ARM_ATTRIBUTES section.
 */
export function armCpuArch(bytes: Uint8Array, context: ElfContext): number | undefined {
  if (bytes[0] !== 0x41) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Vendor sections: length, vendor name, then sub-subsections: tag, length, attributes.
  for (let at = 1; at + 4 < bytes.length; ) {
    const length = view.getUint32(at, context.littleEndian);
    if (length < 5 || at + length > bytes.length) return undefined;
    const end = at + length;
    const vendorEnd = nameEnd(bytes, at + 4);
    if (isAeabi(bytes.subarray(at + 4, vendorEnd))) {
      for (let sub = vendorEnd + 1; sub + 5 <= end; ) {
        const size = view.getUint32(sub + 1, context.littleEndian);
        if (size < 5 || sub + size > end) return undefined;
        if (bytes[sub] === ARM_TAG.Tag_File) {
          return fileArch(bytes.subarray(sub + 5, sub + size));
        }
        sub += size;
      }
    }
    at = end;
  }
  return undefined;
}

function isAeabi(name: Uint8Array): boolean {
  return String.fromCharCode(...name.subarray(0, 6)) === "aeabi";
}

/** Attributes are in ascending order of tags in practice; strings are 4, 5, 32, 65, 67 and odd tags above 32. */
function fileArch(bytes: Uint8Array): number | undefined {
  let at = 0;
  const uleb = (): number => {
    let value = 0;
    for (let scale = 1; at < bytes.length; scale *= 128) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
    }
    return value;
  };
  while (at < bytes.length) {
    const tag = uleb();
    if (tag === ARM_TAG.Tag_CPU_arch) return uleb();
    if (tag === 32) uleb();
    const isText =
      tag === ARM_TAG.Tag_CPU_raw_name ||
      tag === ARM_TAG.Tag_CPU_name ||
      tag === 32 ||
      (tag > 32 && tag % 2 === 1);
    if (isText) at = nameEnd(bytes, at) + 1;
    else uleb();
  }
  return undefined;
}
