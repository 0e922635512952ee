/** Native code for a processor that nobody knows, and of another system: never "no native code". */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { wheelkit } from "../support/commands.ts";
import { elfFixture } from "../support/elf-fixtures.ts";
import { machoFixture } from "../support/macho-fixtures.ts";
import { peFixture } from "../support/pe-fixtures.ts";
import { scratchFolder } from "../support/scratch.ts";
import { buildWheel, wheelFileName } from "../support/wheel-builder.ts";

function changed(bytes: Uint8Array, at: number, value: number, width: 2 | 4): Uint8Array {
  const view = new DataView(bytes.buffer);
  if (width === 2) view.setUint16(at, value, true);
  else view.setUint32(at, value, true);
  return bytes;
}

const elf = (machine: number): Uint8Array => changed(elfFixture("module-x86_64"), 18, machine, 2);
const macho = (cpu: number): Uint8Array => changed(machoFixture("cxx-arm64"), 4, cpu, 4);
function pe(machine: number): Uint8Array {
  const bytes = peFixture("module-x86_64");
  return changed(bytes, new DataView(bytes.buffer).getUint32(60, true) + 4, machine, 2);
}

const LINUX = "cp312-cp312-manylinux_2_17_x86_64";
const MACOS = "cp312-cp312-macosx_11_0_arm64";
const WINDOWS = "cp312-cp312-win_amd64";
const MODULES: Readonly<Record<string, string>> = {
  [LINUX]: "demo/_m.cpython-312-x86_64-linux-gnu.so",
  [MACOS]: "demo/_m.cpython-312-darwin.so",
  [WINDOWS]: "demo/_m.cp312-win_amd64.pyd",
};

describe("a module", () => {
  it.each([
    ["ELF for machine 44", LINUX, elf(44), "TAG002"],
    ["ELF for machine 83", LINUX, elf(83), "TAG002"],
    ["ELF for machine 247", LINUX, elf(247), "TAG002"],
    ["Mach-O for processor 0x99", MACOS, macho(0x99), "TAG002"],
    ["Mach-O for processor 0x7fffffff", MACOS, macho(0x7fffffff), "TAG002"],
    ["PE for machine 0x1234", WINDOWS, pe(0x1234), "TAG002"],
    ["PE for machine 0", WINDOWS, pe(0), "TAG002"],
    ["ELF in a wheel for Windows", WINDOWS, elf(62), "TAG003"],
    ["ELF for machine 44 in a wheel for macOS", MACOS, elf(44), "TAG00"],
    ["Mach-O in a wheel for Linux", LINUX, macho(0x0100000c), "TAG003"],
    ["Mach-O for processor 0x99 in a wheel for Linux", LINUX, macho(0x99), "TAG00"],
    ["PE in a wheel for Linux", LINUX, pe(0x8664), "TAG003"],
    ["PE for machine 0x1234 in a wheel for macOS", MACOS, pe(0x1234), "TAG00"],
  ])("is native for audit and repair: %s", async (_, tag, bytes, code) => {
    const spec = { tag, files: { [MODULES[tag] ?? ""]: bytes } };
    const path = join(scratchFolder(), wheelFileName(spec));
    writeFileSync(path, buildWheel(spec));
    const audit = await wheelkit("audit", "-f", "json", path);
    const [{ findings }] = JSON.parse(audit.out).wheels;
    const errors = findings.filter(({ level }: { level: string }) => level === "error");
    expect(errors.map((finding: { code: string }) => finding.code)).toContainEqual(
      expect.stringMatching(new RegExp(`^${code}`)),
    );
    const repair = await wheelkit("repair", "-n", path);
    expect([repair.status, repair.err]).toEqual([3, expect.not.stringContaining("no native code")]);
  });
});
