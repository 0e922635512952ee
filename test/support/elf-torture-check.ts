/** What must hold for an awkward file after an edit, and after the tools that people run next. */

import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterAll, expect, it } from "vitest";
import type { ElfEdit } from "../../src/elf/edit/types.ts";
import type { ElfRewrite } from "../../src/elf/expectation.ts";
import { parseElf } from "../../src/elf/read/image.ts";
import { applyRewrite } from "../../src/rewrite.ts";
import { memorySource } from "../../src/source.ts";
import { edit, stripElf, verify, verifyElfStrip } from "./elf.ts";
import {
  available,
  GRAFTED,
  type Kind,
  NATIVE,
  SEARCH_PATH,
  type Workshop,
  workshop,
} from "./elf-torture.ts";
import { requireTool } from "./tools.ts";

/** One test for each kind. */
export function tortureTests(kinds: readonly Kind[]): void {
  const folder = mkdtempSync(join(tmpdir(), "wheelkit-torture-"));
  const shop = workshop(folder);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  for (const kind of kinds) {
    it.skipIf(!runnable(kind))(`${kind.target?.cc ?? ""} ${kind.name}`, () => check(shop, kind));
  }
}

function runnable(kind: Kind): boolean {
  return (
    available(kind.target ?? NATIVE) &&
    (kind.tools ?? []).every((tool) => requireTool(tool) !== undefined)
  );
}

const EDITS: readonly ElfEdit[] = [
  { kind: "set-soname", name: "libtorture-89abcdef.so.1.2.3" },
  { kind: "replace-needed", from: "libold.so.1", to: GRAFTED },
  { kind: "set-search-path", tag: "rpath", path: SEARCH_PATH },
];

function rewritten(
  path: string,
  edits: readonly ElfEdit[],
): { bytes: Buffer; rewrite: ElfRewrite } {
  const before = memorySource(readFileSync(path));
  const rewrite = edit(parseElf(before), edits);
  const bytes = Buffer.concat([...applyRewrite(before, rewrite)]);
  expect(verify(before, memorySource(bytes), rewrite, { content: true })).toEqual([]);
  return { bytes, rewrite };
}

function check(shop: Workshop, kind: Kind): void {
  const path = shop.build(kind);
  const edits = kind.program === true ? EDITS.slice(1) : EDITS;
  const complaints = complain(shop, kind, path, true);
  const { bytes, rewrite } = rewritten(path, edits);
  const growth = bytes.length - readFileSync(path).length;
  // Room in the file takes the names; else a page at most, whatever the alignment of segments.
  const roomy = ["in-place", "padding", "gap"].includes(rewrite.rung);
  expect(growth).toBeLessThan(roomy ? 1024 : kind.target === undefined ? 16 << 10 : 80 << 10);
  const out = join(dirname(path), `edited-${basename(path)}`);
  writeFileSync(out, bytes, { mode: 0o755 });

  // What the code sees at `_DYNAMIC` can't follow a table that an earlier tool moved, or that had to move.
  const stale = rewrite.notes.includes("the dynamic section moved") || kind.stale === true;
  const before = shop.run(kind, path, dirname(path));
  const wanted = stale ? before : before.replace(/paths \d/, "paths 1");
  if (kind.stale !== true) expect(before).toMatch(/^check 0 /);
  const said = shop.run(kind, out);
  expect(said).toBe(wanted);
  const after = complain(shop, kind, out, true);
  expect(after.filter((line) => !complaints.includes(line))).toEqual([]);
  // lld's order of version needs is not kept.
  if (rewrite.rung !== "in-place") {
    expect(after.filter((line) => line.includes(".gnu.version_r"))).toEqual([]);
  }
  expect(rewritten(out, edits).rewrite).toMatchObject({ rung: "unchanged", size: bytes.length });

  if (kind.target === undefined) {
    expect(symbolsOf(out, stale)).toEqual(symbolsOf(path, stale));
    expect(output("ldd", [out])).not.toContain("not found");
  }
  if (kind.noSections === true) return;
  checkOwnStrip({ shop, kind, path, out, wanted, complaints });
  checkNextTools({ shop, kind, path, out, wanted, complaints });
}

interface Checked {
  readonly shop: Workshop;
  readonly kind: Kind;
  readonly path: string;
  readonly out: string;
  readonly wanted: string;
  readonly complaints: readonly string[];
}

/** What nm finds: names and addresses, as a debugger would. */
function symbolsOf(path: string, moved: boolean): string[] {
  const lines = [...output("nm", [path]).split("\n"), ...output("nm", ["-D", path]).split("\n")];
  const skipped = moved ? /_DYNAMIC$|__abi_tag$/ : /__abi_tag$/;
  return lines.filter((line) => !skipped.test(line)).map((line) => line.replace(path, ""));
}

/** Our own stripping of the edited file, and edits of the stripped original. */
function checkOwnStrip({ shop, kind, path, out, wanted, complaints }: Checked): void {
  const native = kind.target === undefined;
  for (const level of native ? (["debug", "unneeded", "all"] as const) : (["all"] as const)) {
    const before = memorySource(readFileSync(out));
    const rewrite = stripElf(parseElf(before), level);
    const bytes = Buffer.concat([...applyRewrite(before, rewrite)]);
    expect(verifyElfStrip(before, memorySource(bytes), rewrite)).toEqual([]);
    expect(bytes.length).toBeLessThanOrEqual(before.size);
    const stripped = join(dirname(path), `${level}-${basename(path)}`);
    writeFileSync(stripped, bytes, { mode: 0o755 });
    expect([level, shop.run(kind, stripped)]).toEqual([level, wanted]);
    const fresh = complain(shop, kind, stripped).filter((line) => !complaints.includes(line));
    expect([level, fresh]).toEqual([level, []]);
    expect(stripElf(parseElf(memorySource(bytes)), level).splices).toEqual([]);
  }
}

/** Tools that people run next. Some break a file whoever was there before: then it doesn't count. */
function checkNextTools({ shop, kind, path, out, wanted, complaints }: Checked): void {
  const next = join(dirname(path), `next-${basename(path)}`);
  const native = kind.target === undefined;
  const strip = shop.tool(kind, "strip");
  for (const [tool, ...args] of [
    ...(native ? [[strip, "-g"]] : []),
    [strip, "--strip-unneeded"],
    ...(native ? [["llvm-strip", "--strip-all"]] : []),
    ["patchelf", "--set-rpath", `${SEARCH_PATH}:$ORIGIN/another/place/that/is/not/there/at/all`],
  ]) {
    if (tool === undefined || requireTool(tool) === undefined) continue;
    copyFileSync(out, next);
    const said = output(tool, [...args, next]);
    // patchelf moves the dynamic section away from code that knows its address.
    const answer = attempt(() => shop.run(kind, next));
    const bits = Number(answer?.split(" ")[1]) & ~64;
    const fine = tool === "patchelf" ? bits === 0 : answer === wanted;
    const found = tool === "patchelf" ? [] : complain(shop, kind, next);
    const fresh = found.filter((line) => !complaints.includes(line));
    if (said === "" && fine && fresh.length === 0) continue;
    copyFileSync(path, next);
    const saidBefore = output(tool, [...args, next]);
    const worked = attempt(() => shop.run(kind, next, dirname(path)));
    if (worked === undefined) continue;
    const known = [...complaints, ...complain(shop, kind, next)];
    expect({ tool, args, said, answer }).toEqual({ tool, args, said: saidBefore, answer: wanted });
    expect(fresh.filter((line) => !known.includes(line))).toEqual([]);
  }
}

function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}

/** Complaints of eu-elflint, and when `thorough` also warnings of readelf. */
function complain(shop: Workshop, kind: Kind, path: string, thorough = false): string[] {
  const lines: string[] = [];
  const own = shop.tool(kind, "readelf");
  if (thorough && requireTool(own) !== undefined) {
    lines.push(
      ...output(own, ["-Wa", path])
        .split("\n")
        .filter((line) => /warning|error/i.test(line)),
    );
  }
  if (requireTool("eu-elflint") !== undefined) {
    lines.push(...output("eu-elflint", ["--gnu-ld", path]).split("\n"));
  }
  // Indexes of sections and symbols change when a tool drops some.
  return lines
    .filter((line) => line !== "" && line !== "No errors")
    .map((line) => line.replaceAll(/(?<=section \[|symbol )\s*\d+/g, "#"));
}

function output(program: string, args: readonly string[]): string {
  try {
    return execFileSync("/bin/sh", ["-c", '"$0" "$@" 2>&1', program, ...args], {
      encoding: "utf8",
      maxBuffer: 1 << 28,
    });
  } catch (error) {
    if (error instanceof Error && "stdout" in error) return String(error.stdout);
    throw error;
  }
}
