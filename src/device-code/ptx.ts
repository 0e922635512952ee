/** What a PTX text says of itself. */
import { decodeLatin1 } from "../bytes.ts";

export interface PtxText {
  /** Version of the instruction set: 84 for `.version 8.4`. */
  readonly isa: number | undefined;
  /** `sm_90a` */
  readonly target: string | undefined;
  /** Names of its kernels, in order. */
  readonly kernels: readonly string[];
}

const CHUNK = 1 << 20;
/** Longer names than any compiler makes are cut into two. */
const OVERLAP = 1 << 14;
/** More kernels than one translation unit has. */
const MAX_KERNELS = 1 << 16;

/** @param bytes the payload; the text ends at the first zero byte. */
export function readPtx(bytes: Uint8Array): PtxText {
  const nul = bytes.indexOf(0);
  const text = nul < 0 ? bytes : bytes.subarray(0, nul);
  const head = decodeLatin1(text.subarray(0, 1 << 14));
  const version = /^\s*\.version\s+(\d+)\.(\d+)/m.exec(head);
  const target = /^\s*\.target\s+(sm_\w+)/m.exec(head);
  const kernels = new Set<string>();
  for (let at = 0; at < text.length && kernels.size < MAX_KERNELS; at += CHUNK) {
    const part = decodeLatin1(text.subarray(at, at + CHUNK + OVERLAP));
    for (const match of part.matchAll(/\.entry\s+([\w$]+)\s*[({\n]/g)) kernels.add(match[1] ?? "");
  }
  return {
    isa: version === null ? undefined : Number(version[1]) * 10 + Number(version[2]),
    target: target?.[1],
    kernels: [...kernels],
  };
}
