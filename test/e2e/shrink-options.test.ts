/** Every option of `shrink` by itself: what it gains, and that a second time and more threads change nothing. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FLAG, KIND } from "../../src/device-code/constants.ts";
import { wheelkit } from "../support/commands.ts";
import { buildCudaDll, buildCudaLibrary, type Unit } from "../support/cuda-library.ts";
import { elfFixture } from "../support/elf-fixtures.ts";
import { lz4Of } from "../support/encode-payload.ts";
import { cubinLike, type EntrySpec } from "../support/fatbin-builder.ts";
import { machoFixture } from "../support/macho-fixtures.ts";
import { peFixture } from "../support/pe-fixtures.ts";
import { run } from "../support/repair-process.ts";
import { schemaErrors } from "../support/schemas.ts";
import { scratchFolder } from "../support/scratch.ts";
import { requireTool } from "../support/tools.ts";
import { buildWheel, wheelFileName } from "../support/wheel-builder.ts";

interface Step {
  readonly step: string;
  readonly gained: { readonly packed: number; readonly size: number };
  readonly files: number;
}

interface Told {
  readonly output: string;
  readonly before: Step["gained"];
  readonly after: Step["gained"];
  readonly steps: readonly Step[];
  readonly warnings: readonly string[];
}

/** Shrinks into a folder of its own; the report is held against its schema. */
async function shrink(
  wheel: string,
  options: readonly string[],
): Promise<{ readonly told: Told; readonly path: string; readonly bytes: Uint8Array }> {
  const out = scratchFolder();
  const {
    status,
    out: text,
    err,
  } = await wheelkit("shrink", "-w", out, "-f", "json", ...options, wheel);
  expect([status, err.includes("error")], err).toEqual([0, false]);
  const document: { readonly schema: string; readonly wheels: readonly [Told] } = JSON.parse(text);
  expect(schemaErrors(document)).toEqual([]);
  const [told] = document.wheels;
  const path = join(out, told.output);
  return { told, path, bytes: readFileSync(path) };
}

function ptx(arch: number, seed: number): EntrySpec {
  const text = `.version 8.0\n.target sm_${arch}\n${"add.f32 %f1, %f2, %f3;\n".repeat(900)}// ${seed}\n`;
  const payload = new TextEncoder().encode(text);
  const flags = FLAG.BITS_64 | FLAG.LZ4;
  const fields = { kind: KIND.PTX, arch, major: 8, minor: 0, flags };
  return { ...fields, payload: lz4Of(payload, 1), size: payload.length };
}

/** A cubin is an ELF file: this one has line tables. */
const LINES = elfFixture("debug");

function units(): readonly Unit[] {
  return [1, 2].map((seed) => [
    { arch: 70, payload: cubinLike(12_000, seed) },
    { arch: 80, payload: LINES },
    { arch: 90, payload: cubinLike(12_000, seed + 20) },
    ptx(70, seed),
    ptx(80, seed),
  ]);
}

const CUDA_OPTIONS = {
  strip: ["--strip"],
  "recompress-device-code": ["--recompress-device-code", "--min-driver", "550"],
  "strip-device-debug": ["--strip-device-debug", "--min-driver", "550"],
  "drop-archs": ["--drop-archs", "sm_70,sm_72,sm_75", "--strip"],
  ptx: ["--ptx", "newest", "--drop-archs", "sm_72", "--strip"],
  "drop-linked-duplicates": ["--drop-linked-duplicates", "--strip"],
  drop: ["--drop", "demo/data.bin"],
  dedupe: ["--dedupe", "--strip"],
} as const;

const hasTools = ["gcc", "patchelf"].every((name) => requireTool(name) !== undefined);

describe.skipIf(!hasTools)("each option of shrink, of a wheel for Linux,", () => {
  let folder = "";
  let wheel = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "wheelkit-options-"));
    const linked = units();
    const toLink: Unit = [
      { arch: 80, payload: cubinLike(15_000, 77) },
      { arch: 86, payload: cubinLike(9000, 78) },
    ];
    const path = buildCudaLibrary(folder, [...linked, toLink], {
      relocatable: [2],
      flags: ["-Wl,-z,max-page-size=4096", "-g"],
    });
    const tag = "cp312-cp312-linux_x86_64";
    wheel = join(folder, wheelFileName({ tag }));
    const [library, user, data] = [
      new Uint8Array(readFileSync(join(folder, "libcudart-stub.so"))),
      new Uint8Array(readFileSync(path)),
      cubinLike(5000, 9),
    ];
    const files = {
      "demo/_demo.cpython-312-x86_64-linux-gnu.so": user,
      "demo/libcudart-stub.so": library,
      "demo/libcudart-stub.so.1": library,
      "demo/data.bin": data,
    };
    writeFileSync(wheel, buildWheel({ tag, files }));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(Object.entries(CUDA_OPTIONS))("has a gain of its own: %s", async (step, options) => {
    const { told } = await shrink(wheel, options);
    const gain = told.steps.find((each) => each.step === step);
    expect(gain?.gained.packed).toBeGreaterThan(0);
    expect(gain?.gained.size).toBeGreaterThan(0);
    expect(gain?.files).toBeGreaterThan(0);
    expect(told.warnings.filter((text) => text.includes("no effect"))).toEqual([]);
    // What steps gained of members adds up to what the wheel is smaller, but for its index.
    const sum = told.steps.reduce((total, { gained }) => total + gained.size, 0);
    expect(sum).toBe(told.before.size - told.after.size);
    const plan = await wheelkit("shrink", "-n", "-f", "json", ...options, wheel);
    expect(JSON.parse(plan.out).wheels[0].steps).toEqual(told.steps);
  });

  it("tells older drivers from newer ones, and levels", async () => {
    const sizes: number[] = [];
    for (const options of [
      ["--min-driver", "550", "--level", "best"],
      ["--min-driver", "550"],
      ["--level", "best"],
      [],
    ]) {
      const { told } = await shrink(wheel, options);
      sizes.push(told.after.packed);
    }
    expect(sizes).toEqual(sizes.toSorted((a, b) => a - b));
    expect(sizes[1]).toBeLessThan(sizes[3] ?? 0);
  });

  it.each(Object.entries(CUDA_OPTIONS))("is the same twice: %s", async (_, options) => {
    const first = await shrink(wheel, options);
    const second = await shrink(first.path, options);
    expect(Buffer.compare(first.bytes, second.bytes)).toBe(0);
    expect(second.told.steps).toEqual([]);
  });

  it("reaches a size by the gentlest steps", async () => {
    const { told: gentle } = await shrink(wheel, ["--target-size", "1MB"]);
    expect(gentle.warnings.join()).toContain("reached with the steps that were asked for");
    const target = ["--target-size", String(Math.round(gentle.after.packed * 0.8))];
    const { told } = await shrink(wheel, target);
    expect(told.after.packed).toBeLessThan(gentle.after.packed * 0.8);
    expect(told.warnings.join()).toContain("reached with --level=best --min-driver=550");
    // PTX alone would take the code of GPUs that nobody gave up: it goes with them.
    const less = ["--target-size", String(Math.round(told.after.packed * 0.9))];
    const { told: least } = await shrink(wheel, less);
    expect(least.warnings.join()).toContain("--ptx=newest --drop-archs=sm_70,sm_72,sm_75");
  });

  it("says which GPUs and options match nothing", async () => {
    const { told } = await shrink(wheel, ["--drop-archs", "sm_60", "--min-driver", "520"]);
    expect(told.warnings.slice(-2)).toEqual([
      "`--min-driver 520` had no effect: drivers read zstd since 550",
      "`--drop-archs sm_60` matched nothing; there is code for sm_70, sm_80, sm_86, sm_90",
    ]);
    const { told: slip } = await shrink(wheel, ["--keep-archs", "sm_80,sm_85"]);
    expect(slip.warnings.join()).toContain(
      "`--keep-archs sm_85`: no such GPU is known; did you mean",
    );
    const out = join(scratchFolder(), "out");
    const lost = await wheelkit("shrink", "-w", out, "--keep-archs", "sm_30,sm_52", wheel);
    expect(lost.status).toBe(3);
    expect(lost.err).toContain(
      "GPUs of sm_30, sm_52 find no code that they can run [shrink-gpu-lost]",
    );
  });
});

interface Other {
  readonly tag: string;
  readonly options: readonly string[];
  files(folder: string): Readonly<Record<string, Uint8Array>>;
}

const ALL = ["--dedupe", "--drop", "*.bin"] as const;
const DEVICE = ["--keep-archs", "sm_80,sm_90", "--min-driver", "550", "--strip-device-debug"];

function twoDylibs(): Readonly<Record<string, Uint8Array>> {
  const fat = machoFixture("liba-fat");
  return { "demo/liba.dylib": fat, "demo/liba.1.dylib": fat };
}

/** Wheels of the other systems, and every option that means something there. */
const OTHERS: readonly Other[] = [
  {
    tag: "cp312-cp312-macosx_10_13_universal2",
    options: [...ALL, "--thin", "arm64"],
    files: twoDylibs,
  },
  { tag: "cp312-cp312-macosx_10_9_universal2", options: ALL, files: twoDylibs },
  {
    tag: "cp312-cp312-win_amd64",
    options: [...ALL, ...DEVICE],
    files: (folder) => ({
      "demo/_demo.pyd": new Uint8Array(readFileSync(buildCudaDll(folder, units()))),
      "demo/b.dll": peFixture("library-x86_64"),
    }),
  },
];
const hasMingw = requireTool("x86_64-w64-mingw32-gcc") !== undefined;

describe("all options of shrink together", () => {
  it.each(OTHERS.filter(({ tag }) => hasMingw || !tag.includes("win")))(
    "give the same twice, and with more threads: $tag",
    async ({ tag, options, files }) => {
      const folder = scratchFolder();
      const wheel = join(folder, wheelFileName({ tag }));
      const members = { ...files(folder), "demo/data.bin": cubinLike(900) };
      writeFileSync(wheel, buildWheel({ tag, files: members }));
      const first = await shrink(wheel, options);
      const steps = first.told.steps.map(({ step }) => step);
      for (const [option, step] of [
        ["--thin", "thin"],
        ["--drop", "drop"],
        ["--keep-archs", "drop-archs"],
        ["--strip-device-debug", "strip-device-debug"],
        ["--min-driver", "recompress-device-code"],
      ] as const) {
        if (options.includes(option)) expect(steps).toContain(step);
      }
      const second = await shrink(first.path, options);
      expect(Buffer.compare(first.bytes, second.bytes)).toBe(0);
      for (const jobs of ["1", "2"]) {
        const out = scratchFolder();
        const { status, stderr } = run(["shrink", "-j", jobs, "-w", out, ...options, wheel]);
        expect(status, stderr).toBe(0);
        const [name = ""] = readdirSync(out);
        expect(Buffer.compare(readFileSync(join(out, name)), first.bytes)).toBe(0);
      }
    },
  );
});
