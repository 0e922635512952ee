import { describe, expect, it } from "vitest";
import { planStrings as plan, type StringPlan } from "../../../src/elf/edit/strings.ts";
import { memorySource } from "../../../src/source.ts";
import { stopwatch } from "../../support/quick.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text.replaceAll("|", "\0"));

function planStrings(
  table: Uint8Array,
  live: readonly number[] | undefined,
  freed: readonly number[],
  wanted: readonly string[],
): StringPlan {
  const used = live === undefined ? undefined : Uint32Array.from(live);
  return plan(memorySource(table), used, freed, wanted);
}

/** The table after the plan, with `|` for NUL. */
function result(table: string, plan: StringPlan): string {
  const old = bytes(table);
  const whole = new Uint8Array(old.length + plan.appended.length);
  whole.set(old);
  for (const { at, bytes: patch } of plan.patches) whole.set(patch, at);
  whole.set(plan.appended, old.length);
  return new TextDecoder().decode(whole).replaceAll("\0", "|");
}

function at(plan: StringPlan, table: string, text: string): string {
  const offset = plan.offsets.get(text) ?? -1;
  const all = result(table, plan);
  return all.slice(offset, all.indexOf("|", offset));
}

describe("new names", () => {
  const table = "|libfoo.so|symbol|libold.so.1|";

  it("are found as they are, or as the tail of another", () => {
    const plan = planStrings(bytes(table), [1, 11], [], ["libfoo.so", "old.so.1", "so"]);
    expect([...plan.offsets.values()]).toEqual([1, 21, 8]);
    expect(plan).toMatchObject({ reused: 3, buried: 0, added: 0, patches: [] });
  });

  it("go where nothing refers to, and never into a shared tail", () => {
    const dead = planStrings(bytes(table), [1, 11], [18], ["libnew.so"]);
    expect(result(table, dead)).toBe("|libfoo.so|symbol|libnew.so|||");
    // Someone uses `so.1` inside the old name: only what is before it is free.
    const shared = planStrings(bytes(table), [1, 11, 25], [18], ["libnew.so"]);
    expect(result(table, shared)).toBe("|libfoo.so|symbol||||||||so.1|libnew.so|");
    const short = planStrings(bytes(table), [1, 11, 25], [18], ["new.so"]);
    expect(result(table, short)).toBe("|libfoo.so|symbol|new.so|so.1|");
  });

  it("take the smallest place that holds them", () => {
    const table = "|longer-name|x|abc|y|";
    const plan = planStrings(bytes(table), [13, 19], [], ["def"]);
    expect(result(table, plan)).toBe("|longer-name|x|def|y|");
  });

  it("share their tails among each other", () => {
    const plan = planStrings(bytes("|a|"), [1], [], ["foo.so", "libfoo.so", "libfoo.so"]);
    expect(result("|a|", plan)).toBe("|a|libfoo.so|");
    expect(plan.offsets.get("foo.so")).toBe(6);
    expect(plan.added).toBe(1);
  });

  it("are appended to what is dead at the end", () => {
    const plan = planStrings(bytes("|keep|dead|"), [1], [6], ["much-longer"]);
    expect(result("|keep|dead|", plan)).toBe("|keep|much-longer|");
    expect(plan.appended.length).toBe(7);
  });

  it("overwrite nothing when not every reference is known", () => {
    const plan = planStrings(bytes(table), undefined, [18], ["libnew.so"]);
    expect(plan.patches).toEqual([]);
    expect(result(table, plan)).toBe(`${table}libnew.so|`);
  });

  it("don't run into an end without NUL", () => {
    const plan = planStrings(bytes("|open"), [1], [], ["new"]);
    expect(result("|open", plan)).toBe("|open|new|");
    expect(at(plan, "|open", "new")).toBe("new");
  });

  it("may be of any script", () => {
    const plan = planStrings(bytes("|bibliothèque.so|"), [1], [], ["thèque.so", "библиотека.so"]);
    expect(plan.offsets.get("thèque.so")).toBe(7);
    expect(plan.added).toBe(1);
  });

  it("survive a table full of one name's tails", () => {
    const large = new Uint8Array(1 << 22).fill(0x61);
    for (let index = 0; index < large.length; index += 3) large[index] = 0;
    const took = stopwatch();
    const plan = planStrings(large, [1], [], ["b", "aa"]);
    expect(took()).toBeLessThan(2000);
    expect(plan.added).toBe(0);
  });
});

describe("a table of many megabytes", () => {
  // Names of eight bytes each, 8 MiB of them.
  const table = new Uint8Array(8 << 20).fill(0x61);
  for (let index = 0; index < table.length; index += 8) table[index] = 0;
  table[table.length - 1] = 0;
  const live = Uint32Array.from({ length: table.length / 8 - 1 }, (_, index) => 8 * index + 1);

  it("is searched in windows, also across their edges", () => {
    const marked = new Uint8Array(table);
    marked.set(new TextEncoder().encode("needle\0"), (1 << 20) - 3);
    const found = plan(memorySource(marked), live, [], ["needle", "dle"]);
    expect([...found.offsets.values()]).toEqual([(1 << 20) - 3, 1 << 20]);
  });

  it("gives up a name that lost its reference", () => {
    const freed = (4 << 20) + 1;
    const rest = live.filter((at) => at !== freed);
    const buried = plan(memorySource(table), rest, [freed], ["lib.so"]);
    expect(buried).toMatchObject({ buried: 1, added: 0, patches: [{ at: freed }] });
    const kept = plan(memorySource(table), live, [freed], ["lib.so"]);
    expect(kept).toMatchObject({ buried: 0, added: 1, patches: [] });
  });
});

describe("freed names", () => {
  it("become zeros, as far as nobody else uses them", () => {
    const table = "|/home/build/lib|x|";
    expect(result(table, planStrings(bytes(table), [17], [1], []))).toBe(`${"|".repeat(17)}x|`);
    const used = planStrings(bytes(table), [17, 13], [1], []);
    expect(result(table, used)).toBe("|||||||||||||lib|x|");
  });
});
