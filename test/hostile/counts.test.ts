/** Very much of one thing: what is said of it is written piece by piece, and bounds are told. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { main } from "../../src/commands/main.ts";
import { wheelkit } from "../support/commands.ts";
import { fakeIo } from "../support/io.ts";
import type { LargeInput } from "../support/large-inputs.ts";
import {
  elfNeeds,
  elfSymbols,
  machoLoads,
  machoSymbols,
  peImports,
  peSymbols,
} from "../support/large-inputs.ts";
import { scratchFolder } from "../support/scratch.ts";

/** Characters that are written at once: far less than any of these reports has. */
const LARGEST_PIECE = 1 << 18;

function written({ name, bytes }: LargeInput): string {
  const path = join(scratchFolder(), name);
  writeFileSync(path, bytes);
  return path;
}

describe.each([
  ["ELF", () => elfSymbols(100_000, 8)],
  ["Mach-O", () => machoSymbols(5)],
  ["PE, imported", () => peSymbols(100_000, 1, false)],
  ["PE, forwarded", () => peSymbols(1, 50_000, true)],
])("a hundred thousand symbols: %s", (_, make) => {
  it.each(["text", "json"])("are shown in pieces as %s", async (format) => {
    const path = written(make());
    let [largest, names] = [0, 0];
    const io = {
      ...fakeIo(),
      out(text: string) {
        largest = Math.max(largest, text.length);
        names += text.split(/(?<![.\w])[sef]\d{5,7}\b/).length - 1;
      },
    };
    expect(await main(["show", "--imports", "--exports", "-f", format, path], io)).toBe(0);
    expect(largest).toBeLessThan(LARGEST_PIECE);
    expect(names).toBeGreaterThanOrEqual(50_000);
  });
});

describe.each([
  ["ELF", () => elfNeeds(330)],
  ["Mach-O", () => machoLoads(330, 1)],
  ["PE", () => peImports(330)],
])("330 libraries that all need one another: %s", (_, make) => {
  it("are judged as far as the limit goes, which is told", async () => {
    const { status, out } = await wheelkit("audit", "-f", "json", written(make()));
    expect(status).toBe(1);
    const [wheel] = JSON.parse(out).wheels;
    const codes = wheel.findings.map(({ code }: { readonly code: string }) => code);
    expect(codes).toContain("ZIP030");
    expect(wheel.ok).toBe(false);
    const { length } = wheel.binaries;
    expect(length * 330).toBeLessThanOrEqual(100_000);
    expect(length).toBeGreaterThan(290);
  });
});
