/** Real wheels of many build tools have no archive error. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openFile } from "../../../src/node/file.ts";
import { cacheFolder, python } from "../../support/tools.ts";
import { EVERYWHERE, LINUX, verdict } from "../../support/zip-verdict.ts";

/** Requirement and what built it; small ones, of different tools. */
const PURE = [
  "six==1.17.0", // setuptools
  "attrs==25.3.0", // hatchling
  "packaging==25.0", // flit
  "poetry-core==2.1.3", // poetry
];
const MANYLINUX = [
  "MarkupSafe==3.0.2", // setuptools, cibuildwheel, auditwheel
  "orjson==3.10.18", // maturin
  "cffi==1.17.1", // setuptools, with grafted libraries
  "PyYAML==6.0.2", // setuptools
];
const OTHERS = [
  ["win_amd64", "psutil==7.0.0"],
  ["macosx_11_0_arm64", "charset-normalizer==3.4.2"],
] as const;

const folder = join(cacheFolder(), "zip-wheels");

/** Fetches what is missing; false without network. */
function fetchAll(): boolean {
  mkdirSync(folder, { recursive: true });
  const have = (requirement: string): boolean => {
    const [name = ""] = requirement.toLowerCase().replaceAll("-", "_").split("==");
    return readdirSync(folder).some((file) => file.toLowerCase().startsWith(`${name}-`));
  };
  const runs: (readonly string[])[] = [
    PURE.filter((each) => !have(each)),
    ...[...MANYLINUX.map((each) => ["manylinux2014_x86_64", each] as const), ...OTHERS]
      .filter(([, each]) => !have(each))
      .map(([platform, each]) => ["--platform", platform, "--python-version", "312", each]),
  ];
  return runs.every((args) => args.length === 0 || download(args));
}

function download(args: readonly string[]): boolean {
  const options = ["--no-deps", "--only-binary", ":all:", "--dest", folder];
  const run = spawnSync(python(), ["-m", "pip", "download", "-q", ...options, ...args]);
  if (run.status === 0) return true;
  if (process.env.CI) throw new Error(`pip download failed: ${run.stderr}`);
  return false;
}

describe("real wheels", () => {
  test("have no archive error", { timeout: 300_000 }, (context) => {
    if (!fetchAll()) context.skip("the wheels could not be fetched");
    const wheels = readdirSync(folder).filter((file) => file.endsWith(".whl"));
    expect(wheels.length).toBeGreaterThanOrEqual(10);
    for (const file of wheels) {
      const source = openFile(join(folder, file));
      const targets = file.endsWith("-any.whl") ? EVERYWHERE : LINUX;
      const { findings, index } = verdict(source, { targets });
      source.close();
      expect(findings.filter(({ level }) => level === "error")).toEqual([]);
      expect(index.entries.length).toBeGreaterThan(3);
    }
  });
});
