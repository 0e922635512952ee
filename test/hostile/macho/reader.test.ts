/** Files that were made to make a reader fall over: an answer, soon, in little memory. */
import { describe, expect, it } from "vitest";
import { FormatError } from "../../../src/errors.ts";
import { FORMATS } from "../../../src/formats.ts";
import { BIND_OPCODE, LC } from "../../../src/macho/constants.ts";
import { CSMAGIC } from "../../../src/macho/signing-constants.ts";
import { readEverything } from "../../support/formats.ts";
import { buildFat, buildMacho, type Shape } from "../../support/macho-builder.ts";
import { machoFixture } from "../../support/macho-fixtures.ts";
import { timed } from "../../support/quick.ts";

const MIB = 1 << 20;

/** What is wrong, one line for each problem. */
function problemsOf(bytes: Uint8Array): readonly string[] {
  const before = process.memoryUsage().rss;
  const { value, took } = timed(3000, () => readEverything(FORMATS.macho, bytes));
  expect(took).toBeLessThan(3000);
  expect(process.memoryUsage().rss - before).toBeLessThan(400 * MIB);
  if (value instanceof FormatError) return [`refused: ${value.message}`];
  expect(value.facts.problems.length).toBeLessThan(60);
  return value.facts.problems.map(({ message }) => message);
}

function words(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [index, value] of values.entries()) view.setUint32(index * 4, value, true);
  return bytes;
}

/** A file with `table` in `__LINKEDIT`, where a load command of `cmd` says that it is. */
function withTable(cmd: number, table: Uint8Array, shape: Shape = {}): Uint8Array {
  const linkedit = table.length;
  const base = { ...shape, linkedit };
  const at = buildMacho(base).length - linkedit;
  const probe = buildMacho({ ...base, commands: [[cmd, words(at, linkedit)]] });
  probe.set(table, probe.length - linkedit);
  return probe;
}

/** The same for one of the five tables of LC_DYLD_INFO_ONLY. */
function withOpcodes(index: number, table: Uint8Array): Uint8Array {
  const linkedit = table.length;
  const at = buildMacho({ linkedit }).length - linkedit;
  const fields = Array.from({ length: 10 }, (_, field) =>
    field === 2 * index ? at : field === 2 * index + 1 ? linkedit : 0,
  );
  const file = buildMacho({ linkedit, commands: [[LC.LC_DYLD_INFO_ONLY, words(...fields)]] });
  file.set(table, file.length - linkedit);
  return file;
}

describe("the header", () => {
  const patched = (at: number, value: number): Uint8Array => {
    const bytes = buildMacho();
    new DataView(bytes.buffer).setUint32(at, value, true);
    return bytes;
  };

  it.each([
    ["more load commands than there are", patched(16, 0xffff_ffff), "refused: more than 65536"],
    ["some more than there are", patched(16, 40), "refused: "],
    ["load commands larger than the file", patched(20, 0xffff_fff0), "refused: 4294967280 bytes"],
    ["a load command without a size", patched(36, 0), "refused: a load command has 8 bytes"],
    ["one larger than all", patched(36, 0x7fff_fff8), "refused: the load command ends behind"],
    ["more sections than fit", patched(96, 0x7fff_ffff), "refused: 2147483647 sections"],
    ["an odd size", patched(20, 0), "refused: 8 bytes are needed, 0 are left"],
  ])("%s", (_, bytes, expected) => {
    expect(problemsOf(bytes).join("\n")).toContain(expected);
  });

  it("a segment that leaves the file", () => {
    const bytes = buildMacho();
    new DataView(bytes.buffer).setBigUint64(32 + 48, 1n << 40n, true);
    expect(problemsOf(bytes).join()).toContain("ends behind the file's");
  });

  it("names that begin outside of their load commands", () => {
    const content = words(0x7fff_ffff, 0, 0, 0);
    const bytes = buildMacho({
      commands: [
        [LC.LC_LOAD_DYLIB, content],
        [LC.LC_RPATH, words(4)],
      ],
    });
    expect(problemsOf(bytes)).toEqual([
      "the name of the library is empty or outside of the load command",
      "the search path is outside of the load command",
    ]);
  });

  it("sixty thousand load commands of the smallest size", () => {
    const commands = Array.from({ length: 60_000 }, () => [0x77, new Uint8Array()] as const);
    expect(problemsOf(buildMacho({ commands }))).toEqual([]);
  });

  it("forty fat slices of one place each", () => {
    const bytes = buildMacho();
    const slices = Array.from({ length: 42 }, () => ({ cputype: 7, cpusubtype: 3, bytes }));
    expect(problemsOf(buildFat(slices)).length).toBe(41);
  });
});

describe("the export trie", () => {
  const trie = (...bytes: number[]): Uint8Array =>
    withTable(LC.LC_DYLD_EXPORTS_TRIE, Uint8Array.from(bytes));

  it.each([
    ["a circle", trie(0, 1, 0x61, 0, 0), "two edges meet"],
    ["an edge that leads outside", trie(0, 1, 0x61, 0, 0xff, 0x7f), "outside of the table"],
    ["an edge without an end", trie(0, 1, 0x61, 0x61, 0x61, 0x61), "an edge has no end"],
    ["a node larger than the table", trie(0x7f, 0, 0, 0), "a node ends behind the table"],
    ["a number without an end", trie(0xff, 0xff, 0xff, 0xff), "ends inside of an entry"],
  ])("%s", (_, bytes, expected) => {
    expect(problemsOf(bytes).join()).toContain(expected);
  });

  it("a chain of nodes whose names add up to gigabytes", () => {
    const table: number[] = [];
    const count = 30_000;
    for (let index = 0; index < count; index++) {
      const next = (index + 1) * 10;
      const last = index + 1 === count;
      // Terminal size 2, flags, address, one edge of one letter, and where it leads in three bytes.
      table.push(2, 0, 0, last ? 0 : 1, 0x61, 0);
      table.push((next & 0x7f) | 0x80, ((next >> 7) & 0x7f) | 0x80, next >> 14, 0);
    }
    const bytes = withTable(LC.LC_DYLD_EXPORTS_TRIE, Uint8Array.from(table));
    expect(problemsOf(bytes).join()).toContain("add up to far more than the table");
  });
});

describe("bind opcodes", () => {
  it("an unknown one", () => {
    expect(problemsOf(withOpcodes(1, Uint8Array.of(0xe0, 0, 0, 0))).join()).toContain("unknown");
  });

  it("a million bindings of as many ordinals", () => {
    const { BIND_OPCODE_SET_SYMBOL_TRAILING_FLAGS_IMM: symbol, BIND_OPCODE_DO_BIND: bind } =
      BIND_OPCODE;
    const table = new Uint8Array(2 * MIB);
    table.set([symbol, 0x61, 0]);
    for (let at = 3; at + 1 < table.length; at += 2) {
      table[at] = 0x10 | (at & 0xf);
      table[at + 1] = bind;
    }
    expect(problemsOf(withOpcodes(1, table))).toEqual([
      "segment `__LINKEDIT` is larger in the file than in memory",
    ]);
  });
});

describe("chained fixups", () => {
  const header = (changes: Partial<Record<number, number>>): Uint8Array => {
    const fields = [0, 28, 28, 28, 0, 1, 0];
    for (const [index, value] of Object.entries(changes)) fields[Number(index)] = value ?? 0;
    const table = new Uint8Array(64);
    table.set(words(...fields));
    return withTable(LC.LC_DYLD_CHAINED_FIXUPS, table);
  };

  it.each([
    ["more imports than fit", header({ 4: 0xffff_ffff }), "the imports do not fit"],
    ["an unknown form", header({ 4: 1, 5: 9 }), "the form of the imports is unknown"],
    ["compressed names", header({ 4: 1, 6: 1 }), "the names are compressed"],
    ["names outside", header({ 4: 1, 3: 0x100 }), "the imports do not fit"],
  ])("%s", (_, bytes, expected) => {
    expect(problemsOf(bytes).join()).toContain(expected);
  });

  it("a hundred thousand imports of one long name", () => {
    const count = 100_000;
    const names = 28 + count * 4;
    const table = new Uint8Array(names + 200_000).fill(0x61);
    table.set(words(0, 28, 28, names, count, 1, 0));
    const entry = words(1);
    for (let index = 0; index < count; index++) table.set(entry, 28 + index * 4);
    const bytes = withTable(LC.LC_DYLD_CHAINED_FIXUPS, table);
    expect(problemsOf(bytes).join()).toContain("add up to far more than the table");
  });
});

describe("signatures", () => {
  const big = (...values: readonly number[]): Uint8Array => {
    const bytes = new Uint8Array(values.length * 4);
    const view = new DataView(bytes.buffer);
    for (const [index, value] of values.entries()) view.setUint32(index * 4, value);
    return bytes;
  };

  it.each([
    ["more blobs than fit", [CSMAGIC.CSMAGIC_EMBEDDED_SIGNATURE, 64, 0xffff_ffff]],
    ["a blob outside", [CSMAGIC.CSMAGIC_EMBEDDED_SIGNATURE, 64, 1, 0, 0x7fff_ffff]],
    ["a directory that is the index itself", [CSMAGIC.CSMAGIC_EMBEDDED_SIGNATURE, 64, 1, 0, 0]],
    ["nothing", [0, 0, 0]],
  ])("%s", (_, values) => {
    const table = new Uint8Array(64);
    table.set(big(...values));
    expect(problemsOf(withTable(LC.LC_CODE_SIGNATURE, table))).toEqual([]);
  });

  it("a directory that claims more pages than there are bytes", () => {
    const bytes = machoFixture("liba-arm64");
    const at = Buffer.from(bytes).lastIndexOf(Buffer.from([0xfa, 0xde, 0x0c, 0x02]));
    new DataView(bytes.buffer).setUint32(at + 28, 0x0fff_ffff);
    expect(problemsOf(bytes)).toEqual([]);
  });
});

describe("symbols", () => {
  it("more than the file has bytes", () => {
    const commands = [
      [LC.LC_SYMTAB, words(0x1000, 0x0fff_ffff, 0, 0x7fff_ffff)],
      [LC.LC_DYSYMTAB, words(...new Array<number>(18).fill(0x0fff_ffff))],
    ] as const;
    expect(problemsOf(buildMacho({ commands })).join()).toContain("symbols are inside the file");
  });
});
