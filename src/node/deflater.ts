/**
 * Compresses parts on all threads, the caller's included, with the same bytes whoever does it.
 *
 * Every part is handed to a thread at once, and whoever comes to it first claims it: the caller, too,
 * from the end, when it has nothing else to do.
 */
import type { Pool } from "../../workers/pool.ts";
import { HAS_THREADS } from "../../workers/pool.ts";
import type { ClaimablePart, DeflatePart } from "./deflate-part.ts";
import { claimPart, deflatePart } from "./deflate-part.ts";
import { immediate } from "./immediate.ts";

export interface Deflater {
  /** Parts of one file that are worth being in the making at once. */
  readonly width: number;
  /** So much is to come: threads take their time to start, so a little is done without. */
  expect(bytes: number): void;
  expectMuch(): void;
  /** Room for a part of at most {@link PART} bytes, until it is compressed: to be filled at once. */
  room(size: number): Promise<Uint8Array>;
  /** Gives a room back of which nothing will be compressed. */
  release(room: Uint8Array): void;
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
  /** {@link deflatePart} on one of them; `undefined` where somebody else has claimed the part. */
  deflate(part: ClaimablePart): Promise<Uint8Array | undefined>;
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

/** A part that a thread has or will have, unless the caller claims it. */
interface Shared {
  readonly part: ClaimablePart;
  /** Does it here. */
  readonly take: () => void;
}

/** Bytes behind a room's content: who may compress it. */
const CLAIM = 4;

export function createDeflater(threads: DeflateThreads | undefined): Deflater {
  const count = threads?.count ?? 0;
  const free: SharedArrayBuffer[] = [];
  /** What is not done yet. */
  const shared = new Set<Shared>();
  /** Bytes of rooms that are taken. */
  let taken = 0;
  /**
   * So many at most: a part for each. A single thread has one more, for nothing is handed out while
   * the caller compresses; of several mostly one is done when the caller is.
   */
  const most = (Math.max(2, count) + 1) * PART;
  /** Who waits for room. */
  const wakers: (() => void)[] = [];
  let expected = 0;
  let helps = false;
  const release = ({ buffer, length }: Uint8Array): void => {
    if (buffer instanceof SharedArrayBuffer) free.push(buffer);
    taken -= length;
    for (const wake of wakers.splice(0)) wake();
  };
  /** Whatever else the caller can do comes first: a thread may lack work otherwise. */
  const help = async (): Promise<void> => {
    if (helps) return;
    helps = true;
    for (;;) {
      await immediate();
      // The caller is soon back to hand out more.
      const small = [...shared].sort((a, b) => a.part.bytes.length - b.part.bytes.length);
      const mine = small.find(({ part }) => claimPart(part));
      if (mine === undefined) break;
      mine.take();
    }
    helps = false;
  };
  const share = (part: DeflatePart, threads: DeflateThreads): Promise<Uint8Array> =>
    new Promise((resolve, reject) => {
      const claimable = claimableOf(part);
      const settle = (make: () => Uint8Array): void => {
        if (!shared.delete(entry)) return;
        try {
          resolve(make());
        } catch (error) {
          reject(error);
        } finally {
          release(part.bytes);
        }
      };
      const here = (): void => settle(() => deflatePart(part));
      const entry: Shared = { part: claimable, take: here };
      shared.add(entry);
      threads.deflate(claimable).then((made) => {
        if (made !== undefined) settle(() => made);
        // A thread that could not start, or had not the memory: what is wrong with the part shows here, too.
      }, here);
      void help();
    });
  const here = async (part: DeflatePart): Promise<Uint8Array> => {
    try {
      return deflatePart(part);
    } finally {
      release(part.bytes);
      // Lets signals through.
      await immediate();
    }
  };
  const expect = (bytes: number): void => {
    expected += bytes;
    if (expected >= LEAST_SHARED) threads?.start();
  };
  return {
    width: Math.max(4, count + 2),
    expect,
    expectMuch: () => expect(LEAST_SHARED),
    async room(size) {
      while (taken > 0 && taken + size > most) {
        await new Promise<void>((resolve) => wakers.push(resolve));
      }
      taken += size;
      const memory = free.pop() ?? new SharedArrayBuffer(PART + CLAIM);
      return new Uint8Array(memory, 0, size);
    },
    release,
    async deflate(part) {
      const isMuch = expected >= LEAST_SHARED;
      return await (threads !== undefined && isMuch ? share(part, threads) : here(part));
    },
    rest() {
      free.length = 0;
      expected = 0;
    },
  };
}

/** Who claimed the room's last content has counted it up. */
function claimableOf(part: DeflatePart): ClaimablePart {
  const claim = new Int32Array(part.bytes.buffer, PART, 1);
  return { ...part, claim, turn: Atomics.load(claim, 0) };
}
