#!/usr/bin/env node
/** Starts the program from the file beside it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { start } from "./start.ts";

start(() => {
  const filename = join(import.meta.dirname, "program.cjs");
  return { bytes: readFileSync(filename), filename, url: pathToFileURL(filename).href, require };
});
