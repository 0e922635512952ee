/** What a variant says of GPUs, against the code that is there. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkDeviceVariant } from "../../../src/audit/device-variant.ts";
import type { NativeMember } from "../../../src/audit/member.ts";
import type { Variant } from "../../../src/wheel/variant-file.ts";
import { variantFile } from "../../hostile/wheel/cases.ts";
import { wheelkit } from "../../support/commands.ts";
import { buildCudaLibrary, sassUnit } from "../../support/cuda-library.ts";
import { scratchFolder } from "../../support/scratch.ts";
import { requireTool } from "../../support/tools.ts";
import { buildWheel } from "../../support/wheel-builder.ts";

function variant(feature: string, ...values: readonly string[]): Variant {
  const [namespace = "", name = ""] = feature.split("::");
  return { label: "x", properties: new Map([[namespace, new Map([[name, values]])]]) };
}

function member(targets: readonly string[], partly = false): NativeMember {
  return { path: "demo/_x.so", size: 1, format: "elf", device: { targets, partly } };
}

function verdict(
  promise: Variant,
  members: readonly NativeMember[],
  paths: readonly string[] = [],
) {
  const { problems, unverified } = checkDeviceVariant(promise, members, new Set(paths));
  return unverified.length > 0 ? "open" : problems.length > 0 ? "wrong" : "right";
}

describe("code for a GPU", () => {
  it.each([
    ["90_real", ["sm_90"], "right"],
    ["90_real", ["sm_90a"], "right"],
    ["90a_real", ["sm_90a"], "right"],
    ["90_real", ["sm_80"], "wrong"],
    ["86_real", ["sm_80"], "right"],
    ["80_real", ["sm_86"], "wrong"],
    ["91_real", ["sm_90a"], "wrong"],
    ["103_real", ["sm_100f"], "right"],
    ["120_real", ["sm_100f"], "wrong"],
    ["90_real", ["compute_80"], "right"],
    ["90_virtual", ["sm_90"], "wrong"],
    ["90_virtual", ["compute_90"], "right"],
    ["80_virtual", ["compute_90"], "wrong"],
    ["100_virtual", ["compute_90a"], "wrong"],
    ["90", ["sm_90"], "right"],
  ])("that is promised as %s, with %j, is %s", (value, targets, expected) => {
    expect(verdict(variant("nvidia::sm_arch", value), [member(targets)])).toBe(expected);
  });

  it("of AMD is named as the GPU is", () => {
    const promise = variant("amd::gfx_arch", "gfx942");
    expect(verdict(promise, [member(["gfx90a", "gfx942"])])).toBe("right");
    expect(verdict(promise, [member(["gfx90a"])])).toBe("wrong");
  });

  it("counts in any file, and each promise must be kept", () => {
    const promise = variant("nvidia::sm_arch", "80_real", "90_real");
    expect(verdict(promise, [member(["sm_80"]), member(["sm_90"])])).toBe("right");
    const { problems } = checkDeviceVariant(promise, [member(["sm_80"])], new Set());
    expect(problems.map(({ message }) => message)).toEqual([
      "the variant promises `nvidia :: sm_arch :: 90_real`, and no file has code that runs there: the wheel has code for `sm_80`",
    ]);
  });

  it("that can't be read leaves the question open", () => {
    const promise = variant("nvidia::sm_arch", "90_real");
    expect(verdict(promise, [member(["sm_80"], true)])).toBe("open");
    expect(verdict(promise, [], ["demo/kernels.cubin"])).toBe("open");
    expect(verdict(promise, [], ["demo/__init__.py"])).toBe("wrong");
    expect(verdict(variant("x86_64::level", "v3"), [])).toBe("right");
  });
});

describe.skipIf(requireTool("gcc") === undefined)("a wheel of a variant", () => {
  const LABEL = "cuda13";
  async function audit(archs: readonly number[], value: string, size: number, more: object = {}) {
    const folder = scratchFolder();
    const library = buildCudaLibrary(folder, [sassUnit(archs, size)]);
    const path = join(folder, `demo-1.0-cp311-cp311-linux_x86_64-${LABEL}.whl`);
    const files = {
      "demo/libk.so": readFileSync(library),
      "%/variant.json": variantFile(LABEL, { nvidia: { sm_arch: [value] } }),
      ...more,
    };
    writeFileSync(path, buildWheel({ tag: "cp311-cp311-linux_x86_64", files }));
    const { out } = await wheelkit("audit", "-f", "json", "--select", "VAR006", path);
    const [wheel] = JSON.parse(out).wheels;
    const codes = [...wheel.findings, ...wheel.unverified].map(
      (each: { code: string }) => each.code,
    );
    return codes.filter((code) => code === "VAR006").length;
  }

  it("has VAR006 where its fat binaries lack the GPU", async () => {
    expect(await audit([80, 90], "90_real", 4000)).toBe(0);
    expect(await audit([80], "90_real", 4000)).toBe(1);
  });

  it("is read through a stream where the library is large", async () => {
    // Beyond what is unpacked at once.
    expect(await audit([80, 90], "90_real", 17 << 20)).toBe(0);
    expect(await audit([80, 90], "120_real", 17 << 20)).toBe(1);
  });
});
