/** What every editor owes: it does what was asked and nothing else, once for all, or refuses. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NativeFile, Slice } from "../../../src/binary.ts";
import { FormatError, RefusalError } from "../../../src/errors.ts";
import { inOrder, type NativeEdit } from "../../../src/native-edit.ts";
import { isUnchanged } from "../../../src/rewrite.ts";
import {
  FORMAT_CASES,
  type FormatCase,
  type Rewritten,
  readSound,
  rewritten,
} from "../../support/formats.ts";
import { somewhere } from "../../support/places.ts";
import { scratchFolder } from "../../support/scratch.ts";

const SEED = 20_261_128;

/** What a file says of itself and its libraries. */
interface Names {
  readonly id: string | null;
  readonly dependencies: readonly string[];
  readonly searchPaths: readonly string[];
}

function namesOf({ id, dependencies, searchPaths }: Slice): Names {
  return {
    id,
    dependencies: dependencies.map(({ name }) => name),
    searchPaths: searchPaths.map(({ path }) => path),
  };
}

/** What it should say after an edit, by plain lists. */
function expected(names: Names, edit: NativeEdit): Names {
  const { dependencies } = names;
  switch (edit.kind) {
    case "set-id":
      return { ...names, id: edit.id };
    case "add-dependency":
      if (dependencies.includes(edit.name)) return names;
      return { ...names, dependencies: [...dependencies, edit.name] };
    case "remove-dependency":
      return { ...names, dependencies: dependencies.filter((each) => each !== edit.name) };
    case "replace-dependency": {
      const renamed = dependencies.map((each) => (each === edit.from ? edit.to : each));
      return { ...names, dependencies: [...new Set(renamed)] };
    }
    case "set-search-paths":
      return { ...names, searchPaths: edit.paths };
    case "strip":
    case "cut":
    case "keep-archs":
    case "clear-executable-stack":
    case "clear-load-flags":
    case "sign":
      return names;
  }
}

/** One of each kind that fits the file. */
function editsFor({ slices: [{ dependencies }] }: NativeFile, { words }: FormatCase): NativeEdit[] {
  const first = dependencies[0]?.name;
  const last = dependencies.at(-1)?.name;
  return [
    { kind: "strip", level: "debug" },
    { kind: "strip", level: "all" },
    { kind: "set-id", id: words.id },
    { kind: "add-dependency", name: words.dependency },
    ...(last === undefined
      ? []
      : [
          { kind: "replace-dependency", from: last, to: words.dependency } as const,
          { kind: "remove-dependency", name: last } as const,
        ]),
    // The name of one that is there already: the library is listed once.
    ...(first === undefined || last === undefined || first === last
      ? []
      : [{ kind: "replace-dependency", from: first, to: last } as const]),
    { kind: "set-search-paths", paths: words.searchPaths },
    { kind: "set-search-paths", paths: [] },
    { kind: "clear-executable-stack" },
  ];
}

/** `undefined` when it was refused, which must be said as such. */
function attempt(
  { format }: FormatCase,
  bytes: Uint8Array,
  edits: readonly NativeEdit[],
): Rewritten | undefined {
  try {
    return rewritten(format, bytes, edits);
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    if (!(error instanceof RefusalError)) throw error;
    expect(error.code).toMatch(new RegExp(`^${format.name}-[a-z-]+$`));
    expect(error.message).not.toBe("");
    return undefined;
  }
}

/** All edits that the file takes, one after the other, in one transaction. */
function takenTogether(each: FormatCase, bytes: Uint8Array): readonly NativeEdit[] {
  const taken: NativeEdit[] = [];
  for (const edit of editsFor(readSound(each.format, bytes).facts, each)) {
    const exclusive =
      taken.some(({ kind }) => kind === edit.kind) || edit.kind === "remove-dependency";
    if (!exclusive && attempt(each, bytes, [...taken, edit]) !== undefined) taken.push(edit);
  }
  return taken;
}

describe.each(FORMAT_CASES.map((each) => ({ title: each.format.title, ...each })))(
  "an edit of a $title file",
  (each) => {
    const { format, fixtures, bytes, code, oracle, loads, takes } = each;
    const plain = (edit: NativeEdit): NativeEdit => {
      if (edit.kind !== "replace-dependency") return edit;
      const [from = edit.from] = each.compared?.([edit.from]) ?? [];
      const [to = edit.to] = each.compared?.([edit.to]) ?? [];
      return { ...edit, from, to };
    };
    const taken = (edits: readonly NativeEdit[]): readonly NativeEdit[] =>
      edits.filter(({ kind }) => takes.includes(kind));
    const same = (names: Names): Names => ({
      ...names,
      dependencies: each.compared?.(names.dependencies) ?? names.dependencies,
    });

    it.each(fixtures)("of %s does what was asked and nothing else, and twice is once", (name) => {
      const original = bytes(name);
      const before = readSound(format, original);
      for (const edit of editsFor(before.facts, each)) {
        const result = attempt(each, original, [edit]);
        if (result === undefined) continue;
        const after = readSound(format, result.bytes);
        for (const [index, slice] of after.facts.slices.entries()) {
          const old = before.facts.slices[index] ?? before.facts.slices[0];
          const { arch, kind, bits, importCount, exportCount, pythonInit } = old;
          expect(same(namesOf(slice))).toEqual(expected(same(namesOf(old)), plain(edit)));
          expect(slice).toMatchObject({ arch, kind, bits, importCount, exportCount, pythonInit });
          // What a linker will read stays as it is.
          const stripped = edit.kind === "strip" && kind !== "object";
          if (stripped) expect(slice.debug.dwarf).toBe(0);
        }
        expect(after.facts.slices.length).toBe(before.facts.slices.length);
        expect([after.imports, after.exports]).toEqual([before.imports, before.exports]);
        for (const region of code) {
          expect(after.regions.get(region)).toEqual(before.regions.get(region));
        }
        const known = new Set(before.facts.problems.map(({ message }) => message));
        expect(after.facts.problems.filter(({ message }) => !known.has(message))).toEqual([]);
        if (edit.kind === "strip") expect(result.bytes.length).toBeLessThanOrEqual(original.length);
        expect(isUnchanged(rewritten(format, result.bytes, [edit]).rewrite)).toBe(true);
      }
    });

    it("of every kind is taken by some fixture, and no other", () => {
      const kinds = new Set<NativeEdit["kind"]>();
      for (const name of fixtures) {
        const original = bytes(name);
        for (const edit of editsFor(readSound(format, original).facts, each)) {
          const result = attempt(each, original, [edit]);
          if (result !== undefined && !isUnchanged(result.rewrite)) kinds.add(edit.kind);
        }
      }
      expect([...kinds].sort()).toEqual([...each.takes].sort());
    });

    it.skipIf(oracle === undefined)("is seen by another reader", () => {
      const path = join(scratchFolder(), "library");
      let edited = 0;
      for (const name of fixtures) {
        const original = bytes(name);
        const edits = takenTogether(each, original);
        if (!edits.some(({ kind }) => kind === "set-id")) continue;
        const result = rewritten(format, original, edits);
        writeFileSync(path, result.bytes);
        const [slice] = readSound(format, original).facts.slices;
        const [now] = readSound(format, result.bytes).facts.slices;
        const opinion = oracle?.(path);
        if (opinion === undefined) throw new Error("the other reader said nothing");
        const wanted = inOrder(edits)
          .map(plain)
          .reduce(expected, same(namesOf(slice)));
        expect([name, same(opinion)]).toEqual([name, wanted]);
        expect([name, namesOf(now)]).toEqual([name, opinion]);
        edited++;
      }
      expect(edited).toBeGreaterThan(fixtures.length / 2);
    });

    it.skipIf(loads === undefined)("and a strip leave what the loader takes", () => {
      const folder = scratchFolder();
      const place = (name: string, contents: Uint8Array): string => {
        const path = join(folder, name);
        writeFileSync(path, contents);
        return path;
      };
      const loaded = loads?.(fixtures.map((name) => place(name, bytes(name)))) ?? new Set();
      const loadable = fixtures.filter((name) => loaded.has(join(folder, name)));
      expect(loadable.length).toBeGreaterThan(0);
      const paths: string[] = [];
      for (const name of loadable) {
        for (const level of ["debug", "all"] as const) {
          const edits = taken([
            { kind: "strip", level },
            { kind: "set-id", id: each.words.id },
            { kind: "set-search-paths", paths: each.words.searchPaths },
          ]);
          const result = rewritten(format, bytes(name), edits);
          paths.push(place(`${name}-${level}`, result.bytes));
        }
      }
      const still = loads?.(paths) ?? new Set();
      expect(paths.filter((path) => !still.has(path))).toEqual([]);
    });

    it("of a damaged file is sound or refused", () => {
      const change = fc.tuple(somewhere, fc.nat(255));
      let done = 0;
      fc.assert(
        fc.property(
          fc.constantFrom(...fixtures),
          fc.array(change, { minLength: 1, maxLength: 4 }),
          (name, changes) => {
            const damaged = bytes(name);
            // Most of what a rewriter reads is in the headers and the first tables.
            for (const [where, value] of changes) {
              damaged[Math.floor(where ** 3 * damaged.length)] = value;
            }
            const edits = taken([
              { kind: "strip", level: "debug", optional: true },
              { kind: "set-id", id: each.words.id },
              { kind: "set-search-paths", paths: each.words.searchPaths },
            ]);
            const result = attempt(each, damaged, edits);
            if (result === undefined) return;
            // Room for names and one segment, never for a number that the file contains.
            expect(result.bytes.length - damaged.length).toBeLessThan(1 << 17);
            const [slice] = readSound(format, result.bytes).facts.slices;
            expect(namesOf(slice)).toMatchObject({
              id: each.words.id,
              searchPaths: each.words.searchPaths,
            });
            done++;
          },
        ),
        { seed: SEED, numRuns: 600 },
      );
      expect(done).toBeGreaterThan(100);
    });
  },
);
