/** Wheels with device code are shrunk, and what is left is loaded, walked and decoded. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { decodePayload, storedPayload } from "../../src/device-code/codec.ts";
import { FLAG, KIND } from "../../src/device-code/constants.ts";
import { readDeviceCode } from "../../src/device-code/container.ts";
import { targetName } from "../../src/device-code/entry.ts";
import { elf } from "../../src/elf/index.ts";
import { FORMATS } from "../../src/formats.ts";
import { loadZstd } from "../../src/node/zstd.ts";
import { memorySource, sliceSource } from "../../src/source.ts";
import { wheelkit } from "../support/commands.ts";
import {
  buildCudaDll,
  buildCudaLibrary,
  callLibrary,
  foldedSumOf,
  type Unit,
} from "../support/cuda-library.ts";
import { lz4Of } from "../support/encode-payload.ts";
import { cubinLike } from "../support/fatbin-builder.ts";
import { unpack } from "../support/foreign.ts";
import { machoFixture } from "../support/macho-fixtures.ts";
import { scratchFolder } from "../support/scratch.ts";
import { python, requireTool } from "../support/tools.ts";
import { buildWheel, wheelFileName } from "../support/wheel-builder.ts";
import { loadUnderWine, WINE } from "../support/wine.ts";

const TAG = "cp312-cp312-linux_x86_64";
const MEMBER = "demo/_demo.cpython-312-x86_64-linux-gnu.so";
const PTX_SOURCE = `.version 8.4\n.target sm_80\n${"add.f32 %f1, %f2, %f3;\n".repeat(2000)}`;
const zstd = await loadZstd();
const hasTools = ["gcc", "strip", "patchelf"].every((name) => requireTool(name) !== undefined);

/** As CUDA 12 builds it: cubins raw or LZ4, PTX in LZ4. */
function unitOf(seed: number, minor = 4): Unit {
  const ptx = new TextEncoder().encode(`${PTX_SOURCE}// ${seed}\n`);
  const packed = cubinLike(30_000, seed + 50);
  return [
    { arch: 70, payload: cubinLike(30_000, seed) },
    {
      arch: 80,
      payload: lz4Of(packed, 1),
      size: packed.length,
      flags: FLAG.BITS_64 | FLAG.LZ4,
    },
    { arch: 90, payload: cubinLike(30_000, seed + 100) },
    {
      kind: KIND.PTX,
      arch: 80,
      major: 8,
      minor,
      payload: lz4Of(ptx, 1),
      size: ptx.length,
      flags: FLAG.BITS_64 | FLAG.LZ4,
    },
  ];
}

interface Entry {
  readonly target: string;
  readonly codec: string;
  readonly payload: string;
}

/** Every entry of the library, decoded. */
function entriesOf(bytes: Uint8Array): readonly Entry[] {
  const source = memorySource(bytes);
  const regions = elf.open(source).regions();
  return regions
    .filter(({ name }) => /fatbin$/.test(name))
    .flatMap(({ start, size }) => {
      const region = sliceSource(source, start, size);
      const { containers, unread } = readDeviceCode(region);
      expect(unread).toBeNull();
      return containers.flatMap(({ entries }) =>
        entries.map((entry) => ({
          target: targetName(entry),
          codec: entry.codec,
          payload: Buffer.from(decodePayload(entry, storedPayload(region, entry), zstd)).toString(
            "base64",
          ),
        })),
      );
    });
}

function withoutCodec(entries: readonly Entry[]): readonly Omit<Entry, "codec">[] {
  return entries.map(({ target, payload }) => ({ target, payload }));
}

interface Case {
  readonly folder: string;
  readonly wheel: string;
  readonly library: Uint8Array;
}

function makeWheel(
  units: readonly Unit[],
  options: Parameters<typeof buildCudaLibrary>[2] = {},
): Case {
  const folder = scratchFolder();
  const flags = ["-Wl,-z,max-page-size=4096", "-g", ...(options.flags ?? [])];
  const library = new Uint8Array(
    readFileSync(buildCudaLibrary(folder, units, { ...options, flags })),
  );
  const wheel = join(folder, wheelFileName({ tag: TAG }));
  writeFileSync(wheel, buildWheel({ tag: TAG, files: { [MEMBER]: library } }));
  return { folder, wheel, library };
}

/** Shrinks, and gives the library of the result. */
async function shrunk(
  { folder, wheel }: Case,
  ...options: readonly string[]
): Promise<{ readonly library: Uint8Array; readonly path: string; readonly out: string }> {
  const out = join(folder, `out-${readdirSync(folder).length}`);
  const result = await wheelkit("shrink", "-w", out, ...options, wheel);
  expect(result.err).not.toContain("error");
  expect(result.status).toBe(0);
  const unpacked = join(out, "unpacked");
  mkdirSync(unpacked);
  const path = join(out, wheelFileName({ tag: TAG }));
  unpack(path, unpacked);
  execFileSync("cp", [join(folder, "libcudart-stub.so"), join(unpacked, "demo")]);
  return {
    library: readFileSync(join(unpacked, MEMBER)),
    path: join(unpacked, MEMBER),
    out: result.out,
  };
}

describe.skipIf(!hasTools)("shrink", () => {
  let plain: readonly Unit[];
  beforeAll(() => {
    plain = [unitOf(1), unitOf(2), unitOf(3)];
  });

  it("loses nothing by default, and asks nothing more of the driver", async () => {
    const given = makeWheel(plain);
    const before = entriesOf(given.library);
    const { library, path, out } = await shrunk(given, "--level", "best");
    const after = entriesOf(library);
    expect(withoutCodec(after)).toEqual(withoutCodec(before));
    // PTX of CUDA 12.4 is compiled by drivers that read zstd; cubins may be run by older ones.
    expect(after.map(({ target, codec }) => `${target} ${codec}`).slice(0, 4)).toEqual([
      "sm_70 lz4",
      "sm_80 lz4",
      "sm_90 lz4",
      "compute_80 zstd",
    ]);
    expect(library.length).toBeLessThan(given.library.length * 0.7);
    expect(Number(callLibrary(python(), path, "sum")) >> 0).not.toBe(-1);
    expect(out).toContain("symbols and debug data");
    expect(out).toContain("device code stored better");
    expect(out).toContain("more with --min-driver 550");
  });

  it("keeps PTX of older versions readable for older drivers", async () => {
    const given = makeWheel([unitOf(1, 0)]);
    const { library } = await shrunk(given, "--level", "best");
    expect(entriesOf(library).map(({ codec }) => codec)).not.toContain("zstd");
  });

  it("stores everything with zstd where only newer drivers are to run it", async () => {
    const given = makeWheel(plain);
    const { library } = await shrunk(given, "--min-driver", "550");
    const after = entriesOf(library);
    expect(new Set(after.map(({ codec }) => codec))).toEqual(new Set(["zstd"]));
    expect(withoutCodec(after)).toEqual(withoutCodec(entriesOf(given.library)));
  });

  it("gives the same bytes again, and changes nothing a second time", async () => {
    const given = makeWheel(plain);
    const first = await shrunk(given, "--min-driver", "550");
    const second = await shrunk(given, "--min-driver", "550");
    expect(second.library).toEqual(first.library);
    const again = { ...given, wheel: join(first.path, "../../..", wheelFileName({ tag: TAG })) };
    const third = await shrunk(again, "--min-driver", "550");
    expect(third.library).toEqual(first.library);
    expect(third.out).toContain("nothing could be made smaller");
  });

  it("keeps what the named GPUs run, with the newest PTX, and says who loses what", async () => {
    const given = makeWheel(plain);
    const { library, out, path } = await shrunk(given, "--keep-archs", "sm_86,sm_90");
    const targets = entriesOf(library).map(({ target }) => target);
    // A GPU of 8.6 runs code for 8.0.
    expect(new Set(targets)).toEqual(new Set(["sm_80", "sm_90", "compute_80"]));
    expect(out).toContain("sm_70: nothing that it can run instead of its own code");
    expect(out).toContain("sm_75: nothing that it can run instead of code of an older GPU");
    expect(Number(callLibrary(python(), path, "sum"))).toBeGreaterThan(0);
  });

  it("refuses to take the code of a GPU that nobody gave up", async () => {
    const given = makeWheel([
      [
        { arch: 70, payload: cubinLike(9000) },
        { arch: 80, payload: cubinLike(9000) },
      ],
    ]);
    const result = await wheelkit(
      "shrink",
      "-w",
      join(given.folder, "x"),
      "--drop-archs",
      "sm_70",
      given.wheel,
    );
    expect(result.status).toBe(3);
    expect(result.err).toContain("shrink-gpu-lost");
    expect(result.err).toContain("sm_75");
    const both = await shrunk(given, "--drop-archs", "sm_70,sm_75");
    expect(entriesOf(both.library).map(({ target }) => target)).toEqual(["sm_80"]);
  });

  it("reaches a size by the gentlest steps, or says how far it came", async () => {
    const given = makeWheel(plain);
    const size = readFileSync(given.wheel).length;
    const some = await shrunk(given, "--target-size", String(Math.round(size * 0.9)));
    expect(withoutCodec(entriesOf(some.library))).toEqual(withoutCodec(entriesOf(given.library)));
    const out = join(given.folder, "none");
    const none = await wheelkit("shrink", "-w", out, "--target-size", "1kB", given.wheel);
    expect(none.status).toBe(3);
    expect(none.err).toContain("shrink-target");
    expect(none.err).toMatch(/the smallest is \d+ bytes/);
  });

  it("is named by an audit with a limit, with the options that reach it", async () => {
    const given = makeWheel(plain);
    const size = readFileSync(given.wheel).length;
    const hintFor = async (limit: number): Promise<string> => {
      const audit = ["audit", "--no-hash", "--select", "SIZ", "--max-size", String(limit)];
      const { out } = await wheelkit(...audit, "-f", "json", given.wheel);
      return JSON.parse(out).wheels[0].findings[0].hint;
    };
    // Without symbols it is small enough already.
    expect(await hintFor(size - 500)).toMatch(/^`wheelkit shrink --strip` would make it about/);
    const limit = Math.round(size * 0.55);
    const hint = await hintFor(limit);
    const [, options = ""] = /^`wheelkit shrink (.+)` would make it about/.exec(hint) ?? [];
    expect(options).toContain("--min-driver=550");
    const { out } = await shrunk(given, "-f", "json", ...options.split(" "));
    expect(JSON.parse(out).wheels[0].after.packed).toBeLessThan(limit * 1.05);
    expect(await hintFor(1000)).toMatch(/^no step of `shrink` reaches the limit/);
  });

  it("takes its options from the settings too, and reports into a file by its ending", async () => {
    const given = makeWheel(plain);
    const settings = join(given.folder, "settings.toml");
    writeFileSync(settings, '[shrink]\nmin-driver = 550\nkeep-archs = ["sm_90"]\n');
    const page = join(given.folder, "report.html");
    const { library } = await shrunk(given, "--config", settings, "--report", page);
    expect(entriesOf(library).map(({ target, codec }) => `${target} ${codec}`)).toEqual(
      Array.from({ length: 3 }, () => ["sm_90 zstd", "compute_80 zstd"]).flat(),
    );
    expect(readFileSync(page, "utf8")).toContain("<!doctype html>");
    const other = await wheelkit("shrink", "--report", "report.pdf", given.wheel);
    expect(other.status).toBe(2);
    expect(other.err).toContain("the endings are `.html`, `.json` or `.md`");
  });

  it("writes nothing in a dry run, and says what it would gain", async () => {
    const given = makeWheel(plain);
    const out = join(given.folder, "dry");
    const result = await wheelkit("shrink", "-n", "-w", out, "-f", "json", given.wheel);
    expect(result.status).toBe(0);
    expect(() => readdirSync(out)).toThrow();
    const [report] = JSON.parse(result.out).wheels;
    expect(report.after.packed).toBeLessThan(report.before.packed);
    expect(report.steps.map(({ step }: { step: string }) => step)).toContain(
      "recompress-device-code",
    );
  });

  it("leaves alone device code that something else than a wrapper leads to", async () => {
    const given = makeWheel(plain, { exported: true });
    const { library, out } = await shrunk(given, "--min-driver", "550");
    expect(entriesOf(library)).toEqual(entriesOf(given.library));
    expect(out).toContain("left alone");
  });

  it("keeps a first container in its place that nothing leads to, and packs the others", async () => {
    const given = makeWheel(plain, { silent: 1 });
    const { library, path } = await shrunk(given, "--min-driver", "550");
    const [before, after] = [entriesOf(given.library), entriesOf(library)];
    expect(after.slice(0, 4)).toEqual(before.slice(0, 4));
    expect(new Set(after.slice(4).map(({ codec }) => codec))).toEqual(new Set(["zstd"]));
    expect(withoutCodec(after)).toEqual(withoutCodec(before));
    expect(Number(callLibrary(python(), path, "sum"))).toBeGreaterThan(0);
  });

  it("is preceded by a look at who takes the bytes, which changes nothing", async () => {
    const given = makeWheel(plain);
    const text = await wheelkit("show", "--sizes", "--device-code", given.wheel);
    expect(text.out).toMatch(/sm_80 +lz4 +3 /);
    expect(text.out).toMatch(/\.nv_fatbin: \d+ kB in 3 containers\n/);
    const json = await wheelkit("show", "--sizes", "--device-code", "-f", "json", given.wheel);
    const [file] = JSON.parse(json.out).files;
    const library = file.tree.children.find(({ name }: { name: string }) => name === MEMBER);
    const parts = library.children.map(({ size }: { size: number }) => size);
    // Sections may overlap by a little, but nothing is left out.
    const sum = parts.reduce((total: number, size: number) => total + size, 0);
    expect(sum).toBeGreaterThanOrEqual(given.library.length);
    expect(file.deviceCode[0].rows).toHaveLength(4);
    const page = await wheelkit("show", "--sizes", "-f", "html", given.wheel);
    expect(page.out).toContain('<div class="device"');
    expect(page.out).not.toMatch(/https?:|<script|<link|@import/);
  });

  it("leaves a file that strip and patchelf can still change", async () => {
    const given = makeWheel(plain, { compiler: "g++" });
    const { path } = await shrunk(given, "--min-driver", "550");
    const expected = callLibrary(python(), path, "sum");
    for (const [tool, ...args] of [
      ["strip", "-s"],
      ["patchelf", "--set-rpath", `$ORIGIN:/${"x".repeat(300)}`],
    ] as const) {
      execFileSync(tool, [...args, path], { stdio: "pipe" });
      expect(callLibrary(python(), path, "sum")).toBe(expected);
      expect(callLibrary(python(), path, "caught")).toBe("120");
    }
  });

  it("refuses damaged device code by name, and writes nothing", async () => {
    const broken = {
      arch: 80,
      payload: new Uint8Array(64).fill(0xff),
      size: 1000,
      flags: FLAG.BITS_64 | FLAG.LZ4,
    };
    const given = makeWheel([[broken]]);
    const out = join(given.folder, "broken");
    const result = await wheelkit("shrink", "-w", out, "--level", "best", given.wheel);
    expect([3, 4]).toContain(result.status);
    expect(result.err).toContain(MEMBER);
    expect(() => readdirSync(out)).toThrow();
  });
});

describe.skipIf(requireTool("x86_64-w64-mingw32-gcc") === undefined || WINE === undefined)(
  "shrink of a wheel for Windows",
  () => {
    it("packs the device code of a DLL, which loads and finds all of it", async () => {
      const folder = scratchFolder();
      const units = [1, 2, 3].map((seed) => [
        { arch: 80, payload: cubinLike(40_000, seed) },
        { arch: 90, payload: cubinLike(40_000, seed + 9) },
      ]);
      const dll = new Uint8Array(readFileSync(buildCudaDll(folder, units, 32)));
      const tag = "cp312-cp312-win_amd64";
      const wheel = join(folder, wheelFileName({ tag }));
      writeFileSync(wheel, buildWheel({ tag, files: { "demo/_demo.pyd": dll } }));
      expect(loadUnderWine({ file: join(folder, "demo.dll"), calls: ["sum:0"] }).values.sum).toBe(
        foldedSumOf(units),
      );
      const kept = units.map((unit) => unit.filter(({ arch }) => arch === 90));
      for (const [options, expected] of [
        [["--keep-archs", "sm_90", "--strip"], kept],
        [["--min-driver", "550"], units],
      ] as const) {
        const out = join(folder, `out${options[0]}`);
        const result = await wheelkit("shrink", "-w", out, ...options, wheel);
        expect(result.status).toBe(0);
        unpack(join(out, wheelFileName({ tag })), out);
        const path = join(out, "demo/_demo.pyd");
        const bytes = new Uint8Array(readFileSync(path));
        expect(bytes.length).toBeLessThan(dll.length * 0.7);
        const { error, values, crash } = loadUnderWine({ file: path, calls: ["sum:0"] });
        expect({ error, crash }).toEqual({ error: null, crash: null });
        // Payloads stored in another way sum up to something else, but none is broken.
        if (options[0] === "--keep-archs") expect(values.sum).toBe(foldedSumOf(expected));
        else expect(values.sum).not.toBe(-1);
      }
    });
  },
);

describe("shrink of a wheel for macOS", () => {
  it("keeps one architecture of universal libraries, and says so in its tags", async () => {
    const folder = scratchFolder();
    const tag = "cp312-cp312-macosx_10_13_universal2";
    const wheel = join(folder, wheelFileName({ tag }));
    const library = machoFixture("liba-fat");
    writeFileSync(wheel, buildWheel({ tag, files: { "demo/liba.dylib": library } }));
    const out = join(folder, "out");
    const result = await wheelkit("shrink", "--thin", "arm64", "-w", out, wheel);
    expect(result.err).not.toContain("error");
    expect(result.status).toBe(0);
    const name = wheelFileName({ tag: "cp312-cp312-macosx_11_0_arm64" });
    expect(readdirSync(out)).toEqual([name]);
    unpack(join(out, name), out);
    const thin = memorySource(new Uint8Array(readFileSync(join(out, "demo/liba.dylib"))));
    const { slices } = FORMATS.macho.open(thin).facts(() => true);
    expect(slices.map(({ arch }) => arch)).toEqual(["arm64"]);
    expect(readFileSync(join(out, "demo-1.0.dist-info/WHEEL"), "utf8")).toContain(
      "Tag: cp312-cp312-macosx_11_0_arm64",
    );
    const audited = await wheelkit("audit", join(out, name));
    expect(audited.out).toContain("macosx_11_0_arm64, as claimed");
    const again = await wheelkit(
      "shrink",
      "--thin",
      "arm64",
      "-w",
      join(folder, "x"),
      join(out, name),
    );
    expect(again.err).toContain("`--thin arm64` had no effect");
    const refused = await wheelkit("shrink", "-n", "--thin", "x86_64", join(out, name));
    expect(refused.status).toBe(3);
    expect(refused.err).toContain("is for arm64, not for x86_64 [shrink-thin]");
  });
});
