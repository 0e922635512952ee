/** What `npm run build` left, and what is said about the project. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { dosTimeOf } from "../../src/zip/dos-time.ts";
import type { DosTime } from "../../src/zip/writer.ts";

export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** SPDX identifier. */
  readonly license: string;
  readonly text: string;
}

export interface Build {
  /** The checkout. */
  readonly root: string;
  readonly version: string;
  readonly summary: string;
  readonly keywords: readonly string[];
  /** Packages whose code is in the bundle. */
  readonly packages: readonly BundledPackage[];
  /** Seconds since 1970. */
  readonly epoch: number;
  readonly time: DosTime;
}

export function readBuild(root: string): Build {
  const { version, description, keywords } = JSON.parse(text(root, "package.json"));
  const epoch = epochOf(root);
  return {
    root,
    version,
    summary: description,
    keywords,
    packages: JSON.parse(text(root, "dist/executable/packages.json")),
    epoch,
    time: dosTimeOf(epoch),
  };
}

export function bytesOf(root: string, path: string): Uint8Array {
  return new Uint8Array(readFileSync(join(root, path)));
}

export function text(root: string, path: string): string {
  return readFileSync(join(root, path), "utf8");
}

/** SOURCE_DATE_EPOCH, else the time of the commit: the same commit gives the same bytes. */
function epochOf(root: string): number {
  const given = process.env.SOURCE_DATE_EPOCH;
  if (given !== undefined && /^[0-9]{1,12}$/.test(given)) return Number(given);
  if (given) throw new Error(`SOURCE_DATE_EPOCH is not a number of seconds: ${given}`);
  const options = { cwd: root, encoding: "utf8" } as const;
  return Number(execFileSync("git", ["log", "-1", "--format=%ct"], options).trim());
}
