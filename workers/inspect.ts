/**
 * The body of an audit worker: opens the wheel itself, inspects its share, returns plain data.
 */
import type { InspectOptions, MemberReport, MemberTask } from "../src/audit/inspect.ts";
import { inspectMembers } from "../src/audit/inspect.ts";
import { nodeCompression } from "../src/node/compression.ts";
import { openFile } from "../src/node/file.ts";
import { streamMember } from "../src/node/stream.ts";

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
