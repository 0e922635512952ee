/** Starts the program from the assets of the single executable. */
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { executableAsset } from "./node/parts.ts";
import { start } from "./start.ts";

/** Names of assets; `scripts/dist` puts them in. */
const PROGRAM = "program.cjs";
const COMPILED = "program.code";

start(() => {
  const bytes = asset(PROGRAM);
  if (bytes === undefined) throw new Error("this is not a single executable");
  const url = pathToFileURL(process.execPath).href;
  // It only asks for what Node brings.
  const require = createRequire(process.execPath);
  return { bytes, filename: PROGRAM, url, require, compiled: asset(COMPILED) };
});

function asset(name: string): Buffer | undefined {
  try {
    const bytes = executableAsset(name);
    return bytes && Buffer.from(bytes.buffer);
  } catch {
    // A build for another machine has no compiled code.
    return undefined;
  }
}
