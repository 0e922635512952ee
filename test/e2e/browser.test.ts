/** The core in a bundle for browsers: no module of Node comes along, and it audits and repairs in memory. */
import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import { nodeCompression } from "../../src/node/compression.ts";
import type * as InMemory from "../support/browser/in-memory.ts";
import { wheelkit } from "../support/commands.ts";
import { membersOf } from "../support/repair-workshop.ts";
import { scratchFolder } from "../support/scratch.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const DEMO = join(ROOT, "fixtures/wheels/demo-1.0-cp312-cp312-manylinux_2_17_x86_64.whl");
const LIBRARIES = join(ROOT, "fixtures/commands/libraries");

/** The core and what a page would add to it, as one script. */
async function bundle(folder: string): Promise<typeof InMemory> {
  const outfile = join(folder, "core.mjs");
  const { metafile } = await build({
    entryPoints: [join(ROOT, "test/support/browser/in-memory.ts")],
    bundle: true,
    // Modules of Node can't be resolved for it, which fails the build.
    platform: "browser",
    format: "esm",
    outfile,
    metafile: true,
    logLevel: "silent",
  });
  const inputs = Object.keys(metafile.inputs);
  expect(inputs.length).toBeGreaterThan(100);
  expect(inputs.filter((path) => /src\/(node|commands)\//.test(path))).toEqual([]);
  const imported = Object.values(metafile.outputs).flatMap(({ imports }) => imports);
  expect(imported.filter(({ external }) => external)).toEqual([]);
  return await import(pathToFileURL(outfile).href);
}

describe("the core without Node", { timeout: 60_000 }, () => {
  it("audits a wheel held in memory as the command does", async () => {
    const core = await bundle(scratchFolder());
    const files = new Map([[basename(DEMO), new Uint8Array(readFileSync(DEMO))]]);
    const document = await core.audit(basename(DEMO), files, nodeCompression);
    expect(document).toBe((await wheelkit("audit", "-f", "json", DEMO)).out);
  });

  it("repairs a wheel held in memory to what the command makes of it", async () => {
    const folder = scratchFolder();
    const core = await bundle(folder);
    const files = new Map([[basename(DEMO), new Uint8Array(readFileSync(DEMO))]]);
    const library = new Uint8Array(readFileSync(join(LIBRARIES, "libgreeting.so.1")));
    const root = core.memoryRoot(new Map([["/lib/libgreeting.so.1", library]]));
    const settings = { ldpaths: ["/lib"] };
    const name = basename(DEMO);
    const repaired = await core.repair(name, files, nodeCompression, root, settings);
    const path = join(folder, repaired.file);
    writeFileSync(path, repaired.bytes);

    const out = join(folder, "out");
    const options = ["--no-sys-paths", "--ldpaths", LIBRARIES, "-w", out];
    expect((await wheelkit("repair", ...options, DEMO)).status).toBe(0);
    expect(membersOf(path)).toEqual(membersOf(join(out, repaired.file)));
    expect([...membersOf(path).keys()]).toContainEqual(
      expect.stringMatching(/^demo\.libs\/libgreeting-[0-9a-f]{8}\.so\.1$/),
    );
  });
});
