/** The built Mach-O files of `fixtures/macho`, by name without extension. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("../../fixtures/macho/bin", import.meta.url));
const EXTENSION = ".macho.bin";

/** Sorted. */
export function machoFixtures(): readonly string[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith(EXTENSION))
    .map((name) => name.slice(0, -EXTENSION.length))
    .sort();
}

export function machoFixturePath(name: string): string {
  return join(FOLDER, name + EXTENSION);
}

/** A fresh copy of its bytes, free to be changed. */
export function machoFixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(machoFixturePath(name)));
}

/** Linked files: those that can be edited. */
export function linkedFixtures(): readonly string[] {
  return machoFixtures().filter((name) => !/^(?:object|archive)/.test(name));
}
