/** What shrinking device code needs, on Node: threads for the compression, and room for the results. */
import { availableParallelism } from "node:os";
import { createPool, HAS_THREADS, TASKS } from "../../workers/pool.ts";
import { decodedDigest, recode } from "../../workers/recode.ts";
import type { Effort } from "../device-code/codec.ts";
import type { DeviceEntry } from "../device-code/entry.ts";
import type { DeviceTools, Spool } from "../shrink/device-tools.ts";
import type { Recoded, RecodeJob } from "../shrink/recode.ts";
import { memorySource, readInto, type Source } from "../source.ts";
import { nodeCompression } from "./compression.ts";
import { createGate } from "./gate.ts";
import { createKnownPayloads, payloadKey } from "./known-payloads.ts";
import type { Room } from "./rooms.ts";
import { createRooms } from "./rooms.ts";
import { type TemporaryFile, temporaryFile } from "./temporary.ts";

export interface DeviceToolsOptions {
  /** Threads. Default: the cores this process may use, but as many as its memory is to hold. */
  readonly jobs?: number;
  /** The highest that is asked for. */
  readonly effort: Effort;
  /** Temporary files go beside this path. */
  readonly beside: string;
  readonly onProgress: (bytes: number) => void;
}

/**
 * What 512 MB allow: each thread holds a payload of up to {@link LARGE} bytes, decoded and stored, and
 * the compressor's tables (30 MB; at best 50 MB for such payloads, 82 MB for larger ones).
 */
const MOST_THREADS: Readonly<Record<Effort, number>> = { fast: 3, best: 2 };
/**
 * Payloads above this size (bytes, decoded) have the memory for themselves: a thread never gives
 * back what it once took, so the others are ended first, and then the one that did it.
 */
const LARGE: Readonly<Record<Effort, number>> = { fast: 16 << 20, best: 4 << 20 };
/** Stored payloads (bytes) that wait for a thread, and results that wait to be taken. */
const ROOMS = 16 << 20;
/** Results up to this size (bytes) stay in memory. */
const MEMORY_LIMIT = 4 << 20;

export function createDeviceTools({
  effort,
  jobs = Math.min(availableParallelism(), MOST_THREADS[effort]),
  beside,
  onProgress,
}: DeviceToolsOptions): DeviceTools & { close(): Promise<void> } {
  const threaded = jobs > 1 && HAS_THREADS;
  const pool = createPool(jobs, TASKS, "recode");
  const gate = createGate();
  const rooms = createRooms(ROOMS);
  const known = createKnownPayloads(beside);
  const digests = new Map<string, Uint8Array>();

  /** What is wrong with a payload shows here as what it is: errors of a thread lose their kind. */
  const onThread = async <Job, Result>(
    task: string,
    job: Job,
    local: (job: Job) => Promise<Result>,
  ): Promise<Result> => {
    try {
      return await pool.runTask(task, job);
    } catch {
      return await local(job);
    }
  };

  /** Does work with the stored payload in a room, when there is one and threads are free for it. */
  const within = async <Result>(
    region: Source,
    entry: DeviceEntry,
    work: (room: Room) => Promise<Result>,
  ): Promise<Result> => {
    const begin = async (): Promise<Result> => {
      const room = await rooms.take(entry.storedSize);
      try {
        readInto(region, entry.start + entry.headerSize, room.bytes);
        return await work(room);
      } catch (error) {
        room.release();
        throw error;
      }
    };
    if (Math.max(entry.size, entry.storedSize) <= LARGE[effort]) return await gate.together(begin);
    if (!threaded) return await gate.alone(begin);
    return await gate.alone(async () => {
      await pool.close();
      try {
        return await begin();
      } finally {
        await pool.close();
      }
    });
  };
  return {
    recode: (region, { entry, codec, effort, stripDebug }) =>
      within(region, entry, async ({ bytes, release }) => {
        const wish = { entry, codec, effort, stripDebug };
        const key = payloadKey(wish, bytes);
        const before = key === undefined ? undefined : known.find(key, bytes);
        if (before !== undefined) return { ...before, release };
        const job: RecodeJob = { ...wish, stored: bytes, room: bytes };
        const made: Recoded = threaded ? await onThread("recode", job, recode) : await recode(job);
        if (key !== undefined) known.add(key, made);
        return { ...made, release };
      }),
    decodedDigest: (region, entry) =>
      within(region, entry, async ({ bytes, release }) => {
        const key = payloadKey({ entry }, bytes);
        const before = key === undefined ? undefined : digests.get(key);
        const job = { entry, stored: bytes };
        const made: Uint8Array =
          before ??
          (threaded
            ? await onThread("decodedDigest", job, decodedDigest)
            : await decodedDigest(job));
        if (key !== undefined) digests.set(key, made);
        release();
        return made;
      }),
    // Each thread takes two at a time, and one waits for whoever is first.
    width: threaded ? 2 * jobs + 1 : 1,
    spool: () => createSpool(beside),
    compression: nodeCompression,
    hasher: () => nodeCompression.hasher("sha256"),
    progress: onProgress,
    async close() {
      known.close();
      await pool.close();
    },
  };
}

function createSpool(beside: string): Spool {
  let size = 0;
  /** By their offsets, in order. */
  const parts = new Map<number, Uint8Array>();
  let file: TemporaryFile | undefined;
  return {
    get size() {
      return size;
    },
    add(bytes) {
      if (file === undefined && size + bytes.length > MEMORY_LIMIT) {
        file = temporaryFile(beside);
        for (const [at, part] of parts) file.write(part, at);
        parts.clear();
      }
      if (file === undefined) {
        if (bytes.length > 0) parts.set(size, new Uint8Array(bytes));
      } else file.write(bytes, size);
      size += bytes.length;
    },
    put(bytes, at) {
      if (file === undefined) parts.get(at)?.set(bytes);
      else file.write(bytes, at);
    },
    source() {
      if (file !== undefined) return file.source(size);
      return { ...memorySource(Buffer.concat([...parts.values()])), close() {} };
    },
  };
}
