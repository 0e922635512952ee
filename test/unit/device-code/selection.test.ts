import { describe, expect, it } from "vitest";
import { FLAG, KIND } from "../../../src/device-code/constants.ts";
import { readDeviceCode } from "../../../src/device-code/container.ts";
import type { DeviceEntry } from "../../../src/device-code/entry.ts";
import { targetName } from "../../../src/device-code/entry.ts";
import { chosenEntry, FUTURE_GPU, supportOf } from "../../../src/device-code/selection.ts";
import { memorySource } from "../../../src/source.ts";
import { cubinLike, fatContainer, fatEntry } from "../../support/fatbin-builder.ts";

/** `sm_80`, `sm_90a`, `sm_100f`, `compute_75`; `late` after a dash sets the flag of a later choice. */
function entriesFor(...targets: readonly string[]): readonly DeviceEntry[] {
  const entries = targets.map((target) => {
    const [, prefix, arch, suffix, late] =
      /^(sm|compute|nvvm)_(\d+)([af]?)(-late)?$/.exec(target) ?? [];
    const kind = { sm: KIND.ELF, compute: KIND.PTX, nvvm: KIND.NVVM }[prefix ?? ""] ?? KIND.ELF;
    const flags =
      FLAG.BITS_64 |
      (suffix === "a" ? FLAG.ARCH_SPECIFIC : 0) |
      (suffix === "f" ? FLAG.FAMILY_SPECIFIC : 0) |
      (late === undefined ? 0 : FLAG.LATER_CHOICE);
    return fatEntry({ kind, arch: Number(arch), flags, payload: cubinLike(8) });
  });
  const { containers } = readDeviceCode(memorySource(fatContainer(entries)));
  return containers[0]?.entries ?? [];
}

function choice(targets: readonly string[], gpu: number): string | undefined {
  const chosen = chosenEntry(entriesFor(...targets), gpu);
  return chosen === undefined ? undefined : targetName(chosen);
}

describe("a GPU", () => {
  it.each([
    ["takes code for exactly itself", ["sm_80", "sm_86", "sm_90"], 86, "sm_86"],
    ["takes the nearest older code of its major version", ["sm_80", "sm_86"], 89, "sm_86"],
    ["prefers older code of its kind to newer PTX", ["sm_80", "compute_89"], 89, "sm_80"],
    ["never takes code of another major version", ["sm_80", "compute_75"], 90, "compute_75"],
    ["finds nothing where all is newer", ["sm_90", "compute_90"], 80, undefined],
    [
      "takes the newest PTX that it can compile",
      ["compute_70", "compute_80", "compute_90"],
      86,
      "compute_80",
    ],
    ["takes `a` code only when it is that GPU", ["sm_90a", "compute_80"], 90, "sm_90a"],
    ["does not take `a` code of an older GPU", ["sm_100a", "compute_80"], 103, "compute_80"],
    ["takes `f` code of its family", ["sm_100f", "compute_80"], 103, "sm_100f"],
    ["does not take `f` code of another family", ["sm_100f"], 120, undefined],
    ["in a module takes no code of a desktop GPU", ["sm_80", "compute_80"], 87, "compute_80"],
    ["takes no code of a module", ["sm_87", "compute_70"], 89, "compute_70"],
    ["runs no intermediate code", ["nvvm_80"], 80, undefined],
  ] as const)("%s", (_, targets, gpu, expected) => {
    expect(choice(targets, gpu)).toBe(expected);
  });

  it("takes of two cubins for itself the one without the flag, and of two PTX texts the last", () => {
    const cubins = entriesFor("sm_100-late", "sm_100");
    expect(chosenEntry(cubins, 100)).toBe(cubins[1]);
    const same = entriesFor("sm_90", "sm_90");
    expect(chosenEntry(same, 90)).toBe(same[0]);
    const texts = entriesFor("compute_80", "compute_80");
    expect(chosenEntry(texts, 90)).toBe(texts[1]);
  });

  it("is told how it is served", () => {
    const entries = entriesFor("sm_80", "compute_80");
    expect([80, 86, 90, FUTURE_GPU, 75].map((gpu) => supportOf(entries, gpu))).toEqual([
      "native",
      "same-major",
      "jit",
      "jit",
      "none",
    ]);
  });
});
