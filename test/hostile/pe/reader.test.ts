/** PE files that lie about counts and sizes: read within bounds of time and memory, or refused. */
import { describe, expect, it } from "vitest";
import { FormatError } from "../../../src/errors.ts";
import { pe } from "../../../src/pe/index.ts";
import { parsePe } from "../../../src/pe/read/image.ts";
import { memorySource } from "../../../src/source.ts";
import { readEverything } from "../../support/formats.ts";
import { peFixture } from "../../support/pe-fixtures.ts";
import { timed } from "../../support/quick.ts";

const LIMIT = 3000;

function read(bytes: Uint8Array): ReturnType<typeof readEverything> {
  const { value, took } = timed(LIMIT, () => readEverything(pe, bytes));
  expect(took).toBeLessThan(LIMIT);
  return value;
}

/** The fixture with `bytes` appended to the last section, and what is found there. */
function withTail(
  name: string,
  size: number,
  fill: (view: DataView, rva: number, at: number) => void,
): Uint8Array {
  const old = peFixture(name);
  const { sections } = parsePe(memorySource(old));
  const last = sections.at(-1);
  if (last === undefined) throw new Error("no section");
  const end = last.PointerToRawData + last.SizeOfRawData;
  const bytes = new Uint8Array(end + size);
  bytes.set(old.subarray(0, end));
  const view = new DataView(bytes.buffer);
  view.setUint32(last.at + 8, last.SizeOfRawData + size, true);
  view.setUint32(last.at + 16, last.SizeOfRawData + size, true);
  fill(view, last.VirtualAddress + last.SizeOfRawData, end);
  return bytes;
}

function setDirectory(
  view: DataView,
  name: string,
  index: number,
  rva: number,
  size: number,
): void {
  const at = parsePe(memorySource(peFixture(name))).header.directories[index]?.at ?? 0;
  view.setUint32(at, rva, true);
  view.setUint32(at + 4, size, true);
}

const NAME = "module-x86_64";

describe("a file with", () => {
  it("half a million imports that share one long name is read in bounds", () => {
    const bytes = withTail(NAME, 8 << 20, (view, rva, at) => {
      setDirectory(view, NAME, 1, rva, 40);
      view.setUint32(at, rva + 64, true);
      view.setUint32(at + 12, rva + 40, true);
      view.setUint32(at + 16, rva + 64, true);
      view.setUint8(at + 40, 0x78);
      const long = 7 << 20;
      for (let index = 0; index < 800_000; index++) {
        view.setUint32(at + 64 + 8 * index, rva + long, true);
      }
      for (let index = 2; index < 60_000; index++) view.setUint8(at + long + index, 0x79);
    });
    const answer = read(bytes);
    if (answer instanceof FormatError) throw answer;
    expect(answer.facts.problems.map(({ message }) => message)).toContain(
      "the names overlap and add up to far more than the file",
    );
  });

  it("import descriptors without an end is read up to a limit", () => {
    const bytes = withTail(NAME, 1 << 20, (view, rva, at) => {
      setDirectory(view, NAME, 1, rva, 1 << 20);
      for (let place = at; place + 20 <= at + (1 << 20); place += 20) {
        view.setUint32(place + 12, rva, true);
        view.setUint32(place + 16, rva + (1 << 20) - 16, true);
      }
    });
    const answer = read(bytes);
    if (answer instanceof FormatError) throw answer;
    expect(answer.facts.slices[0].dependencies.length).toBeLessThan(5000);
  });

  it("resource tables that lead to one another is read once for each table", () => {
    const size = 1 << 20;
    const bytes = withTail("resources", size, (view, rva, at) => {
      setDirectory(view, "resources", 2, rva, size);
      // Every eight bytes are an entry that leads to a table, and a table with many entries.
      for (let place = 0; place + 8 <= size; place += 8) {
        view.setUint32(at + place, 0x00ff00ff, true);
        view.setUint32(at + place + 4, (0x80000000 | ((place * 7919) % (size - 16))) >>> 0, true);
      }
      view.setUint16(at + 14, 0xffff, true);
    });
    expect(read(bytes)).not.toBeInstanceOf(FormatError);
  });

  it.each([
    ["NumberOfFunctions", 20],
    ["NumberOfNames", 24],
  ])("a huge %s is read as far as the file goes", (_, field) => {
    const bytes = peFixture("library-x86_64");
    const exports = parsePe(memorySource(bytes)).exports();
    new DataView(bytes.buffer).setUint32((exports?.at ?? 0) + field, 0xffffffff, true);
    const answer = read(bytes);
    if (answer instanceof FormatError) throw answer;
    expect(answer.facts.problems.length).toBeGreaterThan(0);
  });

  it("relocation blocks of all sizes is read in bounds", () => {
    for (const size of [0, 1, 7, 8, 9, 0x10000, 0xffffffff]) {
      const bytes = peFixture("module-x86");
      const { memory, header } = parsePe(memorySource(bytes));
      const address = header.directories[5]?.address ?? 0;
      const at = memory.place(address)?.offset ?? 0;
      new DataView(bytes.buffer).setUint32(at + 4, size, true);
      expect(read(bytes)).not.toBeInstanceOf(FormatError);
    }
  });

  it("sections of four gigabytes needs no memory for them", () => {
    const bytes = peFixture(NAME);
    const { sections } = parsePe(memorySource(bytes));
    const view = new DataView(bytes.buffer);
    for (const { at } of sections) {
      view.setUint32(at + 8, 0xfffff000, true);
      view.setUint32(at + 16, 0xfffffe00, true);
    }
    const answer = read(bytes);
    if (answer instanceof FormatError) throw answer;
    expect(answer.facts.problems.map(({ message }) => message)).toContain(
      "the section ends after the end of the file",
    );
  });

  it("a number of sections beyond its end is refused", () => {
    const bytes = peFixture(NAME);
    const { fileAt } = parsePe(memorySource(bytes)).header;
    new DataView(bytes.buffer).setUint16(fileAt + 2, 0xffff, true);
    expect(read(bytes)).toBeInstanceOf(FormatError);
  });

  it("a certificate table of any size is hashed in bounds", () => {
    for (const size of [1, 7, 8, 0x7fffffff, 0xffffffff]) {
      const bytes = peFixture("signed");
      const { directories } = parsePe(memorySource(bytes)).header;
      new DataView(bytes.buffer).setUint32((directories[4]?.at ?? 0) + 4, size, true);
      const answer = read(bytes);
      if (answer instanceof FormatError) throw answer;
      expect(answer.facts.format).toBe("pe");
    }
  });
});
