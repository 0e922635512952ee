import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DT } from "../../../src/elf/constants.ts";
import type { ElfEdit } from "../../../src/elf/edit/types.ts";
import { parseElf } from "../../../src/elf/read/image.ts";
import { RefusalError } from "../../../src/errors.ts";
import { memorySource } from "../../../src/source.ts";

import { editBytes, namesOf } from "../../support/elf-edits.ts";
import { elfFixture } from "../../support/elf-fixtures.ts";

/** Every layout, class and byte order once. */
const FIXTURES = [
  "bare",
  "both-hashes",
  "debug",
  "filters",
  "linker-gold",
  "linker-lld",
  "linker-mold",
  "module-aarch64",
  "module-i686",
  "module-mips",
  "module-ppc64",
  "module-s390x",
  "module-s390x-no-sections",
  "module-x86_64",
  "module-x86_64-no-sections",
  "program-fixed",
  "program-pie",
  "relr",
  "separate-code",
  "versions",
  "versions-no-sections",
] as const;

const name = fc
  .stringMatching(/^[a-z]{1,12}(-[0-9a-f]{8})?$/)
  .map((stem) => `lib${stem}.so`)
  .filter((text) => text !== "lib.so");
const path = fc
  .array(fc.stringMatching(/^[a-z.]{1,20}$/), { minLength: 1, maxLength: 6 })
  .map((parts) => parts.map((part) => `$ORIGIN/../${part}`).join(":"));
/** Libraries by their place among those needed at the time, so that edits usually meet one. */
const step = fc.oneof(
  fc.record({ kind: fc.constant("set-soname" as const), name }),
  fc.record({ kind: fc.constant("add-needed" as const), name }),
  fc.record({ kind: fc.constant("replace-needed" as const), at: fc.nat(5), to: name }),
  fc.record({ kind: fc.constant("remove-needed" as const), at: fc.nat(5) }),
  fc.record({
    kind: fc.constant("set-search-path" as const),
    tag: fc.constantFrom("rpath" as const, "runpath" as const),
    path,
  }),
  fc.constant({ kind: "remove-search-path" as const }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function toEdit(each: Step, needed: readonly string[]): ElfEdit {
  switch (each.kind) {
    case "replace-needed":
      return { kind: each.kind, from: needed[each.at % needed.length] ?? "libno.so", to: each.to };
    case "remove-needed":
      return { kind: each.kind, name: needed[each.at % needed.length] ?? "libno.so" };
    default:
      return each;
  }
}

/** What the file should say after one edit, by plain lists. */
interface Model {
  readonly soname: string | undefined;
  readonly needed: readonly string[];
  readonly rpath: string | undefined;
  readonly runpath: string | undefined;
}

function expected(model: Model, change: ElfEdit): Model {
  switch (change.kind) {
    case "set-soname":
      return { ...model, soname: change.name };
    case "add-needed":
      return model.needed.includes(change.name)
        ? model
        : { ...model, needed: [...model.needed, change.name] };
    case "remove-needed":
      return { ...model, needed: model.needed.filter((each) => each !== change.name) };
    case "replace-needed": {
      const renamed = model.needed.map((each) => (each === change.from ? change.to : each));
      return { ...model, needed: [...new Set(renamed)] };
    }
    case "set-search-path":
      return { ...model, rpath: undefined, runpath: undefined, [change.tag]: change.path };
    case "remove-search-path":
      return { ...model, rpath: undefined, runpath: undefined };
    case "set-execstack":
      return model;
  }
}

function modelOf(bytes: Uint8Array): Model {
  const image = parseElf(memorySource(bytes));
  return {
    soname: namesOf(image, DT.DT_SONAME)[0],
    needed: namesOf(image, DT.DT_NEEDED),
    rpath: namesOf(image, DT.DT_RPATH)[0],
    runpath: namesOf(image, DT.DT_RUNPATH)[0],
  };
}

describe("any sequence of edits", () => {
  it.each(FIXTURES)("keeps %s sound and says what was asked", (fixture) => {
    const original = elfFixture(fixture);
    fc.assert(
      fc.property(
        fc.array(fc.array(step, { minLength: 1, maxLength: 3 }), { maxLength: 5 }),
        (rounds) => {
          let bytes: Uint8Array = original;
          for (const round of rounds) {
            let model = modelOf(bytes);
            const edits: ElfEdit[] = [];
            for (const each of round) {
              const change = toEdit(each, model.needed);
              // Replacements that stand together happen at once: keep them apart here.
              if (change.kind === "replace-needed" && edits.at(-1)?.kind === "replace-needed")
                continue;
              edits.push(change);
              model = expected(model, change);
            }
            try {
              const result = editBytes(bytes, edits);
              expect(result.faults).toEqual([]);
              expect(modelOf(result.bytes)).toEqual(model);
              bytes = result.bytes;
            } catch (error) {
              // A library from which versions are needed stays.
              if (!(error instanceof RefusalError)) throw error;
              expect(error.code).toBe("elf-version-need");
            }
          }
          // Dead names are used again: what is left behind stays small.
          expect(bytes.length - original.length).toBeLessThan(16384);
        },
      ),
      { seed: 42, numRuns: 12 },
    );
  });
});
