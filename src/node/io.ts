/** The process as the commands see it: streams, environment, folder. Tests hand in their own. */

import { UsageError } from "../errors.ts";
import type { Begun } from "./early.ts";

/** Bytes of standard input that are read. */
const LARGEST_INPUT = 64 << 20;

export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Results. */
  out(text: string): void;
  /** Waits until what was written is less than what may wait for whoever reads it. */
  drained(): Promise<void>;
  /** Everything else. */
  err(text: string): void;
  readonly outTerminal: boolean;
  readonly errTerminal: boolean;
  /** Width of the terminal; 80 where there is none. */
  readonly columns: number;
  readInput(): Promise<string>;
  /** Members of the wheel to audit that are unpacked already. */
  readonly begun?: Begun;
}

export function processIo(): Io {
  return {
    env: process.env,
    cwd: process.cwd(),
    out: (text) => {
      process.stdout.write(text);
    },
    drained: async () => {
      const { stdout } = process;
      // A reader that is gone never drains it: the process ends by EPIPE.
      if (stdout.writableNeedDrain) await new Promise((resolve) => stdout.once("drain", resolve));
    },
    err: (text) => {
      process.stderr.write(text);
    },
    outTerminal: process.stdout.isTTY === true,
    errTerminal: process.stderr.isTTY === true,
    // A terminal that does not know its width says 0.
    columns: process.stdout.columns || process.stderr.columns || 80,
    readInput: async () => {
      const chunks: Uint8Array[] = [];
      let size = 0;
      for await (const chunk of process.stdin) {
        chunks.push(chunk);
        size += chunk.length;
        if (size > LARGEST_INPUT) {
          throw new UsageError(
            `standard input has more than ${LARGEST_INPUT} bytes, the limit for a list of paths`,
          );
        }
      }
      return Buffer.concat(chunks).toString("utf8");
    },
  };
}
