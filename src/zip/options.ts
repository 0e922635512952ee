/** How an archive is indexed. */
import type { ZipLimits } from "./limits.ts";

export interface IndexOptions {
  crc32(bytes: Uint8Array, seed?: number): number;
  readonly limits?: Partial<ZipLimits>;
  /**
   * Given the members in physical order, the offset from which on local headers are read. Those
   * before it are taken from the directory alone and marked as broken, for nobody knows where their
   * data begin: enough for an edit that leaves them where they are.
   */
  localsFrom?(members: readonly { readonly name: string; readonly headerOffset: number }[]): number;
}
