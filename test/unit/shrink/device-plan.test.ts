import { describe, expect, it } from "vitest";
import { FLAG, KIND } from "../../../src/device-code/constants.ts";
import type { DeviceContainer } from "../../../src/device-code/container.ts";
import { readDeviceCode } from "../../../src/device-code/container.ts";
import { targetName } from "../../../src/device-code/entry.ts";
import { FUTURE_GPU } from "../../../src/device-code/selection.ts";
import {
  gpuChanges,
  keptEntries,
  mayUseZstd,
  refuseLostGpus,
  traitsOf,
} from "../../../src/shrink/device-plan.ts";
import type { DeviceSettings } from "../../../src/shrink/settings.ts";
import { memorySource } from "../../../src/source.ts";
import { cubinLike, type EntrySpec, fatContainer, fatEntry } from "../../support/fatbin-builder.ts";

const NOTHING: DeviceSettings = {
  recompress: false,
  effort: "fast",
  minDriver: undefined,
  keepArchs: undefined,
  dropArchs: [],
  ptx: "all",
  stripDebug: false,
  dropLinked: false,
};

function container(...specs: readonly Partial<EntrySpec>[]): DeviceContainer {
  const entries = specs.map((spec) => fatEntry({ payload: cubinLike(8), ...spec }));
  const [only] = readDeviceCode(memorySource(fatContainer(entries))).containers;
  if (only === undefined) throw new Error("no container");
  return only;
}

const sass = (arch: number): Partial<EntrySpec> => ({ arch });
const ptx = (arch: number, version = 78): Partial<EntrySpec> => ({
  kind: KIND.PTX,
  arch,
  major: Math.floor(version / 10),
  minor: version % 10,
});

function kept(whole: DeviceContainer, settings: Partial<DeviceSettings>): readonly string[] {
  return keptEntries(whole, { ...NOTHING, ...settings }).map(targetName);
}

describe("the entries that stay", () => {
  const whole = container(sass(70), sass(80), sass(90), ptx(70), ptx(90));

  it("are all of them when nothing is asked for", () => {
    expect(kept(whole, {})).toEqual(["sm_70", "sm_80", "sm_90", "compute_70", "compute_90"]);
  });

  it("are those that the named GPUs run, and PTX as it is chosen", () => {
    expect(kept(whole, { keepArchs: [86], ptx: "newest" })).toEqual(["sm_80", "compute_90"]);
    expect(kept(whole, { keepArchs: [86, 90], ptx: "none" })).toEqual(["sm_80", "sm_90"]);
    // No code for 7.5 but that of 7.0; none for 12.0 but PTX.
    expect(kept(whole, { keepArchs: [75, 120], ptx: "newest" })).toEqual(["sm_70", "compute_90"]);
  });

  it("leave out code for the dropped GPUs alone", () => {
    expect(kept(whole, { dropArchs: [70] })).toEqual([
      "sm_80",
      "sm_90",
      "compute_70",
      "compute_90",
    ]);
  });

  it("are never none", () => {
    expect(kept(container(sass(70)), { keepArchs: [90], ptx: "none" })).toEqual(["sm_70"]);
  });

  it("are all where an entry can't be judged", () => {
    const odd = container(sass(70), sass(80), { kind: KIND.INDEX });
    expect(kept(odd, { dropArchs: [70] })).toHaveLength(3);
  });

  it("count PTX for one GPU alone apart from that for those to come", () => {
    const only = { ...ptx(90), flags: FLAG.BITS_64 | FLAG.ARCH_SPECIFIC };
    const both = container(ptx(80), only);
    expect(kept(both, { ptx: "newest" })).toEqual(["compute_80", "compute_90a"]);
  });
});

describe("GPUs that lose their code", () => {
  const whole = container(sass(70), sass(80), ptx(80));
  const changesWith = (settings: Partial<DeviceSettings>) => {
    const after = keptEntries(whole, { ...NOTHING, ...settings });
    return gpuChanges([{ before: whole.entries, after }]);
  };

  it("are listed with what they had and have", () => {
    const changes = changesWith({ dropArchs: [70] });
    expect(changes).toContainEqual({ gpu: 70, before: "native", after: "none" });
    expect(changes).toContainEqual({ gpu: 75, before: "same-major", after: "none" });
    expect(changes.map(({ gpu }) => gpu)).not.toContain(80);
  });

  it("stop the shrink unless they were given up", () => {
    const settings = { ...NOTHING, dropArchs: [70] };
    expect(() => refuseLostGpus(changesWith(settings), settings)).toThrow(/sm_75/);
    const both = { ...NOTHING, dropArchs: [70, 75] };
    expect(() => refuseLostGpus(changesWith(both), both)).not.toThrow();
  });

  it("are all named, in the message and in what the hint gives up", () => {
    const settings = { ...NOTHING, dropArchs: [70], ptx: "none" as const };
    expect(() => refuseLostGpus(changesWith(settings), settings)).toThrow(
      expect.objectContaining({
        message: expect.stringContaining("GPUs of sm_75, sm_87, sm_90"),
        hint: expect.stringMatching(/^give them up with `--drop-archs sm_70,sm_75,sm_87,sm_90/),
      }),
    );
  });

  it("stop it too when they were to be kept", () => {
    const settings = { ...NOTHING, keepArchs: [80, 90], ptx: "none" as const };
    expect(() => refuseLostGpus(changesWith(settings), settings)).toThrow(/sm_90/);
  });

  it("are those to come, when the last PTX goes", () => {
    const changes = changesWith({ ptx: "none" });
    expect(changes).toContainEqual({ gpu: FUTURE_GPU, before: "jit", after: "none" });
  });
});

describe("zstd", () => {
  const allowed = (
    whole: DeviceContainer,
    settings: Partial<DeviceSettings> = {},
    libraries: readonly string[] = [],
  ): readonly boolean[] => {
    const traits = traitsOf([whole], libraries);
    return whole.entries.map((entry) => mayUseZstd(entry, traits, { ...NOTHING, ...settings }));
  };

  it("is used where every driver that runs the entry reads it", () => {
    expect(allowed(container(sass(90), sass(100), ptx(90, 83), ptx(90, 84)))).toEqual([
      false,
      true,
      false,
      true,
    ]);
  });

  it("is used for all where drivers before 550 are given up", () => {
    expect(allowed(container(sass(50), ptx(50)), { minDriver: 550 })).toEqual([true, true]);
    expect(allowed(container(sass(50)), { minDriver: 535 })).toEqual([false]);
  });

  it("is used for all that is built with CUDA 13", () => {
    expect(allowed(container(sass(75), ptx(75, 90)))).toEqual([true, true]);
    expect(allowed(container(sass(75)), {}, ["libcudart.so.13"])).toEqual([true]);
    expect(allowed(container(sass(75)), {}, ["cudart64_13.dll"])).toEqual([true]);
    expect(allowed(container(sass(75)), {}, ["libcudart.so.12", "cudart64_12.dll"])).toEqual([
      false,
    ]);
  });

  it("is used where the same GPU needs it already", () => {
    const stored = { ...sass(80), flags: FLAG.BITS_64 | FLAG.ZSTD, size: 100 };
    expect(allowed(container(stored, sass(80), sass(86)))).toEqual([true, true, false]);
  });
});
