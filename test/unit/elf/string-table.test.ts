import { describe, expect, it } from "vitest";
import { stringTable } from "../../../src/elf/read/strings.ts";
import { collectProblems } from "../../../src/problems.ts";
import { memorySource, type Source } from "../../../src/source.ts";

const SIZE = 8 << 20;

/** Names of all lengths, and a source that adds up what is read of it. */
function counted(last = 0): { readonly source: Source; bytesRead(): number } {
  const bytes = new Uint8Array(SIZE).fill(0x61);
  for (let at = 0; at < SIZE; at += 1 + (at % 100_003)) bytes[at] = 0;
  bytes[SIZE - 1] = last;
  const source = memorySource(bytes);
  let read = 0;
  return {
    source: {
      size: SIZE,
      read(offset, length) {
        read += length;
        return source.read(offset, length);
      },
    },
    bytesRead: () => read,
  };
}

const REGION = { offset: 0, size: SIZE };

describe("a large string table", () => {
  it("is not read for a few of its names", () => {
    const { source, bytesRead } = counted();
    const table = stringTable(source, REGION, collectProblems());
    for (let at = 1; at < 50; at++) table.text(at);
    expect(bytesRead()).toBeLessThan(50 * 300);
  });

  it("gives the same names whether all of it was read or not, of any length", () => {
    const alone = stringTable(counted().source, REGION, collectProblems());
    const whole = stringTable(counted().source, REGION, collectProblems());
    expect(whole.bytes().length).toBe(SIZE);
    const lengths = new Set<number>();
    for (let at = 0; at < SIZE; at += 9973) {
      const name = alone.text(at);
      expect(name === whole.text(at)).toBe(true);
      lengths.add(Math.floor(Math.log2((name ?? "").length + 1)));
    }
    expect(lengths.size).toBeGreaterThan(8);
    expect(alone.text(SIZE)).toBeUndefined();
  });

  it("that does not end with a NUL is reported with the first name", () => {
    const problems = collectProblems();
    const table = stringTable(counted(0x61).source, REGION, problems);
    expect(problems.list).toEqual([]);
    table.text(1);
    expect(problems.list).toMatchObject([{ message: "the string table does not end with a NUL" }]);
  });
});
