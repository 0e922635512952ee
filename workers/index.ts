/** The body of the workers that look up the blocks of a deflated member: they open the wheel themselves. */
import { openFile } from "../src/node/file.ts";
import { sliceSource } from "../src/source.ts";
import type { BlockIndex } from "../src/zip/deflate-scan.ts";
import { indexBlocks } from "../src/zip/deflate-scan.ts";

/** A deflated member of the wheel at `path`. */
export interface IndexShare {
  readonly path: string;
  readonly dataOffset: number;
  readonly compressedSize: number;
  readonly size: number;
}

export function index(share: IndexShare): BlockIndex | undefined {
  const source = openFile(share.path);
  try {
    const stream = sliceSource(source, share.dataOffset, share.compressedSize);
    const walk = indexBlocks(stream, share.size);
    for (;;) {
      const step = walk.next();
      if (step.done === true) return step.value;
    }
  } finally {
    source.close();
  }
}
