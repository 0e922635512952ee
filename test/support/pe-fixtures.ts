/** The built PE files of `fixtures/pe`, by name without extension. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("../../fixtures/pe/bin", import.meta.url));
const EXTENSION = ".pe.bin";

/** Sorted; the harnesses that load others under wine are none of them. */
export function peFixtures(): readonly string[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith(EXTENSION))
    .map((name) => name.slice(0, -EXTENSION.length))
    .filter((name) => name !== "load" && name !== "load-x86")
    .sort();
}

export function peFixturePath(name: string): string {
  return join(FOLDER, name + EXTENSION);
}

/** A fresh copy of its bytes, free to be changed. */
export function peFixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(peFixturePath(name)));
}
