/**
 * `bench/gpu/compare.py`, which machines with a GPU run, on wheels that were shrunk: without a GPU, and with a
 * stand-in for the driver that chooses code for `sm_80`.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { wheelkit } from "../support/commands.ts";
import { buildCudaDll, buildCudaLibrary, sassUnit } from "../support/cuda-library.ts";
import { python, requireTool } from "../support/tools.ts";
import { buildWheel, wheelFileName } from "../support/wheel-builder.ts";

const COMPARE = fileURLToPath(new URL("../../bench/gpu/compare.py", import.meta.url));
const UNITS = [sassUnit([80, 90], 30_000), sassUnit([80, 90], 40_000, 2), sassUnit([90], 20_000)];
const hasTools = ["gcc", "x86_64-w64-mingw32-gcc"].every((name) => requireTool(name) !== undefined);

/** One kernel for each module: it is named by the size of the code for `sm_80` and uses so many registers. */
const DRIVER = `
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#define OK(name) int name(void) { return 0; }
OK(cuInit) OK(cuDeviceGet) OK(cuCtxCreate_v2) OK(cuModuleUnload) OK(cuLinkCreate_v2) OK(cuLinkDestroy)
static uint64_t size;
static char name[32];
int cuModuleLoadData(void **module, const unsigned char *at) {
  uint64_t total, payload; uint32_t header, arch, packed;
  memcpy(&total, at + 8, 8);
  for (const unsigned char *entry = at + 16, *end = entry + total; entry < end; entry += header + payload) {
    memcpy(&header, entry + 4, 4); memcpy(&payload, entry + 8, 8);
    memcpy(&packed, entry + 16, 4); memcpy(&arch, entry + 28, 4);
    if (arch != 80) continue;
    size = payload;
    if (packed) memcpy(&size, entry + 56, 8);
    return 0;
  }
  return 209;
}
int cuModuleGetFunctionCount(unsigned *count, void *module) { *count = 1; return 0; }
int cuModuleEnumerateFunctions(void **functions, unsigned count, void *module) { return 0; }
int cuFuncGetName(const char **text, void *function) { sprintf(name, "k%lu", size); *text = name; return 0; }
int cuFuncGetAttribute(int *value, int attribute, void *function) { *value = size; return 0; }
int cuLinkAddData_v2(void *state, int kind, const void *data, size_t length) { return cuModuleLoadData(0, data); }
int cuLinkComplete(void *state, void **cubin, size_t *length) { *cubin = &size; *length = 8; return 0; }
`;

describe.skipIf(!hasTools)("the comparison on a GPU", () => {
  let folder = "";
  let wheel = "";
  let out = "";
  let environment: NodeJS.ProcessEnv = {};
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "wheelkit-test-"));
    writeFileSync(join(folder, "driver.c"), DRIVER);
    const driver = join(folder, "driver");
    mkdirSync(driver);
    const args = ["-w", "-shared", "-fPIC", "driver.c", "-o", join(driver, "libcuda.so.1")];
    execFileSync("gcc", args, { cwd: folder });
    environment = { ...process.env, LD_LIBRARY_PATH: driver };
    const files = {
      "demo/demo.so": readFileSync(buildCudaLibrary(folder, UNITS, { relocatable: [1] })),
      "demo/demo.dll": readFileSync(buildCudaDll(folder, UNITS)),
    };
    wheel = join(folder, wheelFileName({ tag: "py3-none-any" }));
    writeFileSync(wheel, buildWheel({ tag: "py3-none-any", files }));
    out = join(folder, "out");
    for (const [place, options] of [
      ["all", []],
      ["new", ["--keep-archs", "sm_90"]],
    ] as const) {
      const { status } = await wheelkit("shrink", "-w", join(out, place), ...options, wheel);
      expect(status).toBe(0);
    }
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function compare(place: string, env: NodeJS.ProcessEnv, ...options: readonly string[]) {
    const after = join(out, place, wheelFileName({ tag: "py3-none-any" }));
    const args = [COMPARE, ...options, wheel, after];
    return spawnSync(python(), args, { env, encoding: "utf8" });
  }

  it("says what it lacks where there is no GPU", () => {
    const { status, stderr } = compare("all", { ...process.env, LD_LIBRARY_PATH: "" });
    expect(stderr).toContain("no GPU here");
    expect(status).toBe(2);
  });

  it("lists the containers of ELF and PE, relocatable ones too", () => {
    const { status, stdout } = compare("all", process.env, "--no-gpu");
    expect(stdout).toContain("demo/demo.dll, .nv_fatb: 3 containers: 2 sm_80, 3 sm_90");
    expect(stdout).toContain("demo/demo.so, .nv_fatbin: 2 containers: 1 sm_80, 2 sm_90");
    expect(stdout).toContain("demo/demo.so, __nv_relfatbin: 1 containers: 1 sm_80, 1 sm_90");
    expect(stdout).toContain("6 containers before, 6 after; 0 differ");
    expect(status).toBe(0);
  });

  it("finds the same kernels in what was stored anew", () => {
    const { status, stdout } = compare("all", environment);
    expect(stdout).toContain("6 containers before, 6 after; 0 differ");
    expect(stdout).toContain("2 containers have nothing for this GPU");
    expect(status).toBe(0);
  });

  it("fails where code for this GPU is gone", () => {
    const { status, stdout } = compare("new", environment);
    expect(stdout).toContain("6 containers before, 6 after; 4 differ");
    expect(status).toBe(1);
  });
});
