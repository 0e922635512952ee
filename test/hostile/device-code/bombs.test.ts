/** Device code that is made to cost memory or time: shrinking it takes little of both, whatever it says. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { concatBytes } from "../../../src/bytes.ts";
import { FLAG, KIND } from "../../../src/device-code/constants.ts";
import { loadZstd } from "../../../src/node/zstd.ts";
import { zstdOf } from "../../support/encode-payload.ts";
import { cubinLike, type EntrySpec, fatContainer, fatEntry } from "../../support/fatbin-builder.ts";
import { run } from "../../support/repair-process.ts";
import { scratchFolder } from "../../support/scratch.ts";
import { python, requireTool } from "../../support/tools.ts";
import { buildWheel, wheelFileName } from "../../support/wheel-builder.ts";

const zstd = await loadZstd();
const MIB = 1 << 20;

/** The same bytes again and again. */
function repeated(bytes: Uint8Array, count: number): Uint8Array {
  const all = new Uint8Array(bytes.length * count);
  for (let index = 0; index < count; index++) all.set(bytes, index * bytes.length);
  return all;
}

/** An LZ4 block: one literal, a match of all that follows but five bytes, and those. */
function lz4Run(size: number): Uint8Array {
  const match = size - 1 - 5;
  const more = match - 4 - 15;
  const lengths = new Uint8Array(Math.floor(more / 255) + 1).fill(255);
  lengths[lengths.length - 1] = more % 255;
  const start = [0x1f, 7, 1, 0];
  return concatBytes([Uint8Array.from(start), lengths, Uint8Array.from([0x50, 7, 7, 7, 7, 7])]);
}

/** As many payloads of 100 MiB once decoded. */
function bombs(codec: "lz4" | "zstd", count: number): Uint8Array {
  const size = 100 * MIB;
  const packed = codec === "lz4" ? lz4Run(size) : zstdRun(size);
  const flags = FLAG.BITS_64 | (codec === "lz4" ? FLAG.LZ4 : FLAG.ZSTD);
  const entry = fatEntry({ payload: packed, size, flags });
  return fatContainer(Array.from({ length: count }, () => entry));
}

/** Begins with enough that is no repetition to look like code. */
function zstdRun(size: number): Uint8Array {
  const payload = new Uint8Array(size);
  payload.set(cubinLike(MIB / 4));
  return zstdOf(payload, 1, zstd);
}

const tiny = (spec: Partial<EntrySpec>): Uint8Array =>
  fatEntry({ payload: new Uint8Array(8).fill(1), ...spec });

function many(entry: Uint8Array, count: number): Uint8Array {
  const size = entry.length * count;
  return concatBytes([fatContainer([], { fat_size: size }), repeated(entry, count)]);
}

/** A payload of noise that says how much it gives. */
function claim(size: number): Uint8Array {
  const payload = cubinLike(2 * MIB, 5);
  return fatContainer([fatEntry({ payload, size, flags: FLAG.BITS_64 | FLAG.ZSTD })]);
}

const CASES: Readonly<Record<string, () => Uint8Array>> = {
  "four million containers without entries": () => repeated(fatContainer([]), 4 * MIB),
  "more entries than are read": () => many(tiny({}), 600_000),
  "400,000 versions of PTX": () => many(tiny({ kind: KIND.PTX, major: 8 }), 400_000),
  "payloads of zstd that give gigabytes": () => bombs("zstd", 12),
  "payloads of LZ4 that give gigabytes": () => bombs("lz4", 12),
  "one payload of zstd that gives 100 MiB": () => bombs("zstd", 1),
  "one payload of LZ4 that gives 100 MiB": () => bombs("lz4", 1),
  "a payload that says it gives 1 MiB": () => claim(MIB),
  "a payload that says it gives 200 MiB": () => claim(200 * MIB),
  "a payload that says it gives 2^50 bytes": () => claim(2 ** 50),
};

interface Place {
  readonly compiler: string;
  readonly section: string;
  readonly wrappers: string;
  readonly tag: string;
  readonly member: string;
}

const ELF: Place = {
  compiler: "gcc",
  section: '.nv_fatbin,"a",@progbits',
  wrappers: ".nvFatBinSegment",
  tag: "cp312-cp312-linux_x86_64",
  member: "demo/_demo.cpython-312-x86_64-linux-gnu.so",
};
const PLACES: Readonly<Record<string, Place>> = {
  "`.nv_fatbin`": ELF,
  "`__nv_relfatbin`": { ...ELF, section: '__nv_relfatbin,"a",@progbits' },
  "`.nv_fatb` of a DLL": {
    compiler: "x86_64-w64-mingw32-gcc",
    section: '.nv_fatb,"dr"',
    wrappers: ".nvFatBi",
    tag: "cp312-cp312-win_amd64",
    member: "demo/_demo.pyd",
  },
};

/** A library whose only container, or the first of them, is registered. */
function build(folder: string, { compiler, section, wrappers }: Place, code: Uint8Array): string {
  writeFileSync(join(folder, "code.fatbin"), code);
  writeFileSync(
    join(folder, "code.s"),
    `.section ${section}\n.balign 16\n.globl fat\n${compiler === "gcc" ? ".hidden fat\n" : ""}fat: .incbin "code.fatbin"\n`,
  );
  writeFileSync(
    join(folder, "demo.c"),
    `extern char fat[]${compiler === "gcc" ? ' __attribute__((visibility("hidden")))' : ""};
typedef struct { unsigned magic, version; const void *data; void *more; } wrapper;
__attribute__((section("${wrappers}"), used)) static wrapper wrappers[] = { { 0x466243b1, 1, fat, 0 } };
int one(void) { return 1; }\n`,
  );
  const args = ["-shared", "-fPIC", "-O1", "demo.c", "code.s", "-o", "demo.so"];
  execFileSync(compiler, args, { cwd: folder, stdio: "pipe" });
  return join(folder, "demo.so");
}

/** Runs the command that follows, and says on standard error how many KiB it took at most. */
const MEASURED =
  "import resource, subprocess, sys; code = subprocess.call(sys.argv[1:]); " +
  "print('peak', resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr); sys.exit(code)";

const tools = ["gcc", "x86_64-w64-mingw32-gcc"].map((name) => requireTool(name) !== undefined);

describe.skipIf(tools.includes(false))("shrink of device code that", () => {
  let folder = "";
  const codes = new Map<string, Uint8Array>();
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "wheelkit-bombs-"));
    for (const [name, make] of Object.entries(CASES)) codes.set(name, make());
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** The other places share all but the way to the region. */
  const elsewhere =
    /^(?:400,000|one payload of zstd|payloads of LZ4|a payload that says it gives 200)/;
  const cases = Object.keys(PLACES).flatMap((place, index) =>
    Object.keys(CASES).flatMap((name) =>
      index === 0 || elsewhere.test(name) ? [[name, place] as const] : [],
    ),
  );

  it.each(cases)(
    "has %s, in %s, ends soon and takes less than 512 MB",
    { timeout: 120_000 },
    (name, where) => {
      const place = PLACES[where] ?? ELF;
      const library = new Uint8Array(
        readFileSync(build(folder, place, codes.get(name) ?? new Uint8Array())),
      );
      const { tag, member } = place;
      const wheel = join(folder, wheelFileName({ tag }));
      writeFileSync(wheel, buildWheel({ tag, files: { [member]: library } }));
      const out = scratchFolder();
      const options = ["--min-driver", "550", "--ptx", "newest", "--strip-device-debug"];
      const began = performance.now();
      const { status, stdout, stderr } = run(["shrink", "-w", out, ...options, wheel], {
        shell: `set -- '${python()}' -c "${MEASURED}" "$@";`,
      });
      expect(performance.now() - began).toBeLessThan(100_000);
      const peak = Number(/^peak (\d+)$/m.exec(stderr)?.[1]) / 1024;
      if (process.env.WHEELKIT_HOSTILE_RUNS !== undefined)
        console.log(name, where, status, Math.round(peak), stdout, stderr);
      expect(peak).toBeLessThan(490);
      expect([0, 3], stderr).toContain(status);
      if (status === 3) expect(stderr).toMatch(/\[(?:fatbin|zstd|lz4|elf|pe)-[a-z]+\]/);
      else expect(stdout).toContain("; installed ");
    },
  );
});
