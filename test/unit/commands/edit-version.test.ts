/** An edit that states a version ends with every place saying it, whatever they said before. */
import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { toFindings } from "../../../src/audit/findings.ts";
import { readWheel, wheelkit } from "../../support/commands.ts";
import { scratchFolder } from "../../support/scratch.ts";
import type { WheelSpec } from "../../support/wheel-builder.ts";
import { buildWheel } from "../../support/wheel-builder.ts";
import { checkBytes } from "../../support/wheel-check.ts";

const SBOM = "%/sboms/a.cdx.json";
const component = (version: string): string =>
  JSON.stringify({ metadata: { component: { name: "demo", version } } });

/** A wheel whose places say other versions than its file name. */
interface Torn {
  readonly file: string;
  readonly spec: WheelSpec;
}

const TORN: Readonly<Record<string, Torn>> = {
  "a local version only in the file name": { file: "demo-0.2+cu130", spec: { version: "0.2" } },
  "a local version only inside": { file: "demo-0.2", spec: { version: "0.2+cu130" } },
  "another version in METADATA": {
    file: "demo-0.2",
    spec: {
      version: "0.2",
      files: { "%/METADATA": "Metadata-Version: 2.1\nName: demo\nVersion: 0.1\n" },
    },
  },
  "another version in the SBOM": {
    file: "demo-0.2",
    spec: { version: "0.2", files: { [SBOM]: component("0.0.7") } },
  },
  "another spelling of the folders": {
    file: "demo-0.2",
    spec: {
      name: "Demo",
      version: "0.2.0",
      files: { "Demo-0.2.0.data/scripts/tool": "#!python\n" },
    },
  },
  "another version of the data": {
    file: "demo-0.2",
    spec: { version: "0.2", files: { "demo-0.1.data/scripts/tool": "#!python\n" } },
  },
  "a version that is none": { file: "demo-0.2_PR90", spec: { version: "0.2_PR90" } },
};

function write({ file, spec }: Torn): string {
  const path = join(scratchFolder(), `${file}-py3-none-any.whl`);
  writeFileSync(path, buildWheel(spec));
  return path;
}

/** Errors and warnings, but for a local version as such. */
function complaints(path: string): readonly string[] {
  const { problems } = checkBytes(basename(path), new Uint8Array(readFileSync(path)));
  return toFindings(problems)
    .filter(({ level }) => level !== "info")
    .map(({ code, message }) => `${code} ${message}`);
}

describe.each(Object.entries(TORN))("a wheel with %s", (_, torn) => {
  it.each(["0.2", "0.2+cu130", "3.0"])("says %s everywhere after --version", async (version) => {
    const path = write(torn);
    for (const place of [["-w", scratchFolder()], ["--in-place"]]) {
      const { status, out, err } = await wheelkit("edit", "--version", version, ...place, path);
      expect([status, err.includes("unchanged")], err).toEqual([0, false]);
      const result = out.trim();
      expect(basename(result)).toBe(`demo-${version}-py3-none-any.whl`);
      expect(complaints(result)).toEqual([]);
      const members = readWheel(result);
      const said = [...members].flatMap(([name, text]) => {
        const folder = /^[^/]+-([^/]+)\.(?:dist-info|data)\//.exec(name)?.[1];
        const own = /^Version: (.*)$/m.exec(name.endsWith("/METADATA") ? text : "")?.[1];
        const bill = name.endsWith(".json") ? /"version":"(.*?)"/.exec(text)?.[1] : undefined;
        return [folder, own, bill].filter((each) => each !== undefined);
      });
      expect(new Set(said)).toEqual(new Set([version]));
    }
  });
});

describe("an edit of the version", () => {
  it("says that nothing changes where everything says so already", async () => {
    const path = write({ file: "demo-0.2", spec: { version: "0.2" } });
    const bytes = readFileSync(path);
    for (const flags of [
      ["--version", "0.2"],
      ["--local", ""],
    ]) {
      const { status, err } = await wheelkit("edit", ...flags, "--in-place", path);
      expect([status, err]).toEqual([0, expect.stringContaining("unchanged")]);
      expect(readFileSync(path)).toEqual(bytes);
    }
  });

  it.each([["--post"], ["--local", "cu130"]])(
    "with %s asks for a valid version where there is none to build upon",
    async (...flags) => {
      const path = write({ file: "demo-0.2_PR90", spec: { version: "0.2_PR90" } });
      const { status, err } = await wheelkit("edit", ...flags, "--in-place", path);
      expect([status, err]).toEqual([3, expect.stringMatching(/NAM003[\s\S]*--version/)]);
    },
  );

  it("leaves the folders of another project alone", async () => {
    const path = write({
      file: "demo-0.2",
      spec: { version: "0.2", files: { "other-0.2.data/scripts/tool": "#!python\n" } },
    });
    const { out } = await wheelkit("edit", "--version", "3.0", "--in-place", path);
    expect([...readWheel(out.trim()).keys()]).toContain("other-0.2.data/scripts/tool");
  });
});
