/**
 * The bodies of the workers: they open the wheel themselves, take their share, return plain data.
 */
import { inspectMembers } from "../src/audit/inspect/inspect.ts";
import type { InspectOptions, MemberReport, MemberTask } from "../src/audit/inspect/task.ts";
import { nodeCompression } from "../src/node/compression.ts";
import { openFile } from "../src/node/file.ts";
import { streamMember } from "../src/node/stream.ts";
import { sliceSource } from "../src/source.ts";
import type { BlockIndex } from "../src/zip/deflate-scan.ts";
import { indexBlocks } from "../src/zip/deflate-scan.ts";

export interface InspectShare {
  readonly path: string;
  readonly tasks: readonly MemberTask[];
  readonly options: InspectOptions;
}

export async function inspect({ path, tasks, options }: InspectShare): Promise<MemberReport[]> {
  const source = openFile(path);
  try {
    const stream = streamMember(source);
    return await inspectMembers({ source, compression: nodeCompression, stream }, tasks, options);
  } finally {
    source.close();
  }
}

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
