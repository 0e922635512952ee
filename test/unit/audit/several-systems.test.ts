/** Wheels whose tags name several systems are judged for each of them. */
import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { wheelkit } from "../../support/commands.ts";
import { elfFixture } from "../../support/elf-fixtures.ts";
import { machoFile } from "../../support/macos-files.ts";
import { peFixture } from "../../support/pe-fixtures.ts";
import { schemaErrors } from "../../support/schemas.ts";
import { scratchFolder } from "../../support/scratch.ts";
import { buildWheel, type WheelSpec, wheelFileName } from "../../support/wheel-builder.ts";

const PE = { "demo/x.dll": peFixture("module-x86_64") };
const DLL = { "demo/b.dll": peFixture("library-x86_64") };
const MACHO = { "demo/liba.dylib": machoFile({ id: "@rpath/liba.dylib", minos: "12.0" }) };
const ELF = { "demo/libm.so": elfFixture("isa-v3") };

async function audit(platforms: string, files: WheelSpec["files"]) {
  const folder = scratchFolder();
  const spec = { tag: `py3-none-${platforms}`, files: files ?? {} };
  const path = join(folder, wheelFileName(spec));
  writeFileSync(path, buildWheel(spec));
  const strict = ["--select", "TAG,LNK001", "--severity", "TAG009=error"];
  const { out } = await wheelkit("audit", "--no-config", "-f", "json", ...strict, path);
  const document = JSON.parse(out);
  expect(schemaErrors(document)).toEqual([]);
  const [{ platform, findings, unverified, binaries, external }] = document.wheels;
  const codes = (findings as readonly { code: string; level: string; path?: string }[])
    .filter(({ level }) => level === "error")
    .map(({ code, path: at }) => `${code} ${at ?? ""}`.trim());
  const open = (unverified as readonly { code: string; why: string }[])
    .filter(({ why }) => why.includes("was not judged"))
    .map(({ why }) => why);
  return { path, platform, codes, open, binaries, external };
}

describe("a wheel that is tagged for two systems", () => {
  it("has the errors of both, whichever is named first", async () => {
    for (const tags of ["win_amd64.macosx_11_0_arm64", "macosx_11_0_arm64.win_amd64"]) {
      const { platform, codes, open, external, binaries } = await audit(tags, { ...PE, ...MACHO });
      expect(codes).toEqual(["TAG006 demo/liba.dylib", "LNK001 demo/x.dll"]);
      expect([platform.truthful, open]).toEqual([false, []]);
      expect(external.map(({ name }: { name: string }) => name)).toEqual(["b.dll"]);
      expect(binaries.map(({ path }: { path: string }) => path)).toHaveLength(2);
    }
  });

  it("is right where both are", async () => {
    const tags = "macosx_12_0_arm64.win_amd64";
    const { platform, codes, open } = await audit(tags, { ...PE, ...DLL, ...MACHO });
    expect([platform.truthful, platform.supported]).toEqual([true, tags]);
    expect([codes, open]).toEqual([[], []]);
    const swapped = "win_amd64.macosx_12_0_arm64";
    expect((await audit(swapped, { ...PE, ...DLL, ...MACHO })).platform.supported).toBe(swapped);
  });

  it("leaves open what nobody can judge: a system that it has no file for", async () => {
    const { platform, codes, open } = await audit("win_amd64.macosx_12_0_arm64", {
      ...PE,
      ...DLL,
    });
    expect([platform.truthful, platform.supported, codes]).toEqual([null, "win_amd64", []]);
    expect(open).toEqual([
      "`macosx_12_0_arm64` was not judged: no native file of the wheel is for macOS, and nobody can say whether it does without",
    ]);
  });

  it("is refused by `repair`, which could only do half of it", async () => {
    const { path } = await audit("win_amd64.macosx_12_0_arm64", { ...PE, ...MACHO });
    const { status, err } = await wheelkit("repair", "-w", scratchFolder(), path);
    expect(status).toBe(3);
    expect(err).toContain("for macOS and Windows: a repair is for one system");
    const before = readFileSync(path);
    const edited = await wheelkit("edit", "--set", "Keywords=x", "-w", scratchFolder(), path);
    expect([edited.status, basename(edited.out.trim())]).toEqual([0, basename(path)]);
    expect(readFileSync(path).equals(before)).toBe(true);
  });
});

it("a wheel for Linux and Windows is held to both", async () => {
  const { codes, open, platform } = await audit("manylinux1_x86_64.win_amd64", { ...ELF, ...PE });
  expect(codes).toContain("LNK001 demo/x.dll");
  expect(codes).toContain("TAG009 demo/libm.so");
  expect([platform.truthful, open]).toEqual([false, []]);
});
