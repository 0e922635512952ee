/** The command line in this process, and what it makes of wheels. */

import { main } from "../../src/commands/main.ts";
import { nodeCompression } from "../../src/node/compression.ts";
import { openFile } from "../../src/node/file.ts";
import { openSoundWheel } from "../../src/wheel/open.ts";
import type { ZipEntry } from "../../src/zip/entry.ts";
import type { FakeIo } from "./io.ts";
import { fakeIo } from "./io.ts";

export interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

export async function wheelkit(...argv: readonly string[]): Promise<Ran> {
  return await wheelkitWith({}, ...argv);
}

export async function wheelkitWith(
  options: Parameters<typeof fakeIo>[0],
  ...argv: readonly string[]
): Promise<Ran> {
  const io: FakeIo = fakeIo(options);
  const status = await main(argv, io);
  return { status, ...io.written };
}

/** Members as text, by name, in the archive's order. */
export function readWheel(path: string): ReadonlyMap<string, string> {
  return withWheel(path, (wheel) => {
    const decoder = new TextDecoder();
    return new Map(wheel.index.entries.map(({ name }) => [name, decoder.decode(wheel.read(name))]));
  });
}

/** Members as bytes, by name, in the archive's order; of any size. */
export function readWheelBytes(path: string): ReadonlyMap<string, Uint8Array> {
  return withWheel(
    path,
    (wheel) =>
      new Map(
        wheel.index.entries.map(({ name }) => [
          name,
          wheel.read(name, Number.POSITIVE_INFINITY) ?? new Uint8Array(),
        ]),
      ),
  );
}

export function entriesOf(path: string): readonly ZipEntry[] {
  return withWheel(path, (wheel) => wheel.index.entries);
}

function withWheel<T>(path: string, use: (wheel: ReturnType<typeof openSoundWheel>) => T): T {
  const source = openFile(path);
  try {
    return use(openSoundWheel(source, path.slice(path.lastIndexOf("/") + 1), nodeCompression));
  } finally {
    source.close();
  }
}
