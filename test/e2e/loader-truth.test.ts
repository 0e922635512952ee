/** Where the loader decides, it is asked: glibc's through Python, musl's through its own program. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { wheelkitWith } from "../support/commands.ts";
import {
  answerOf,
  LINUX_TAG,
  SUFFIX,
  type Workshop,
  workshop,
} from "../support/repair-workshop.ts";
import { requireTool } from "../support/tools.ts";

const EXT = `demo/_x.${SUFFIX}`;
const hasTools = ["gcc", "python3", "unzip"].every((name) => requireTool(name) !== undefined);

let folder = "";
let shop: Workshop;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "wheelkit-loader-"));
  shop = workshop(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What Python says when it loads a file, or the answer. */
function loaded(path: string): string {
  try {
    return answerOf(path);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

interface Audited {
  readonly supported: string | null;
  readonly findings: readonly { readonly code: string; readonly level: string }[];
}

async function audited(wheel: string): Promise<Audited> {
  const { out } = await wheelkitWith({}, "audit", "-f", "json", wheel);
  const [{ platform, findings }] = JSON.parse(out).wheels;
  return { supported: platform.supported, findings };
}

describe.skipIf(!hasTools)("versions of the loader", () => {
  const linker = process.arch === "arm64" ? "ld-linux-aarch64.so.1" : "ld-linux-x86-64.so.2";

  /** A library that needs a version of the loader, through a stand-in to link against. */
  function needing(version: string): string {
    const map = join(folder, `${version}.map`);
    writeFileSync(map, `${version} { global: of_the_loader; };`);
    const stand = shop.library(`${version}/${linker}`, "int of_the_loader(void) { return 1; }", {
      soname: linker,
      flags: [`-Wl,--version-script=${map}`],
    });
    return shop.library(
      `${version}/demo.so`,
      "int of_the_loader(void); int answer(void) { return 1; } int (*keep)(void) = of_the_loader;",
      { needs: [stand] },
    );
  }

  it("are checked as those of any library are, so they count", async () => {
    const path = needing("GLIBC_2.99");
    expect(loaded(path)).toContain("version `GLIBC_2.99' not found");
    const files = { [EXT]: readFileSync(path) };
    const wheel = shop.wheel("versions", { tag: LINUX_TAG, files });
    expect((await audited(wheel)).supported).toMatch(/^linux_/);
  });
});
