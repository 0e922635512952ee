/**
 * Small libraries with device code, built with the compiler of the machine, and a stand-in for the
 * CUDA runtime that walks every container that is registered and reads every payload.
 */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { concatBytes } from "../../src/bytes.ts";
import { KIND } from "../../src/device-code/constants.ts";
import { cubinLike, type EntrySpec, fatContainer, fatEntry } from "./fatbin-builder.ts";

/** One translation unit: a container with these entries. */
export type Unit = readonly EntrySpec[];

/** Entries for `archs`, with a payload of `size` bytes each. */
export function sassUnit(archs: readonly number[], size: number, seed = 1): Unit {
  return archs.map((arch, index) => ({
    kind: KIND.ELF,
    arch,
    payload: cubinLike(size, seed * 100 + index),
  }));
}

export interface LibraryOptions {
  readonly flags?: readonly string[];
  /** Which unit is in `__nv_relfatbin`. */
  readonly relocatable?: readonly number[];
  readonly compiler?: "gcc" | "g++";
  /** So many units at the beginning have no wrapper. */
  readonly silent?: number;
  /** Other libraries can ask for the containers by name. */
  readonly exported?: boolean;
}

const STUB = `
#include <stdint.h>
#include <string.h>
/* Sum of all payload bytes, and the count of entries in the upper half; -1 for a broken container. */
int64_t __cudaRegisterFatBinary(const void *given) {
  const struct { uint32_t magic, version; const unsigned char *data; void *more; } *wrapper = given;
  if (wrapper->magic != 0x466243b1) return -1;
  const unsigned char *at = wrapper->data;
  uint32_t magic; uint16_t head; uint64_t size;
  memcpy(&magic, at, 4); memcpy(&head, at + 6, 2); memcpy(&size, at + 8, 8);
  if (magic != 0xba55ed50) return -1;
  int64_t sum = 0;
  for (const unsigned char *end = at + head + size, *entry = at + head; entry < end;) {
    uint32_t header; uint64_t payload;
    memcpy(&header, entry + 4, 4); memcpy(&payload, entry + 8, 8);
    for (uint64_t index = 0; index < payload; index++) sum += entry[header + index];
    sum += (int64_t)1 << 40;
    entry += header + payload;
  }
  return sum;
}
`;

/** Builds `demo.so` and `libcudart-stub.so` in `folder`; `sum()` of the first says what was walked. */
export function buildCudaLibrary(
  folder: string,
  units: readonly Unit[],
  {
    flags = [],
    relocatable = [],
    compiler = "gcc",
    exported = false,
    silent = 0,
  }: LibraryOptions = {},
): string {
  const cc = (program: string, args: readonly string[]): void => {
    execFileSync(program, args, {
      cwd: folder,
      stdio: "pipe",
      env: { ...process.env, LC_ALL: "C" },
    });
  };
  writeFileSync(join(folder, "stub.c"), STUB);
  cc("gcc", ["-shared", "-fPIC", "-O1", "stub.c", "-o", "libcudart-stub.so"]);
  const sections = units.map((unit, index) => {
    writeFileSync(join(folder, `${index}.fatbin`), fatContainer(unit.map(fatEntry)));
    const section = relocatable.includes(index) ? "__nv_relfatbin" : ".nv_fatbin";
    const label = `fat${index}`;
    return [
      `.section ${section},"a",@progbits`,
      ".balign 8",
      `.globl ${label}`,
      `.hidden ${label}`,
      ...(exported ? [`.globl public${index}`, `public${index}:`] : []),
      `${label}: .incbin "${index}.fatbin"`,
    ].join("\n");
  });
  const external = compiler === "g++" ? 'extern "C" ' : "extern ";
  const source = `
#include <stdint.h>
${units.map((_, index) => `${external}char fat${index}[] __attribute__((visibility("hidden")));`).join("\n")}
typedef struct { uint32_t magic, version; const void *data; void *more; } wrapper;
__attribute__((section(".nvFatBinSegment"), used)) static wrapper wrappers[] = {
  ${units
    .map((_, index) => `{ 0x466243b1, 1, fat${index}, 0 }`)
    .slice(silent)
    .join(",\n  ")}
};
${external}int64_t __cudaRegisterFatBinary(const void *);
${compiler === "g++" ? '#include <stdexcept>\nextern "C" int caught(void) { try { throw std::runtime_error("x"); } catch (const std::exception &e) { return e.what()[0]; } }' : ""}
static const char *const table[] = { "one", "two", "three" };
${compiler === "g++" ? 'extern "C" ' : ""}int64_t sum(void) {
  int64_t total = 0;
  for (unsigned index = 0; index < sizeof wrappers / sizeof *wrappers; index++) {
    int64_t one = __cudaRegisterFatBinary(&wrappers[index]);
    if (one < 0) return -1;
    total += one;
  }
  return total + table[total & 1][0] * 0;
}
`;
  writeFileSync(
    join(folder, "device.s"),
    `${sections.join("\n")}\n.section .note.GNU-stack,"",@progbits\n`,
  );
  const name = compiler === "g++" ? "demo.cpp" : "demo.c";
  writeFileSync(join(folder, name), source);
  const common = [
    "-shared",
    "-fPIC",
    "-O1",
    name,
    "device.s",
    "-L.",
    "-lcudart-stub",
    "-Wl,-rpath,$ORIGIN",
  ];
  cc(compiler, [...common, ...flags, "-o", "demo.so"]);
  return join(folder, "demo.so");
}

/**
 * The same for Windows: `demo.dll` with `.nv_fatb` and `.nvFatBi`, the stand-in inside.
 *
 * @param spacing bytes from one wrapper to the next; linkers for Windows leave 24 or 32.
 */
export function buildCudaDll(
  folder: string,
  units: readonly Unit[],
  spacing: 24 | 32 = 24,
): string {
  const sections = units.map((unit, index) => {
    writeFileSync(join(folder, `${index}.fatbin`), fatContainer(unit.map(fatEntry)));
    return `.section .nv_fatb,"dr"\n.balign 16\n.globl fat${index}\nfat${index}: .incbin "${index}.fatbin"`;
  });
  writeFileSync(join(folder, "device.s"), `${sections.join("\n")}\n`);
  const source = `${STUB}
${units.map((_, index) => `extern char fat${index}[];`).join("\n")}
typedef struct { uint32_t magic, version; const void *data; void *more; } __attribute__((aligned(${spacing === 32 ? 32 : 8}))) wrapper;
__attribute__((section(".nvFatBi"), used)) static wrapper wrappers[] = {
  ${units.map((_, index) => `{ 0x466243b1, 1, fat${index}, 0 }`).join(",\n  ")}
};
/* The sums of all containers, folded: the harness takes an int. */
__declspec(dllexport) int sum(int unused) {
  int64_t total = 0;
  for (unsigned index = 0; index < sizeof wrappers / sizeof *wrappers; index++) {
    int64_t one = __cudaRegisterFatBinary(&wrappers[index]);
    if (one < 0) return -1;
    total += one;
  }
  return (int)((total & 0x3fffffff) ^ (total >> 40));
}
`;
  writeFileSync(join(folder, "demo.c"), source);
  const args = ["-shared", "-O1", "demo.c", "device.s", "-o", "demo.dll"];
  execFileSync("x86_64-w64-mingw32-gcc", args, { cwd: folder, stdio: "pipe" });
  return join(folder, "demo.dll");
}

/** What `sum()` of {@link buildCudaDll} gives for units as they are. */
export function foldedSumOf(units: readonly Unit[]): number {
  const sum = sumOf(units);
  return Number((sum & 0x3fffffffn) ^ (sum >> 40n));
}

/** What `sum()` gives for units as they are. */
export function sumOf(units: readonly Unit[]): bigint {
  let sum = 0n;
  for (const unit of units) {
    for (const entry of unit) {
      sum += 1n << 40n;
      for (const byte of concatBytes([entry.payload])) sum += BigInt(byte);
    }
  }
  return sum;
}

/** Loads the library in Python and calls one of its functions. */
export function callLibrary(python: string, path: string, name: string): string {
  const script = `import ctypes, sys; f = getattr(ctypes.CDLL(sys.argv[1]), sys.argv[2]); f.restype = ctypes.c_int64; print(f())`;
  return execFileSync(python, ["-c", script, path, name], { encoding: "utf8" }).trim();
}
