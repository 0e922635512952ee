import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FormatError } from "../../../src/errors.ts";
import { memorySource } from "../../../src/source.ts";
import * as elf from "../../support/elf.ts";
import { elfFixture, elfFixtures } from "../../support/elf-fixtures.ts";
import { readAll } from "../../support/elf-read-all.ts";
import { timed } from "../../support/quick.ts";

const SEED = 20_261_121;

/** All must be answered by a summary or a FormatError, within the time that a reader waits. */
function survives(bytes: Uint8Array): void {
  const { value: answer, took } = timed(2000, () => readAll(bytes));
  expect(took).toBeLessThan(2000);
  if (answer instanceof FormatError) {
    expect(answer.place.record).not.toBe("");
    return;
  }
  expect(answer.problems.length).toBeLessThan(60);
}

describe("a damaged ELF file is refused or read with problems", () => {
  it("every fixture has problems once a load segment is cut", () => {
    for (const name of elfFixtures()) {
      const whole = elfFixture(name);
      const image = elf.parse(memorySource(whole));
      const end = Math.max(...image.loads.map((load) => load.p_offset + load.p_filesz));
      if (image.loads.length === 0) continue;
      const cut = elf.parse(memorySource(whole.subarray(0, end - 1)));
      expect([name, cut.problems.length > 0]).toEqual([name, true]);
    }
  });

  it("a word of a header, a segment or the dynamic section changed to an awkward number", () => {
    const names = [
      "module-x86_64",
      "module-mips",
      "versions",
      "sysv-hash-s390x",
      "relr",
      "android",
    ];
    const fixtures = names.map((name) => {
      const bytes = elfFixture(name);
      const { dynamic, ehdr, phnum, size } = elf.parse(memorySource(bytes));
      const ranges: [number, number][] = [
        [0, 64],
        [ehdr.e_phoff, ehdr.e_phoff + phnum * ehdr.e_phentsize],
        [dynamic?.offset ?? 0, (dynamic?.offset ?? 0) + (dynamic?.size ?? 0)],
        [ehdr.e_shoff, size],
      ];
      return { bytes, ranges };
    });
    const numbers = fc.constantFrom(
      0n,
      1n,
      0x7fffn,
      0xffffn,
      0x10000n,
      0x7fffffffn,
      0x80000000n,
      0xffffffffn,
      0x7fffffffffffffffn,
      0x8000000000000000n,
      0xffffffffffffffffn,
      0xfffffffffffff000n,
    );
    fc.assert(
      fc.property(
        fc.nat({ max: fixtures.length - 1 }),
        fc.nat({ max: 3 }),
        fc.nat({ max: 4000 }),
        fc.constantFrom(2, 4, 8),
        numbers,
        fc.boolean(),
        (index, range, position, width, value, littleEndian) => {
          const { bytes, ranges } = fixtures[index] ?? { bytes: new Uint8Array(), ranges: [] };
          const [start, end] = ranges[range] ?? [0, 64];
          const at = start + Math.floor((position % Math.max(1, end - start)) / width) * width;
          if (at + width > bytes.length) return;
          const copy = new Uint8Array(bytes);
          const view = new DataView(copy.buffer);
          if (width === 2) view.setUint16(at, Number(value & 0xffffn), littleEndian);
          else if (width === 4) view.setUint32(at, Number(value & 0xffffffffn), littleEndian);
          else view.setBigUint64(at, value, littleEndian);
          survives(copy);
        },
      ),
      { seed: SEED, numRuns: 2000 },
    );
  });
});
