/** The same wheel gives the same bytes, whoever repairs it, where and when; and twice is once. */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { entriesOf, wheelkitWith } from "../../support/commands.ts";
import { type RunOptions, run } from "../../support/repair-process.ts";
import { LINUX_TAG, SUFFIX, workshop } from "../../support/repair-workshop.ts";
import { requireTool } from "../../support/tools.ts";

const hasTools = requireTool("gcc") !== undefined;
let folder = "";
let wheel = "";
let reference: Uint8Array = new Uint8Array();
let name = "";
let runs = 0;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "wheelkit-same-"));
  if (!hasTools) return;
  const shop = workshop(folder);
  const needs = ["a", "b", "c", "d"].map((letter, index) =>
    shop.library(`ext/lib${letter}.so.1`, `int ${letter}(void) { return ${index}; }`, {
      soname: `lib${letter}.so.1`,
    }),
  );
  const files: Record<string, Uint8Array> = {};
  for (const letter of ["w", "x", "y"]) {
    files[`demo/_${letter}.${SUFFIX}`] = shop.module(`_${letter}`, "a() + d()", { needs });
  }
  files["demo-1.0.data/scripts/tool"] = shop.program("tool", "a() + b()", { needs });
  wheel = shop.wheel("in", { tag: LINUX_TAG, files });
  const { bytes, output } = repaired();
  reference = bytes;
  name = output;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The archive with all its members of a day in January 2024. */
function dated(bytes: Uint8Array, day: number): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + 4 <= bytes.length; at++) {
    const signature = view.getUint32(at, true);
    // Modification dates of local headers and of the central directory.
    if (signature === 0x04034b50) view.setUint16(at + 12, (44 << 9) | (1 << 5) | day, true);
    if (signature === 0x02014b50) view.setUint16(at + 14, (44 << 9) | (1 << 5) | day, true);
  }
  return bytes;
}

function repaired(
  args: readonly string[] = [],
  options: RunOptions = {},
  input = wheel,
): { bytes: Uint8Array; output: string } {
  const out = join(folder, `out-${runs++}`);
  const words = ["repair", "--ldpaths", join(folder, "ext"), "-w", out, ...args, input];
  const { status, stderr, stdout } = run(words, options);
  expect([status, stderr]).toEqual([0, ""]);
  return { bytes: readFileSync(stdout.trim()), output: basename(stdout.trim()) };
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.from(a).equals(b);
}

describe.skipIf(!hasTools)("the same bytes", () => {
  it.each<[string, readonly string[], RunOptions]>([
    ["one thread", ["-j", "1"], {}],
    [
      "eight threads, another umask, time zone, language and home",
      ["-j", "8"],
      {
        shell: "umask 077;",
        env: { TZ: "Pacific/Kiritimati", LC_ALL: "tr_TR.UTF-8", HOME: "/nonexistent" },
      },
    ],
  ])("with %s", (_, args, options) => {
    expect(same(repaired(args, options).bytes, reference)).toBe(true);
  });

  it("from another folder, by a relative path, at another time", () => {
    const other = join(folder, "elsewhere");
    mkdirSync(other);
    const copy = join(other, basename(wheel));
    copyFileSync(wheel, copy);
    const { bytes } = repaired([], { cwd: folder }, relative(folder, copy));
    expect(same(bytes, reference)).toBe(true);
  });

  it("when the result is repaired again, also with other libraries available or none", () => {
    const first = join(folder, `again/${name}`);
    mkdirSync(join(folder, "again"));
    copyFileSync(join(folder, "out-0", name), first);
    for (const args of [[], ["--no-sys-paths", "--clear-execstack", "-z", "9"]]) {
      expect(same(repaired(args, {}, first).bytes, reference)).toBe(true);
    }
    const stripped = join(folder, `stripped/${name}`);
    mkdirSync(join(folder, "stripped"));
    writeFileSync(stripped, repaired(["--strip"]).bytes);
    expect(same(repaired(["--strip"], {}, stripped).bytes, readFileSync(stripped))).toBe(true);
  });
});

describe.skipIf(!hasTools)("SOURCE_DATE_EPOCH", () => {
  const inProcess = async (
    args: readonly string[],
    env: Readonly<Record<string, string>>,
  ): Promise<Uint8Array> => {
    const out = join(folder, `out-${runs++}`);
    const words = ["repair", "--ldpaths", join(folder, "ext"), "-w", out, ...args, wheel];
    const ran = await wheelkitWith({ env }, ...words);
    expect([ran.status, ran.err]).toEqual([0, ""]);
    return readFileSync(ran.out.trim());
  };
  const seconds = (bytes: Uint8Array, member: string): string => {
    const file = join(mkdtempSync(join(folder, "epoch-")), name);
    writeFileSync(file, bytes);
    const entry = entriesOf(file).find((each) => each.name === member);
    const { dosDate = 0, dosTime = 0 } = entry ?? {};
    const date = [(dosDate >> 9) + 1980, (dosDate >> 5) & 15, dosDate & 31];
    const time = [dosTime >> 11, (dosTime >> 5) & 63, (dosTime & 31) * 2];
    return `${date.join("-")} ${time.join(":")}`;
  };

  it.each([
    ["0", "1980-1-1 0:0:0"],
    ["315532799", "1980-1-1 0:0:0"],
    ["315532800", "1980-1-1 0:0:0"],
    ["1700000000", "2023-11-14 22:13:20"],
    ["1700000001", "2023-11-14 22:13:20"],
    ["4354819198", "2107-12-31 23:59:58"],
    ["99999999999", "2107-12-31 23:59:58"],
  ])("%s: %s", async (epoch, shown) => {
    const env = { SOURCE_DATE_EPOCH: epoch };
    const bytes = await inProcess([], env);
    expect(seconds(bytes, "demo-1.0.dist-info/RECORD")).toBe(shown);
    expect(same(await inProcess(["--source-date-epoch", epoch], {}), bytes)).toBe(true);
    // Members that don't change as well: builds of different hours give the same file.
    expect(seconds(bytes, "demo/__init__.py")).toBe(shown);
    expect(same(await inProcess([], { SOURCE_DATE_EPOCH: "" }), reference)).toBe(true);
  });

  it("makes wheels the same that differ in nothing but the times of their build", async () => {
    const env = { SOURCE_DATE_EPOCH: "1700000000" };
    const results: Uint8Array[] = [];
    for (const day of [1, 9]) {
      const later = join(mkdtempSync(join(folder, "later-")), basename(wheel));
      writeFileSync(later, dated(readFileSync(wheel), day));
      const out = join(folder, `dated-${day}`);
      const args = ["--ldpaths", join(folder, "ext"), "-w", out, later];
      const ran = await wheelkitWith({ env }, "repair", ...args);
      expect(ran.err).toBe("");
      results.push(readFileSync(ran.out.trim()));
    }
    expect(same(results[0] ?? new Uint8Array(), results[1] ?? new Uint8Array())).toBe(true);
  });

  it("means the same in every time zone", async () => {
    const env = { SOURCE_DATE_EPOCH: "1700000000" };
    const there = repaired([], { env: { ...env, TZ: "America/New_York" } });
    expect(same(there.bytes, await inProcess([], env))).toBe(true);
  });

  it("that is not a number is an error of usage", async () => {
    const env = { SOURCE_DATE_EPOCH: "today" };
    const { status, err } = await wheelkitWith(
      { env },
      "repair",
      "-w",
      join(folder, "none"),
      wheel,
    );
    expect(status).toBe(2);
    expect(err).toContain("SOURCE_DATE_EPOCH is `today`, which is not a number of seconds");
  });
});
