/** What patchelf leaves in a file that it changes several times is cut out, and what is left is robust. */
import { execFileSync } from "node:child_process";
import { copyFileSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { rewriteElf } from "../../../src/elf/edit/rewrite.ts";
import { parseElf } from "../../../src/elf/read/image.ts";
import { trimFiller } from "../../../src/elf/strip/filler.ts";
import { isUnchanged, rewrittenSource } from "../../../src/rewrite.ts";
import { memorySource } from "../../../src/source.ts";
import { callLibrary } from "../../support/cuda-library.ts";
import { scratchFolder } from "../../support/scratch.ts";
import { python, requireTool } from "../../support/tools.ts";

const hasTools = ["g++", "strip", "llvm-strip", "patchelf", "eu-elflint"].every(
  (name) => requireTool(name) !== undefined,
);

/** A library whose names fill pages, moved by patchelf as often as `times`. */
function movedLibrary(folder: string, times: number): string {
  const names = Array.from(
    { length: 400 },
    (_, index) => `a_rather_long_name_of_a_function_${index}`,
  );
  const source = join(folder, "source.cc");
  const path = join(folder, "libmoved.so");
  writeFileSync(
    source,
    `#include <stdexcept>
extern "C" {
${names.map((name, index) => `int ${name}() { return ${index}; }`).join("\n")}
int caught() { try { throw std::runtime_error("x"); } catch (const std::exception &) { return 7; } }
}`,
  );
  execFileSync("g++", ["-shared", "-fPIC", "-g", source, "-o", path], { stdio: "pipe" });
  for (let round = 1; round <= times; round++) {
    const rpath = `$ORIGIN:/${"x".repeat(5000 * round)}`;
    execFileSync("patchelf", ["--set-rpath", rpath, path], { stdio: "pipe" });
  }
  return path;
}

function stripped(path: string, name: string): string {
  const source = memorySource(new Uint8Array(readFileSync(path)));
  const rewrite = rewriteElf(source, [{ kind: "strip", level: "all" }]);
  const result = rewrittenSource(source, rewrite);
  const again = rewriteElf(result, [{ kind: "strip", level: "all" }]);
  expect(isUnchanged(again)).toBe(true);
  const output = join(path, "..", name);
  writeFileSync(output, result.read(0, result.size));
  return output;
}

describe.skipIf(!hasTools)("filler of earlier patchers", () => {
  it("leaves the file, and whatever changes the file next leaves one that loads", () => {
    const folder = scratchFolder();
    const path = movedLibrary(folder, 3);
    const image = parseElf(memorySource(new Uint8Array(readFileSync(path))));
    expect(isUnchanged(trimFiller(image))).toBe(false);
    const result = stripped(path, "ours.so");
    const reference = join(folder, "reference.so");
    copyFileSync(path, reference);
    execFileSync("strip", ["--strip-unneeded", reference]);
    expect(statSync(result).size).toBeLessThanOrEqual(statSync(reference).size);
    for (const [tool, ...args] of [
      ["true"],
      ["strip", "-s"],
      ["strip", "-g"],
      ["llvm-strip"],
      ["llvm-strip", "-x"],
      ["patchelf", "--set-rpath", `$ORIGIN:/${"y".repeat(40_000)}`],
    ] as const) {
      const copy = join(folder, "copy.so");
      copyFileSync(result, copy);
      execFileSync(tool, [...args, copy], { stdio: "pipe" });
      const name = "a_rather_long_name_of_a_function_399";
      expect([tool, ...args, callLibrary(python(), copy, name)]).toEqual([tool, ...args, "399"]);
      expect(callLibrary(python(), copy, "caught")).toBe("7");
    }
  });

  it("is not what a segment holds that something else than one letter fills", () => {
    const path = movedLibrary(scratchFolder(), 3);
    const bytes = new Uint8Array(readFileSync(path));
    const trimmed = trimFiller(parseElf(memorySource(bytes)));
    const [first] = trimmed.splices;
    expect(first).toBeDefined();
    // One other byte in the middle of each run of letters.
    const run = /X{2000,}/g;
    const text = Buffer.from(bytes).toString("latin1");
    for (const { index } of text.matchAll(run)) bytes[index + 1000] = 1;
    const again = trimFiller(parseElf(memorySource(bytes)));
    expect(isUnchanged(again)).toBe(true);
  });
});
