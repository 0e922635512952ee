/** A process made of strings, for tests of the commands. */
import type { Io } from "../../src/node/io.ts";

export interface FakeIo extends Io {
  readonly written: { out: string; err: string };
}

export function fakeIo(
  options: Partial<Omit<Io, "out" | "err" | "drained">> & { input?: string } = {},
): FakeIo {
  const written = { out: "", err: "" };
  const { input = "", ...rest } = options;
  return {
    env: {},
    cwd: "/",
    outTerminal: false,
    errTerminal: false,
    columns: 80,
    readInput: async () => input,
    ...rest,
    drained: async () => {},
    out: (text) => {
      written.out += text;
    },
    err: (text) => {
      written.err += text;
    },
    written,
  };
}
