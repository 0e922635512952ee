/** Files of 20 GB, nearly all of it holes: what is only looked at is not read as a whole. */
import { copyFileSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { wheelkit } from "../support/commands.ts";
import { elfFixture } from "../support/elf-fixtures.ts";
import { machoFixture } from "../support/macho-fixtures.ts";
import { peFixture } from "../support/pe-fixtures.ts";
import { scratchFolder } from "../support/scratch.ts";

const SIZE = 20e9;
/** Bytes that may be read of it: headers, tables and what the program itself takes. */
const MOST = 64e6;

const LIBRARIES: Readonly<Record<string, Uint8Array>> = {
  "an ELF library": elfFixture("module-x86_64"),
  "an ELF program": elfFixture("program-pie"),
  "a Mach-O library": machoFixture("liba-arm64"),
  "a fat Mach-O library": machoFixture("liba-fat"),
  "a DLL": peFixture("library-x86_64"),
  "a DLL with a checksum": peFixture("checksum"),
  "no library": new Uint8Array(4096).fill(0x41),
  "the beginning of a wheel": new Uint8Array([0x50, 0x4b, 3, 4]),
};

/** Bytes that this process has asked the system for; only Linux counts them. */
function bytesRead(): number {
  return Number(/rchar: (\d+)/.exec(readFileSync("/proc/self/io", "utf8"))?.[1]);
}

describe.skipIf(process.platform !== "linux")("20 GB of", () => {
  describe.each(Object.entries(LIBRARIES))("%s", (_, bytes) => {
    it.each([
      "show X",
      "show --imports --exports X",
      "edit --set-rpath /opt/a/rather/long/path/that/is/not/there/yet -n X",
      "edit --set-id a-rather-long-name-that-was-not-there-before.so -n X",
      "audit --exit-zero X",
      "edit --set Keywords=x -n X",
      "repair -n X",
      "shrink -n X",
    ])("are looked at and no more: %s", async (line) => {
      const path = join(scratchFolder(), "x-1.0-py3-none-any.whl");
      writeFileSync(path, bytes);
      truncateSync(path, SIZE);
      const before = bytesRead();
      const { status, err } = await wheelkit(
        ...line.split(" ").map((word) => (word === "X" ? path : word)),
      );
      expect([0, 2, 3, 4], err).toContain(status);
      expect(bytesRead() - before).toBeLessThan(MOST);
    });
  });
});

describe("a library that a repair finds", () => {
  const from = (path: string): string =>
    fileURLToPath(new URL(`../../fixtures/${path}`, import.meta.url));
  const wheel = from("wheels/demo-1.0-cp312-cp312-manylinux_2_17_x86_64.whl");

  function libraries(size: number, ...names: readonly string[]): string {
    const folder = join(scratchFolder(), "libs");
    mkdirSync(folder);
    copyFileSync(from("commands/libraries/libgreeting.so.1"), join(folder, "libgreeting.so.1"));
    for (const name of names) {
      if (name !== "libgreeting.so.1") writeFileSync(join(folder, name), elfFixture("versions"));
      truncateSync(join(folder, name), size);
    }
    return folder;
  }

  it.skipIf(process.platform !== "linux")("is not read where it stays outside", async () => {
    const folder = libraries(SIZE, "libc.so.6", "libm.so.6", "libpthread.so.0");
    const before = bytesRead();
    const argv = ["repair", "-n", "--no-update-tags", "--ldpaths", folder, wheel];
    const { status, err } = await wheelkit(...argv);
    expect([0, 3], err).toContain(status);
    expect(bytesRead() - before).toBeLessThan(MOST);
  });

  it("is read with progress where it is grafted", async () => {
    const folder = libraries(40e6, "libgreeting.so.1");
    const argv = ["repair", "-n", "--progress", "always", "--ldpaths", folder, wheel];
    const { err } = await wheelkit(...argv, "--no-update-tags");
    expect(err).toMatch(/\[#+-+\] +\d+% libgreeting\.so\.1/);
  });
});
