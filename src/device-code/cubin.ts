/** What a cubin says in its ELF header about the GPU that it is for. */
import { EM_CUDA } from "./constants.ts";

/** ABI of CUDA 13: the architecture is in bits 8-15 of e_flags. */
const OSABI_CUDA_13 = 0x41;

/** 80 for sm_80; `undefined` when the payload is no cubin. */
export function cubinArch(bytes: Uint8Array): number | undefined {
  if (bytes.length < 52) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0) !== 0x7f454c46 || view.getUint16(18, true) !== EM_CUDA) return undefined;
  const flags = view.getUint32(48, true);
  return view.getUint8(7) === OSABI_CUDA_13 ? (flags >>> 8) & 0xff : flags & 0xff;
}

/** The kernels among the names of a cubin's sections. */
export function cubinKernels(sections: readonly string[]): readonly string[] {
  const kernels = sections.flatMap((name) => /^\.nv\.constant\d+\.(.+)$/.exec(name)?.[1] ?? []);
  return [...new Set(kernels)].sort();
}
