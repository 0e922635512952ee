/** Starts the program, unless little is asked for. */
import type { ProgramFile } from "./load.ts";
import { versionLine } from "./node/version-line.ts";

/** @param open called where more than the version is asked for. */
export async function start(open: () => ProgramFile): Promise<void> {
  // Everything is written and nothing runs any more: what is left is V8 taking its heap apart page by
  // page, for a tenth of a small wheel's time. `exit` ends the process without.
  process.on("exit", () => process.exit());
  const [first = ""] = process.argv.slice(2);
  // Scripts ask for it often, and it takes nothing of the program.
  if (first === "--version" || first === "-V") process.stdout.write(versionLine());
  else await (await import("./load.ts")).load(open, first);
}
