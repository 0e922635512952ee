/** Expected outputs in files: `UPDATE_GOLDEN=1 npx vitest run` writes them all anew. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect } from "vitest";

const FOLDER = new URL("../golden/", import.meta.url).pathname;

/** @param name path below test/golden. */
export function expectGolden(name: string, actual: string): void {
  const path = join(FOLDER, name);
  if (process.env.UPDATE_GOLDEN) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, actual);
    return;
  }
  if (!existsSync(path)) throw new Error(`no ${name}: run with UPDATE_GOLDEN=1 and read it`);
  expect(actual, `differs from test/golden/${name}; UPDATE_GOLDEN=1 rewrites it`).toBe(
    readFileSync(path, "utf8"),
  );
}
