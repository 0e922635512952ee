import { describe, expect, it } from "vitest";
import { inspectMembers } from "../../../../src/audit/inspect/inspect.ts";
import { shareOut } from "../../../../src/audit/inspect/share.ts";
import type { InspectOptions, MemberReport } from "../../../../src/audit/inspect/task.ts";
import { nodeCompression, zlibThreads } from "../../../../src/node/compression.ts";
import { lazyStream } from "../../../../src/node/lazy-stream.ts";
import type { Helpers, MemberSpan } from "../../../../src/runtime.ts";
import { memorySource, type Source } from "../../../../src/source.ts";
import { readIndex } from "../../../../src/zip/index.ts";
import { readMember } from "../../../../src/zip/read.ts";
import { elfFixture } from "../../../support/elf-fixtures.ts";
import { buildZip } from "../../../support/zip-builder.ts";

/** 40 members: text, native code with and without a tail, damaged streams, wrong checksums. */
const ARCHIVE = buildZip(
  Array.from({ length: 40 }, (_, at) => {
    const data = new Uint8Array(at % 3 === 0 ? 150_000 + at : 1000 + at).fill(at);
    if (at % 2 === 0 && data.length > 100_000) data.set(elfFixture("module-x86_64"));
    const broken = at % 9 === 0 ? { packed: new Uint8Array(300).fill(0xff) } : {};
    return { name: `demo/m${at}`, data, ...broken, ...(at % 10 === 3 ? { crc32: 1 } : {}) };
  }),
);

async function inspect(
  helpers: Helpers | undefined,
  options: InspectOptions,
): Promise<readonly MemberReport[]> {
  const source = memorySource(ARCHIVE);
  const { entries } = readIndex(source, nodeCompression);
  const tasks = entries.map((entry, index) => ({ ...entry, index }));
  const stream = lazyStream(source);
  const access = { source, compression: nodeCompression, stream };
  let seen = 0;
  const reports = await inspectMembers(
    helpers === undefined ? access : { ...access, helpers },
    tasks,
    options,
    (bytes) => {
      seen += bytes;
    },
  );
  if (options.hash) expect(seen).toBe(entries.reduce((sum, { size }) => sum + size, 0));
  return reports.sort((a, b) => a.index - b.index);
}

function inflated(source: Source, span: MemberSpan): Uint8Array | undefined {
  const { bytes, problems } = readMember(source, span, nodeCompression);
  return problems.length === 0 ? bytes : undefined;
}

describe("members that several threads inflate", () => {
  it.each([
    ["all checked", { hash: true }],
    ["all checked, large ones streamed", { hash: true, wholeLimit: 120_000 }],
    ["native code alone", { hash: false }],
    ["native code alone, large files streamed", { hash: false, wholeLimit: 120_000 }],
  ])("are reported as by one thread: %s", async (_, options) => {
    const alone = await inspect(undefined, options);
    expect(alone.length).toBeGreaterThan(1);
    expect(alone.some(({ file }) => file !== undefined)).toBe(true);
    for (const jobs of [2, 4]) expect(await inspect(zlibThreads(jobs), options)).toEqual(alone);
  });

  it("are never more at once than may wait, nor than memory has room for", async () => {
    let running = 0;
    let most = 0;
    const helpers: Helpers = {
      count: 1,
      depth: 3,
      async inflate(source, span) {
        running++;
        most = Math.max(most, running);
        await new Promise((resolve) => setTimeout(resolve, 1));
        running--;
        return inflated(source, span);
      },
      release: () => {},
      turn: async () => await new Promise((resolve) => setTimeout(resolve, 0)),
    };
    await inspect(helpers, { hash: true });
    expect(most).toBe(3);
  });

  it("are looked at by nobody once they are released", async () => {
    let released = 0;
    const helpers: Helpers = {
      count: 1,
      depth: 4,
      inflate: async (source, span) => inflated(source, span),
      release(bytes) {
        bytes.fill(0xff);
        released++;
      },
      turn: async () => await new Promise((resolve) => setTimeout(resolve, 0)),
    };
    const options: InspectOptions = { hash: true, symbols: ["imports", "exports"] };
    const reports = await inspect(helpers, options);
    expect(released).toBeGreaterThan(0);
    expect(reports).toEqual(await inspect(undefined, options));
  });

  it("let an error through", async () => {
    const error = new Error("no more memory");
    const helpers: Helpers = {
      count: 1,
      depth: 1,
      inflate: async (source, span) => inflated(source, span),
      release: () => {},
      turn: () => Promise.reject(error),
    };
    await expect(inspect(helpers, { hash: true })).rejects.toBe(error);
  });

  it("go on with the first in the archive once there are more than are judged", async () => {
    const source = memorySource(ARCHIVE);
    const { entries } = readIndex(source, nodeCompression);
    const tasks = entries
      .map((entry, index) => ({ ...entry, index }))
      .filter(({ size }) => size > 100_000);
    const access = { source, compression: nodeCompression, stream: lazyStream(source) };
    // No other thread ever has anything ready.
    let release: (() => void) | undefined;
    const helpers: Helpers = {
      count: 1,
      depth: 1,
      inflate: (archive, span) =>
        new Promise((resolve) => {
          release = () => resolve(inflated(archive, span));
        }),
      release: () => {},
      turn: async () => {},
    };
    const order: number[] = [];
    await shareOut(
      access,
      helpers,
      tasks,
      { hash: true },
      async ({ task }) => {
        order.push(task.index);
        if (order.length === tasks.length - 1) release?.();
      },
      () => order.length >= 3,
    );
    // Those of later members are larger here; the largest is with the other thread.
    const smallest = tasks.slice(0, 3).map(({ index }) => index);
    expect(order.slice(0, 3)).toEqual(smallest);
    expect(order.slice(3)).toEqual([...order.slice(3)].sort((a, b) => a - b));
    expect(order).toHaveLength(tasks.length);
  });
});
