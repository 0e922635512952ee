#!/usr/bin/env node
/** Starts the program from the file beside it. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { start } from "./start.ts";

await start(() => {
  const url = new URL("program.cjs", import.meta.url);
  const filename = fileURLToPath(url);
  return { bytes: readFileSync(url), filename, url: url.href, require: createRequire(url) };
});
