/** The built ELF files of `fixtures/elf`, by name without extension. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("../../fixtures/elf/bin", import.meta.url));
const EXTENSION = ".elf.bin";

/** Sorted. */
export function elfFixtures(): readonly string[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith(EXTENSION))
    .map((name) => name.slice(0, -EXTENSION.length))
    .sort();
}

export function elfFixturePath(name: string): string {
  return join(FOLDER, name + EXTENSION);
}

/** A fresh copy of its bytes, free to be changed. */
export function elfFixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(elfFixturePath(name)));
}
