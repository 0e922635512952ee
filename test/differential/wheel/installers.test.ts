/**
 * What is an error for an installer is one to an installer: pip or uv refuses the wheel, or it goes
 * wrong once it is installed, and the table says how.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { CONTENT_CASES } from "../../hostile/wheel/content-cases.ts";
import { ENTRY_POINT_CASES } from "../../hostile/wheel/entry-point-cases.ts";
import { LAYOUT_CASES } from "../../hostile/wheel/layout-cases.ts";
import { METADATA_CASES } from "../../hostile/wheel/metadata-cases.ts";
import { NAME_CASES } from "../../hostile/wheel/name-cases.ts";
import { RECORD_CASES } from "../../hostile/wheel/record-cases.ts";
import { WHEEL_FILE_CASES } from "../../hostile/wheel/wheel-file-cases.ts";
import { scratchFolder } from "../../support/scratch.ts";
import { hasPython, python, requireTool } from "../../support/tools.ts";
import { buildWheel, wheelFileName } from "../../support/wheel-builder.ts";
import { findingsOf } from "../../support/wheel-check.ts";

/** Errors that both install all the same, by rule or by `rule: case`, and what goes wrong then. */
const GOES_WRONG: Readonly<Record<string, string>> = {
  DST004: "the files land in site-packages under that name, and nowhere where they are looked for",
  DST007: "the link is written as a file that holds its target",
  DST008: "it overwrites the interpreter of the environment",
  WHL003: "which of two values counts is the installer's choice, and so is the folder",
  "WHL001: too large": "a limit of our own reader",
  "MET001: too large": "a limit of our own reader",
  MET005: "which of two values counts is the reader's choice",
  MET010: "uv and pip read this spelling, other readers of the specification do not",
  REC002: "a reader of CSV that is strict, as pypa/installer's, refuses it",
  REC008: "the file is not the one that was packed",
  REC011: "uninstalling deletes a file outside of the project",
  EPT005: "the script takes the interpreter's place, or is written outside of its folder",
  CON016: "packaging imports it to decide about every later wheel",
};

const TABLES = [
  NAME_CASES,
  LAYOUT_CASES,
  WHEEL_FILE_CASES,
  METADATA_CASES,
  RECORD_CASES,
  ENTRY_POINT_CASES,
  CONTENT_CASES,
];

const uv = requireTool("uv");

it.skipIf(uv === undefined || !hasPython())(
  "errors of the profile `install` are refused, or explained",
  () => {
    const folder = scratchFolder();
    const cases = TABLES.flatMap((table) => Object.entries(table)).flatMap(([code, { breaks }]) =>
      breaks.flatMap(({ what, wheel }) => {
        const found = findingsOf(wheel, "install").find((finding) => finding.code === code);
        const { filename, ...spec } = wheel;
        const name = filename ?? wheelFileName(spec);
        return found?.level === "error" && !/[/\0\n]/.test(name)
          ? [{ code, what, name, spec }]
          : [];
      }),
    );
    expect(cases.length).toBeGreaterThan(60);
    const paths = cases.map(({ name, spec }, index) => {
      mkdirSync(join(folder, String(index)));
      const path = join(folder, String(index), name);
      writeFileSync(path, buildWheel(spec));
      return path;
    });
    const script = join(import.meta.dirname, "installers.py");
    const output = execFileSync(python(), [script, uv ?? ""], {
      input: paths.map((path) => `${path}\n`).join(""),
      encoding: "utf8",
      stdio: ["pipe", "pipe", "ignore"],
    });
    const answers = output
      .trim()
      .split("\n")
      .map((line): { pip: boolean; uv: boolean } => JSON.parse(line));
    expect(answers).toHaveLength(cases.length);
    const taken = cases.filter((_, index) => !answers[index]?.pip && !answers[index]?.uv);
    const unexplained = taken.filter(
      ({ code, what }) =>
        GOES_WRONG[code] === undefined && GOES_WRONG[`${code}: ${what}`] === undefined,
    );
    expect(unexplained.map(({ code, what }) => `${code}: ${what}`)).toEqual([]);
    const idle = Object.keys(GOES_WRONG).filter(
      (key) => !taken.some(({ code, what }) => key === code || key === `${code}: ${what}`),
    );
    expect(idle).toEqual([]);
  },
  300_000,
);
