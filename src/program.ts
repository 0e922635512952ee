/** A run of the program: `cli.ts` loads it. */
import { describeFailure } from "./commands/failure.ts";
import { main } from "./commands/main.ts";
import { cleanUpOnSignals, runCleanups } from "./node/cleanup.ts";
import type { Begun } from "./node/early.ts";
import { processIo } from "./node/io.ts";

/** @param begun what was begun while this was loaded. */
export async function run(begun?: Begun): Promise<void> {
  // `wheelkit … | head`: the reader has seen enough, which is no failure.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    runCleanups();
    if (error.code === "EPIPE") process.exit();
    throw error;
  });
  cleanUpOnSignals();
  // What no `await` catches is a bug of ours, and says so.
  process.on("uncaughtException", (error) => {
    runCleanups();
    const { status, text } = describeFailure(error);
    process.stderr.write(text);
    process.exit(status);
  });

  process.exitCode = await main(
    process.argv.slice(2),
    begun === undefined ? processIo() : { ...processIo(), begun },
  );
}
