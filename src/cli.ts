#!/usr/bin/env node
import { main } from "./commands/main.ts";
import { cleanUpOnSignals, runCleanups } from "./node/cleanup.ts";
import { processIo } from "./node/io.ts";

// `wheelkit … | head`: the reader has seen enough, which is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  runCleanups();
  if (error.code === "EPIPE") process.exit();
  throw error;
});
cleanUpOnSignals();

process.exitCode = await main(process.argv.slice(2), processIo());
