/** Compresses parts on all threads, the caller's included, with the same bytes whoever does it. */
import type { Pool } from "../../workers/pool.ts";
import { HAS_THREADS } from "../../workers/pool.ts";
import type { DeflatePart } from "./deflate-part.ts";
import { deflatePart } from "./deflate-part.ts";
import { immediate } from "./immediate.ts";

export interface Deflater {
  /** Parts of one file that are worth being in the making at once. */
  readonly width: number;
  /** So much is to come: threads take their time to start, so a little is done without. */
  expect(bytes: number): void;
  expectMuch(): void;
  /** Room for a part of at most {@link PART} bytes, until it is compressed. */
  room(size: number): Uint8Array;
  /** @param part its bytes are a {@link room}, which is given back. */
  deflate(part: DeflatePart): Promise<Uint8Array>;
  /** Gives the memory of the rooms back. */
  rest(): void;
}

/** Bytes of a part, the last of a file but one. Smaller ones leave more seams to be looked for. */
export const PART: number = 4 << 20;
/** Less than this in all (bytes) is done before a thread has begun. */
const LEAST_SHARED = 3 << 20;

/** Threads beside the caller's. */
export interface DeflateThreads {
  readonly count: number;
  /** They will be needed. */
  start(): void;
  /** {@link deflatePart} on one of them. */
  deflate(part: DeflatePart): Promise<Uint8Array>;
}

/** The threads of a pool, where `jobs` are to work. */
export function poolThreads(jobs: number, pool: Pool): DeflateThreads | undefined {
  if (jobs < 2 || !HAS_THREADS) return undefined;
  return {
    count: jobs - 1,
    start: () => pool.start(),
    deflate: (part) => pool.runTask("deflate", part),
  };
}

export function createDeflater(threads: DeflateThreads | undefined): Deflater {
  const count = threads?.count ?? 0;
  const free: SharedArrayBuffer[] = [];
  /** Bytes that threads have. */
  let waiting = 0;
  /**
   * So many at most: a part for each. A single thread has one more, for nothing is handed out while
   * the caller compresses; of several mostly one is done when the caller is.
   */
  const most = Math.max(2, count) * PART;
  let expected = 0;
  const release = ({ bytes: { buffer } }: DeflatePart): void => {
    if (buffer instanceof SharedArrayBuffer) free.push(buffer);
  };
  const byThread = async (part: DeflatePart, { deflate }: DeflateThreads): Promise<Uint8Array> => {
    const { length } = part.bytes;
    waiting += length;
    try {
      return await deflate(part);
    } catch {
      // A thread that could not start, or had not the memory: what is wrong with the part shows here, too.
      return deflatePart(part);
    } finally {
      waiting -= length;
      release(part);
    }
  };
  const here = async (part: DeflatePart): Promise<Uint8Array> => {
    const made = deflatePart(part);
    release(part);
    // What threads have done meanwhile is dealt with first, and signals are.
    await immediate();
    return made;
  };
  const expect = (bytes: number): void => {
    expected += bytes;
    if (expected >= LEAST_SHARED) threads?.start();
  };
  return {
    width: Math.max(4, count + 2),
    expect,
    expectMuch: () => expect(LEAST_SHARED),
    room(size) {
      const memory = free.pop() ?? new SharedArrayBuffer(PART);
      return new Uint8Array(memory, 0, size);
    },
    async deflate(part) {
      const shares = expected >= LEAST_SHARED && waiting < most;
      return await (threads !== undefined && shares ? byThread(part, threads) : here(part));
    },
    rest() {
      free.length = 0;
      expected = 0;
    },
  };
}
