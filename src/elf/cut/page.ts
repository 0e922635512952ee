/** Page sizes of kernels. */
import { EM } from "../constants.ts";

/** The largest page (bytes) of the kernels of a machine for which CUDA exists. */
export function kernelPage(machine: number): number {
  return machine === EM.EM_AARCH64 ? 0x10000 : 0x1000;
}
