/** Every command that writes a wheel puts RECORD right, and none blesses a hash that is wrong. */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { toFindings } from "../../../src/audit/findings.ts";
import { RECORD_CASES } from "../../hostile/wheel/record-cases.ts";
import { wheelkit } from "../../support/commands.ts";
import { scratchFolder } from "../../support/scratch.ts";
import type { WheelSpec } from "../../support/wheel-builder.ts";
import { buildWheel, wheelFileName } from "../../support/wheel-builder.ts";
import { checkBytes } from "../../support/wheel-check.ts";

/** Command lines that write a wheel, whatever else they change. */
export const WRITERS: readonly (readonly string[])[] = [
  ["edit", "--set", "Summary=x"],
  ["edit", "--set", "Summary=x", "--in-place"],
  ["edit", "--version", "2.0"],
  ["edit", "--canonical"],
  ["tags", "--build", "1"],
  ["links", "add", "--link", "demo/alias.txt=demo/__init__.py"],
  ["repair"],
];

interface Written {
  readonly status: number;
  readonly err: string;
  /** `CODE level` of the result's RECORD, notes left out; `undefined` where nothing was written. */
  readonly found: readonly string[] | undefined;
}

async function write(argv: readonly string[], spec: WheelSpec): Promise<Written> {
  const folder = scratchFolder();
  const path = join(folder, wheelFileName(spec));
  writeFileSync(path, buildWheel(spec));
  const out = join(folder, "out");
  const [command = "", ...flags] = argv;
  const place = flags.includes("--in-place") ? [] : ["-w", out];
  const args =
    command === "links"
      ? ["links", "add", ...place, path, flags.at(-1) ?? ""]
      : [command, ...flags, ...place, path];
  const ran = await wheelkit(...args);
  if (ran.status !== 0) return { ...ran, found: undefined };
  const result = ran.out.trim();
  const { problems } = checkBytes(basename(result), new Uint8Array(readFileSync(result)));
  const codes = toFindings(problems).filter(
    ({ code, level }) => code.startsWith("REC") && level !== "info",
  );
  return { ...ran, found: codes.map(({ code, message }) => `${code} ${message}`) };
}

const FIXABLE = Object.entries(RECORD_CASES).flatMap(([code, { breaks }]) =>
  // The order of rows is a note, and only `--canonical` changes it.
  code === "REC008" || code === "REC013"
    ? []
    : breaks.map(({ what, wheel }) => [code, what, wheel] as const),
);

describe.each(WRITERS.map((argv) => [argv.join(" "), argv] as const))("%s", (_, argv) => {
  it.each(FIXABLE)("fixes %s: %s", async (_code, _what, wheel) => {
    const { status, err, found } = await write(argv, wheel);
    expect([status, found], err).toEqual([0, []]);
    expect(err).toMatch(/fixed RECORD|RECORD.jws` is left out/);
  });

  it.each([
    ["a file", "demo/__init__.py"],
    ["METADATA, which the edit itself changes", "demo-1.0.dist-info/METADATA"],
  ])("is refused where the hash of %s is wrong", async (_what, path) => {
    const wrong = (lines: readonly string[]): readonly string[] =>
      lines.map((line) =>
        line.startsWith(path) ? line.replace(/sha256=[^,]*/, `sha256=${digestOf("other")}`) : line,
      );
    const { status, err } = await write(argv, { record: wrong });
    expect([status, err]).toEqual([3, expect.stringContaining("[REC008]")]);
  });

  it("is refused where a weak hash is wrong, and goes on where it is right", async () => {
    const weak = (text: string): WheelSpec => ({
      record: (lines) =>
        lines.map((line) =>
          line.startsWith("demo/__init__.py")
            ? line.replace(/sha256=[^,]*/, `md5=${digestOf(text, "md5")}`)
            : line,
        ),
    });
    expect(await write(argv, weak("other"))).toMatchObject({
      status: 3,
      err: expect.stringContaining("[REC008]"),
    });
    expect(await write(argv, weak('"""A module."""\n'))).toMatchObject({ status: 0, found: [] });
  });

  it("takes the right one of two rows, and none of two wrong ones", async () => {
    const twice = (first: string, second: string): WheelSpec => ({
      files: { "demo/a.txt": "a" },
      record: (lines) => [
        ...[first, second].map((text) => `demo/a.txt,sha256=${digestOf(text)},1`),
        ...lines.filter((line) => !line.startsWith("demo/a.txt")),
      ],
    });
    expect(await write(argv, twice("x", "a"))).toMatchObject({ status: 0, found: [] });
    expect(await write(argv, twice("x", "y"))).toMatchObject({ status: 3 });
  });
});

function digestOf(text: string, algorithm: string = "sha256"): string {
  return createHash(algorithm).update(text).digest("base64url");
}

it("leaves every byte of a RECORD that is right, odd as it is spelled", async () => {
  const spec: WheelSpec = {
    record: (lines) =>
      lines.map((line) => line.replace(/^(demo\/__init__.py)/, '"$1"')).toReversed(),
  };
  const folder = scratchFolder();
  const path = join(folder, wheelFileName(spec));
  writeFileSync(path, buildWheel(spec));
  const before = checkBytes(basename(path), new Uint8Array(readFileSync(path)));
  const { status, err } = await wheelkit("edit", "--in-place", "--set", "Summary=x", path);
  const after = checkBytes(basename(path), new Uint8Array(readFileSync(path)));
  expect([status, err]).toEqual([0, ""]);
  const places = ({ rows }: typeof after): readonly string[] =>
    rows.map((row) => `${row.path} ${row.start}`);
  expect(places(after).slice(0, 2)).toEqual(places(before).slice(0, 2));
});
