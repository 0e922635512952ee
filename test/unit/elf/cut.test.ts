/** Device code is packed and cut out of libraries of several linkers; they are loaded and walked. */
import { execFileSync } from "node:child_process";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readDeviceCode } from "../../../src/device-code/container.ts";
import { elf } from "../../../src/elf/index.ts";
import type { NativeEdit } from "../../../src/native-edit.ts";
import { nodeCompression } from "../../../src/node/compression.ts";
import { applyRewrite, isUnchanged } from "../../../src/rewrite.ts";
import { memorySource, type Source, sliceSource } from "../../../src/source.ts";
import {
  buildCudaLibrary,
  callLibrary,
  type LibraryOptions,
  sassUnit,
  sumOf,
} from "../../support/cuda-library.ts";
import { scratchFolder } from "../../support/scratch.ts";
import { python, requireTool } from "../../support/tools.ts";

const ARCHS = [60, 70, 80, 90];
const units = [1, 2, 3].map((seed) => sassUnit(ARCHS, 6000 * seed, seed));
const kept = units.map((unit) => unit.filter(({ arch }) => arch === 80));

/** Keeps the entries of one architecture, without a plan of any tool: plain loops over the bytes. */
function packed(source: Source, arch: number): { source: Source; edits: NativeEdit[] } {
  const bytes = new Uint8Array(source.read(0, source.size));
  const edits: NativeEdit[] = [];
  for (const { name, start, size } of elf.open(source).regions()) {
    if (name !== ".nv_fatbin" && name !== "__nv_relfatbin") continue;
    const region = sliceSource(source, start, size);
    const moved: { from: number; to: number }[] = [];
    let at = 0;
    for (const container of readDeviceCode(region).containers) {
      moved.push({ from: container.start, to: at });
      const head = at;
      bytes.set(region.read(container.start, 16), start + at);
      at += 16;
      for (const { arch: own, start: from, headerSize, payloadSize } of container.entries) {
        if (own !== arch) continue;
        bytes.set(region.read(from, headerSize + payloadSize), start + at);
        at += headerSize + payloadSize;
      }
      new DataView(bytes.buffer).setBigUint64(start + head + 8, BigInt(at - head - 16), true);
    }
    edits.push({ kind: "cut", region: name, size: at, moved });
  }
  return { source: memorySource(bytes), edits };
}

function write(path: string, source: Source, edits: readonly NativeEdit[]): void {
  const rewrite = elf.rewrite(source, edits, nodeCompression);
  writeFileSync(
    path,
    Buffer.concat([...applyRewrite(source, rewrite)].map((chunk) => chunk.slice())),
  );
}

const PAGES = "-Wl,-z,max-page-size=4096";
const LINKERS: readonly (readonly [string, LibraryOptions])[] = [
  ["GNU ld", { flags: [PAGES] }],
  ["GNU ld with all in one segment", { flags: [PAGES, "-Wl,-z,noseparate-code"] }],
  ["GNU ld with packed relocations", { flags: [PAGES, "-Wl,-z,pack-relative-relocs"] }],
  ["GNU ld without a build id", { flags: [PAGES, "-Wl,--build-id=none"] }],
  ["lld", { flags: [PAGES, "-fuse-ld=lld"] }],
  ["gold", { flags: [PAGES, "-fuse-ld=gold"] }],
  ["mold", { flags: [PAGES, "-fuse-ld=mold"] }],
  ["GNU ld with relocatable device code", { flags: [PAGES], relocatable: [0, 2] }],
  ["GNU ld and C++", { flags: [PAGES], compiler: "g++" }],
];

describe("a cut", () => {
  const tools = ["gcc", "g++", "ld.lld", "ld.gold", "mold", "strip", "patchelf"];
  const missing = tools.some((name) => requireTool(name) === undefined);

  it.skipIf(missing).each(LINKERS)(
    "of a library made by %s leaves one that loads",
    (_, options) => {
      const folder = scratchFolder();
      const library = buildCudaLibrary(folder, units, options);
      const walked = (path: string): string => callLibrary(python(), path, "sum");
      expect(walked(library)).toBe(String(sumOf(units)));

      const before = memorySource(readFileSync(library));
      const { source, edits } = packed(before, 80);
      const result = join(folder, "cut.so");
      write(result, source, edits);
      const after = memorySource(readFileSync(result));
      // Three of four payloads go, but for what pages round up.
      expect(before.size - after.size).toBeGreaterThan(90_000);
      expect(walked(result)).toBe(String(sumOf(kept)));
      expect(elf.open(after).facts(() => true)).toMatchObject({ problems: [] });
      if (options.compiler === "g++") expect(callLibrary(python(), result, "caught")).toBe("120");

      // What others do to it afterwards, and what this program does in one go.
      for (const [tool, ...args] of [
        ["strip", "-s"],
        ["strip", "-g"],
        ["patchelf", "--set-rpath", `$ORIGIN:/${"x".repeat(300)}`],
      ] as const) {
        const copy = join(folder, "other.so");
        copyFileSync(result, copy);
        execFileSync(tool, [...args, copy], { stdio: "pipe" });
        expect(walked(copy)).toBe(String(sumOf(kept)));
      }
      const all = join(folder, "all.so");
      write(all, source, [
        ...edits,
        { kind: "strip", level: "all" },
        { kind: "set-id", id: `libdemo-${"y".repeat(200)}.so` },
      ]);
      expect(walked(all)).toBe(String(sumOf(kept)));

      // Nothing is left to cut, and nothing is done.
      const again = elf.open(after);
      for (const region of again.regions()) {
        if (!edits.some((edit) => edit.kind === "cut" && edit.region === region.name)) continue;
        const { containers } = readDeviceCode(sliceSource(after, region.start, region.size));
        const moved = containers.map(({ start }) => ({ from: start, to: start }));
        const edit = { kind: "cut", region: region.name, size: region.size, moved } as const;
        expect(isUnchanged(elf.rewrite(after, [edit], nodeCompression))).toBe(true);
      }
    },
  );

  it.skipIf(missing)(
    "changes section headers that are mapped, as newer patchelf leaves them",
    () => {
      const folder = scratchFolder();
      const library = buildCudaLibrary(folder, units, { flags: [PAGES] });
      writeFileSync(library, withMappedHeaders(readFileSync(library)));
      expect(callLibrary(python(), library, "sum")).toBe(String(sumOf(units)));
      const { source, edits } = packed(memorySource(readFileSync(library)), 80);
      const result = join(folder, "cut.so");
      write(result, source, [...edits, { kind: "strip", level: "all" }]);
      expect(readFileSync(result).length).toBeLessThan(source.size - 90_000);
      expect(callLibrary(python(), result, "sum")).toBe(String(sumOf(kept)));
    },
  );

  it.skipIf(missing)("is refused when a pointer leads to where nothing is known to begin", () => {
    const folder = scratchFolder();
    const source = memorySource(readFileSync(buildCudaLibrary(folder, units)));
    const edit = {
      kind: "cut",
      region: ".nv_fatbin",
      size: 64,
      moved: [{ from: 0, to: 0 }],
    } as const;
    expect(() => elf.rewrite(source, [edit], nodeCompression)).toThrow(/a pointer leads into/);
    const other = { kind: "cut", region: ".data.none", size: 0, moved: [] } as const;
    expect(() => elf.rewrite(source, [other], nodeCompression)).toThrow(/there is not one section/);
  });

  it.skipIf(missing)("is refused when the file exports a name for something in the section", () => {
    const folder = scratchFolder();
    const library = buildCudaLibrary(folder, units, { exported: true });
    const source = memorySource(readFileSync(library));
    const { source: changed, edits } = packed(source, 80);
    expect(() => elf.rewrite(changed, edits, nodeCompression)).toThrow(/exports a name/);
  });
});

/** The section headers at the end of the file, in a load segment of their own in place of PT_GNU_STACK. */
function withMappedHeaders(bytes: Uint8Array): Uint8Array {
  const old = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headers = Number(old.getBigUint64(40, true));
  const size = old.getUint16(58, true) * old.getUint16(60, true);
  const place = Math.ceil(bytes.length / 4096) * 4096;
  const result = new Uint8Array(place + size);
  result.set(bytes);
  result.set(bytes.subarray(headers, headers + size), place);
  result.fill(0, headers, headers + size);
  const view = new DataView(result.buffer);
  view.setBigUint64(40, BigInt(place), true);
  const first = Number(view.getBigUint64(32, true));
  for (let index = 0; index < view.getUint16(56, true); index++) {
    const at = first + index * 56;
    if (view.getUint32(at, true) !== 0x6474e551) continue;
    view.setUint32(at, 1, true);
    view.setUint32(at + 4, 4, true);
    const address = BigInt(place + (1 << 20));
    for (const [field, value] of [
      [8, BigInt(place)],
      [16, address],
      [24, address],
      [32, BigInt(size)],
      [40, BigInt(size)],
      [48, 4096n],
    ] as const) {
      view.setBigUint64(at + field, value, true);
    }
  }
  return result;
}
