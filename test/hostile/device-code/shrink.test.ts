/** Wheels whose device code lies: `shrink` writes what it read, or refuses with a code. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FLAG, KIND } from "../../../src/device-code/constants.ts";
import { FORMATS } from "../../../src/formats.ts";
import { memorySource } from "../../../src/source.ts";
import { wheelkit } from "../../support/commands.ts";
import { buildCudaDll, buildCudaLibrary, type Unit } from "../../support/cuda-library.ts";
import { lz4Of } from "../../support/encode-payload.ts";
import { cubinLike } from "../../support/fatbin-builder.ts";
import { stopwatch } from "../../support/quick.ts";
import { scratchFolder } from "../../support/scratch.ts";
import { requireTool } from "../../support/tools.ts";
import { buildWheel, wheelFileName } from "../../support/wheel-builder.ts";

/** Where device code lies, and what leads to it, the loader's tables included. */
const KINDS = {
  elf: {
    tools: ["gcc"],
    tag: "cp312-cp312-linux_x86_64",
    member: "demo/_demo.cpython-312-x86_64-linux-gnu.so",
    build: buildCudaLibrary,
    heading: 64 + 12 * 56,
    code: ".nv_fatbin",
    leads: /^\.nvFatBin|^\.rela\.dyn|^\.dynamic/,
  },
  pe: {
    tools: ["x86_64-w64-mingw32-gcc"],
    tag: "cp312-cp312-win_amd64",
    member: "demo/_demo.cp312-win_amd64.pyd",
    build: buildCudaDll,
    // The MS-DOS header, those of the file, and the section table.
    heading: 128 + 24 + 240 + 16 * 40,
    code: ".nv_fatb",
    leads: /^\.nvFatBi|^\.reloc|^\.idata/,
  },
} as const;
/** Each is another way through the code. */
const OPTIONS = [
  ["--min-driver", "550"],
  ["--level", "best"],
  ["--keep-archs", "sm_90", "--min-driver", "550"],
  ["--drop-archs", "sm_70,sm_75", "--ptx", "none"],
  ["--strip-device-debug", "--recompress-device-code"],
] as const;
/** Values that lengths, offsets and counts are given. */
const VALUES = [0, 1, 7, 8, 0x40, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff] as const;
const RUNS = Number(process.env.WHEELKIT_HOSTILE_RUNS ?? "25");

interface Field {
  readonly at: number;
  readonly size: number;
}

describe.each(["elf", "pe"] as const)(
  "shrink of a wheel with hostile device code in %s",
  (kind) => {
    const { tools, tag, member, build, heading, code: region, leads } = KINDS[kind];
    describe.skipIf(tools.some((name) => requireTool(name) === undefined))("has it and", () => {
      /** A library, and what of it is changed. */
      function target(folder: string): {
        readonly library: Uint8Array;
        readonly fields: readonly Field[];
      } {
        const packed = cubinLike(3000, 9);
        const text = new TextEncoder().encode(".version 8.4\n.target sm_80\n");
        const flags = FLAG.BITS_64 | FLAG.LZ4;
        const unit: Unit = [
          { arch: 70, payload: cubinLike(3000, 1) },
          { arch: 80, payload: lz4Of(packed, 1), size: packed.length, flags },
          { arch: 90, payload: cubinLike(3000, 3) },
          { kind: KIND.PTX, arch: 80, major: 8, minor: 4, payload: text },
        ];
        const path = build(folder, [unit, unit]);
        const library = new Uint8Array(readFileSync(path));
        const fields: Field[] = [{ at: 0, size: heading }];
        for (const { name, start, size } of FORMATS[kind].open(memorySource(library)).regions()) {
          // Headers of a container and an entry, and all of the code.
          if (name === region) fields.push({ at: start, size: 16 + 64 }, { at: start, size });
          if (leads.test(name) && size > 8) fields.push({ at: start, size });
        }
        return { library, fields };
      }

      it(`never does more than refuse with a code (${RUNS} wheels)`, {
        timeout: 60_000 + RUNS * 2000,
      }, async () => {
        const folder = scratchFolder();
        const { library, fields } = target(folder);
        const change = fc.record({
          field: fc.nat(),
          at: fc.nat(),
          width: fc.constantFrom(1, 2, 4, 8),
          value: fc.oneof(fc.constantFrom(...VALUES), fc.nat(0xffff_ffff)),
        });
        const changes = fc.array(change, { minLength: 1, maxLength: 3 });
        const codes = new Map<string, number>();
        await fc.assert(
          fc.asyncProperty(changes, fc.constantFrom(...OPTIONS), async (list, options) => {
            const bytes = library.slice();
            const view = new DataView(bytes.buffer);
            for (const { field, at, width, value } of list) {
              const { at: start, size } = fields[field % fields.length] ?? { at: 0, size: 64 };
              // Header fields lie on even places.
              const place = start + ((at * width) % (size - (size % width) - width + 1));
              for (let index = 0; index < width; index++) {
                view.setUint8(place + index, Math.floor(value / 2 ** (8 * index)) & 0xff);
              }
            }
            const wheel = join(folder, wheelFileName({ tag }));
            writeFileSync(wheel, buildWheel({ tag, files: { [member]: bytes } }));
            const out = join(folder, "out");
            const took = stopwatch();
            const { status, err } = await wheelkit(
              "shrink",
              "-j",
              "1",
              "-w",
              out,
              ...options,
              wheel,
            );
            expect(took()).toBeLessThan(20_000);
            expect([0, 3], err).toContain(status);
            const code =
              status === 0
                ? "written"
                : (/\[([a-z0-9-]+)\]|([a-z]+-[a-z-]+):/.exec(err)?.[0] ?? "");
            codes.set(code, (codes.get(code) ?? 0) + 1);
            if (status !== 0) expect(code).not.toBe("");
            // A bug would be told as one.
            expect(err).not.toContain("shrink-verify");
            rmSync(out, { recursive: true, force: true });
          }),
          { seed: 20_262, numRuns: RUNS },
        );
        expect(codes.size).toBeGreaterThan(1);
        if (process.env.WHEELKIT_HOSTILE_RUNS !== undefined) console.log(codes);
      });
    });
  },
);
