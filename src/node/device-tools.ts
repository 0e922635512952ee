/** What shrinking device code needs, on Node: threads for the compression, and room for the results. */
import { createHash } from "node:crypto";
import { availableParallelism } from "node:os";
import { createPool, TASKS } from "../../workers/pool.ts";
import { decodedDigest, recode } from "../../workers/recode.ts";
import type { DeviceTools, Spool } from "../shrink/device-code.ts";
import { memorySource } from "../source.ts";
import { type TemporaryFile, temporaryFile } from "./temporary.ts";

export interface DeviceToolsOptions {
  /** Threads; each may take 150 MB. Default: the cores this process may use, but three. */
  readonly jobs?: number;
  /** Temporary files go beside this path. */
  readonly beside: string;
  readonly onProgress: (bytes: number) => void;
}

/** The compressor's tables and a payload take this often what 512 MB allow. */
const MOST_THREADS = 3;
/** Results up to this size (bytes) stay in memory. */
const MEMORY_LIMIT = 4 << 20;

export function createDeviceTools({
  jobs = Math.min(availableParallelism(), MOST_THREADS),
  beside,
  onProgress,
}: DeviceToolsOptions): DeviceTools & { close(): Promise<void> } {
  // Sources are TypeScript where tests run, and threads load none.
  const threaded = jobs > 1 && !import.meta.url.endsWith(".ts");
  const pool = createPool(jobs, TASKS, "recode");
  return {
    recode: (job) => (threaded ? pool.runTask("recode", job) : recode(job)),
    decodedDigest: (job) => (threaded ? pool.runTask("decodedDigest", job) : decodedDigest(job)),
    // Each thread takes two at a time, and one waits for whoever is first.
    width: threaded ? 2 * jobs + 1 : 1,
    spool: () => createSpool(beside),
    digest: (bytes) => new Uint8Array(createHash("sha256").update(bytes).digest()),
    progress: onProgress,
    close: () => pool.close(),
  };
}

function createSpool(beside: string): Spool {
  let size = 0;
  let parts: Uint8Array[] = [];
  let file: TemporaryFile | undefined;
  return {
    get size() {
      return size;
    },
    add(bytes) {
      if (file === undefined && size + bytes.length > MEMORY_LIMIT) {
        file = temporaryFile(beside);
        let at = 0;
        for (const part of parts) {
          file.write(part, at);
          at += part.length;
        }
        parts = [];
      }
      if (file === undefined) parts.push(bytes);
      else file.write(bytes, size);
      size += bytes.length;
    },
    source() {
      if (file !== undefined) return file.source(size);
      return { ...memorySource(Buffer.concat(parts)), close() {} };
    },
  };
}
