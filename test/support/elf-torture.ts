/**
 * Awkward ELF files, built when a test runs, and programs that prove that they still work.
 *
 * Every library needs `libold.so.1` with a symbol version; `lib_check` in it tests thread-local
 * storage, relocated data, constructors, zero-filled memory, an indirect function, unwinding and
 * what the code sees at `_DYNAMIC`. The test edits the library as a repair would and runs it again.
 */
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { requireTool } from "./tools.ts";

export interface Target {
  /** Prefix of the tools: `s390x-linux-gnu`; empty: this machine. */
  readonly triple: string;
  readonly cc: string;
  /** Command line before a program's path. */
  readonly emulator: readonly string[];
  readonly flags?: readonly string[];
}

export const NATIVE: Target = { triple: "", cc: "gcc", emulator: [] };
/** Its unwinder needs what this compiler's library has not. */
export const MUSL: Target = {
  triple: "",
  cc: "musl-gcc",
  emulator: [],
  flags: ["-DNO_UNWIND"],
};

/** Other machines: class, byte order, pages and quirks differ. */
export const CROSS: readonly Target[] = [
  cross("aarch64-linux-gnu", "qemu-aarch64"),
  cross("s390x-linux-gnu", "qemu-s390x"),
  cross("powerpc64-linux-gnu", "qemu-ppc64"),
  cross("mips-linux-gnu", "qemu-mips"),
  cross("mips64el-linux-gnuabi64", "qemu-mips64el"),
  cross("arm-linux-gnueabihf", "qemu-arm"),
  cross("i686-linux-gnu", "qemu-i386"),
  cross("riscv64-linux-gnu", "qemu-riscv64"),
];

function cross(triple: string, qemu: string): Target {
  // Arm unwinds by tables of its own.
  const flags = triple.startsWith("arm-") ? ["-DNO_UNWIND"] : [];
  return { triple, cc: `${triple}-gcc`, emulator: [qemu, "-L", `/usr/${triple}`], flags };
}

export function available({ cc, emulator }: Target): boolean {
  return [cc, ...emulator.slice(0, 1)].every((tool) => requireTool(tool) !== undefined);
}

export interface Kind {
  readonly name: string;
  readonly target?: Target;
  /** Passed to the compiler driver. */
  readonly flags?: readonly string[];
  /** Programs that it needs besides the compiler. */
  readonly tools?: readonly string[];
  /** Changes the finished file. */
  readonly after?: (path: string) => void;
  /** Made in the folder before the link; more flags for it. */
  readonly prepare?: (folder: string) => readonly string[];
  /** More C. */
  readonly source?: string;
  /** A program that links against `libold` rather than a library. */
  readonly program?: boolean;
  /** The code's `_DYNAMIC` is no longer the loader's, or won't be. */
  readonly stale?: boolean;
  /** Not built from parts that `strip` understands. */
  readonly noSections?: boolean;
}

const LIBOLD = `
int old_value(void) { return 1234; }
int old_other(void) { return 4321; }
`;

const LIBRARY = `
#include <link.h>
#include <elf.h>
#include <unwind.h>
extern int old_value(void);
extern ElfW(Dyn) _DYNAMIC[] __attribute__((visibility("hidden")));
static __thread int counter = 7;
static __thread int zero_counter;
#ifndef BSS
#define BSS 64
#endif
static char zeros[BSS];
static int constructed;
static const char *const names[] = {"one", "two", "three"};
int exported_data[4] = {1, 2, 3, 4};
int *data_pointer = &exported_data[2];
__attribute__((constructor)) static void construct(void) { constructed = 1; }
#ifdef IFUNC
static int impl(void) { return 5; }
static void *resolve(void) { return (void *)impl; }
int resolved(void) __attribute__((ifunc("resolve")));
#else
int resolved(void) { return 5; }
#endif
int tags(long tag) {
  int found = 0;
  for (int i = 0; i < 1000; i++) {
    if (_DYNAMIC[i].d_tag == DT_NULL) return found;
    if ((long)_DYNAMIC[i].d_tag == tag) found++;
  }
  return -1;
}
static _Unwind_Reason_Code step(struct _Unwind_Context *context, void *count) {
  (void)context;
  ++*(int *)count;
  return _URC_NO_REASON;
}
int lib_check(void) {
  int bad = 0;
  int frames = 0;
#ifndef NO_UNWIND
  _Unwind_Backtrace(step, &frames);
  if (frames < 2) bad |= 128;
#endif
  if (counter != 7 || zero_counter != 0) bad |= 1;
  counter = 8;
  if (resolved() != 5) bad |= 2;
  if (names[1][0] != 't' || *data_pointer != 3) bad |= 4;
  if (!constructed) bad |= 8;
  for (int i = 0; i < BSS; i++) if (zeros[i]) bad |= 16;
  zeros[BSS - 1] = 1;
  if (old_value() != 1234) bad |= 32;
  if (tags(DT_SYMTAB) != 1) bad |= 64;
  return bad;
}
`;

const DRIVER = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <stdlib.h>
static int seen(struct dl_phdr_info *info, size_t size, void *data) {
  (void)size;
  if (!strstr(info->dlpi_name, (const char *)data)) return 0;
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr) *p = &info->dlpi_phdr[i];
    if (p->p_type != PT_NOTE) continue;
    const unsigned char *at = (const unsigned char *)(info->dlpi_addr + p->p_vaddr);
    unsigned sum = 0;
    for (size_t j = 0; j < p->p_memsz; j++) sum = sum * 31 + at[j];
    printf(" note %x", sum);
  }
  return 0;
}
int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++) {
    void *handle = dlopen(argv[i], RTLD_NOW);
    if (!handle) { fprintf(stderr, "%s\\n", dlerror()); return 2; }
    int (*check)(void) = (int (*)(void))dlsym(handle, "lib_check");
    int (*tags)(long) = (int (*)(long))dlsym(handle, "tags");
    if (!check || !tags) { fprintf(stderr, "%s\\n", dlerror()); return 3; }
    printf("check %d needed %d paths %d", check(), tags(1), tags(15) + tags(29));
    dl_iterate_phdr(seen, strrchr(argv[i], '/') + 1);
    printf("\\n");
  }
  return 0;
}
`;

const PROGRAM = `
#include <stdio.h>
int lib_check(void);
int tags(long);
int main(void) {
  printf("check %d needed %d paths %d\\n", lib_check(), tags(1), tags(15) + tags(29));
  return 0;
}
`;

export interface Workshop {
  readonly folder: string;
  /** Compiles `kind`; its file. */
  build(kind: Kind): string;
  /**
   * Loads a library (or runs a program) and returns what it says; throws when that fails.
   *
   * @param libraries the folder for LD_LIBRARY_PATH.
   */
  run(kind: Kind, path: string, libraries?: string): string;
  /** Tool of the kind's machine: `strip`, `readelf`. */
  tool(kind: Kind, name: string): string;
}

export const GRAFTED = "libold-0123abcd.so.1";
/** Where {@link Workshop.build} puts the grafted copy, seen from the library. */
export const SEARCH_PATH = "$ORIGIN/mypackage.libs";

export function workshop(folder: string): Workshop {
  const ready = new Map<string, { readonly driver: string; readonly folder: string }>();
  const write = (path: string, text: string): string => {
    writeFileSync(path, text);
    return path;
  };
  const sources = {
    libold: write(join(folder, "libold.c"), LIBOLD),
    library: write(join(folder, "library.c"), LIBRARY),
    driver: write(join(folder, "driver.c"), DRIVER),
    program: write(join(folder, "program.c"), PROGRAM),
    versions: write(join(folder, "old.map"), "OLD_1 { global: old_*; local: *; };\n"),
  };
  const setUp = (target: Target): { readonly driver: string; readonly folder: string } => {
    const key = target.cc;
    const found = ready.get(key);
    if (found !== undefined) return found;
    const own = join(folder, key);
    mkdirSync(join(own, "mypackage.libs"), { recursive: true });
    const libold = join(own, "libold.so");
    cc(target, [
      "-shared",
      "-fPIC",
      "-o",
      libold,
      sources.libold,
      `-Wl,--version-script=${sources.versions}`,
      "-Wl,-soname,libold.so.1",
    ]);
    copyFileSync(libold, join(own, "libold.so.1"));
    const grafted = join(own, "mypackage.libs", GRAFTED);
    cc(target, [
      "-shared",
      "-fPIC",
      "-o",
      grafted,
      sources.libold,
      `-Wl,--version-script=${sources.versions}`,
      `-Wl,-soname,${GRAFTED}`,
    ]);
    const driver = join(own, "driver");
    cc(target, ["-o", driver, sources.driver, "-ldl"]);
    const made = { driver, folder: own };
    ready.set(key, made);
    return made;
  };
  return {
    folder,
    build(kind) {
      const target = kind.target ?? NATIVE;
      const { folder: own } = setUp(target);
      const name = kind.name.replaceAll(/[^a-z0-9]+/gi, "-");
      const path = join(own, kind.program === true ? name : `${name}.so`);
      const shared = kind.program === true ? [sources.program] : ["-shared"];
      const source = kind.source === undefined ? [] : [write(join(own, `${name}.c`), kind.source)];
      const soname = kind.program === true ? [] : ["-Wl,-soname,libtorture.so.1"];
      const compiled = (kind.flags ?? []).filter((flag) => /^-(D|g|no-pie)/.test(flag));
      const object = join(own, `library${compiled.join("")}.o`.replaceAll(/[^a-z0-9.-]+/gi, "-"));
      if (!existsSync(object)) {
        cc(target, [
          "-O1",
          "-fPIC",
          "-funwind-tables",
          "-c",
          "-o",
          object,
          sources.library,
          ...compiled,
        ]);
      }
      cc(target, [
        ...["-O1", "-fPIC", "-o", path, object, ...shared, ...source, ...soname],
        ...(kind.flags ?? []),
        ...[`-L${own}`, ...(kind.prepare?.(own) ?? []), "-lold"],
      ]);
      kind.after?.(path);
      return path;
    },
    run(kind, path, libraries) {
      const target = kind.target ?? NATIVE;
      const { driver, folder: own } = setUp(target);
      const [program, ...rest] = [
        ...target.emulator,
        ...(kind.program === true ? [path] : [driver, path]),
      ];
      return execFileSync(program ?? driver, rest, {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "pipe"],
        cwd: own,
        env: {
          PATH: process.env.PATH,
          LANG: "C",
          ...(libraries === undefined ? {} : { LD_LIBRARY_PATH: libraries }),
        },
      }).trim();
    },
    tool(kind, name) {
      const { triple } = kind.target ?? NATIVE;
      return triple === "" ? name : `${triple}-${name}`;
    },
  };
}

function cc(target: Target, args: readonly string[]): void {
  execFileSync(target.cc, [...(target.flags ?? []), "-w", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Zeroes e_shoff, e_shnum and e_shstrndx of a 64-bit little-endian file. */
export function dropSectionHeaders(path: string): void {
  const bytes = readFileSync(path);
  bytes.fill(0, 0x28, 0x30);
  bytes.fill(0, 0x3c, 0x40);
  writeFileSync(path, bytes);
  chmodSync(path, 0o755);
}

/** Many exported functions with long names: a large `.dynsym` and `.dynstr`. */
export function manySymbols(count: number): string {
  const lines: string[] = [];
  for (let index = 0; index < count; index++) {
    lines.push(
      `int a_rather_long_name_of_an_exported_function_${index}(void) { return ${index}; }`,
    );
  }
  return lines.join("\n");
}

const THREAD_LOCAL = `
__thread long table[4096] = {1, 2, 3};
__thread char zeros_of_thread[1 << 16];
long *thread_table(void) { return table; }
`;

const run = (program: string, ...args: string[]): void => {
  execFileSync(program, args, { stdio: ["ignore", "pipe", "pipe"] });
};

/** Kinds for this machine's C library. */
export const KINDS: readonly Kind[] = [
  { name: "plain" },
  { name: "separate code", flags: ["-Wl,-z,separate-code"] },
  { name: "noseparate code", flags: ["-Wl,-z,noseparate-code"] },
  { name: "now and relro", flags: ["-Wl,-z,now,-z,relro"] },
  { name: "no relro", flags: ["-Wl,-z,norelro"] },
  { name: "no section headers", after: dropSectionHeaders, noSections: true },
  {
    name: "no section headers, noseparate code",
    flags: ["-Wl,-z,noseparate-code"],
    after: dropSectionHeaders,
    noSections: true,
  },
  { name: "relative relocations packed", flags: ["-Wl,-z,pack-relative-relocs"] },
  { name: "indirect function", flags: ["-DIFUNC"] },
  { name: "64 KiB pages", flags: ["-Wl,-z,max-page-size=65536"] },
  { name: "2 MiB pages", flags: ["-Wl,-z,max-page-size=2097152", "-Wl,-z,noseparate-code"] },
  { name: "2 MiB pages, separate code", flags: ["-Wl,-z,max-page-size=2097152"] },
  { name: "no build id", flags: ["-Wl,--build-id=none"] },
  { name: "64-byte build id", flags: [`-Wl,--build-id=0x${"ab".repeat(64)}`] },
  { name: "both hash tables", flags: ["-Wl,--hash-style=both"] },
  { name: "sysv hash only", flags: ["-Wl,--hash-style=sysv"] },
  { name: "large symbol table", source: manySymbols(1000) },
  {
    name: "large symbol table, noseparate code",
    source: manySymbols(1000),
    flags: ["-Wl,-z,noseparate-code"],
  },
  { name: "large bss", flags: ["-DBSS=(8<<20)", "-Wl,-z,noseparate-code"] },
  { name: "huge bss", flags: ["-DBSS=(17<<20)", "-Wl,-z,noseparate-code"] },
  { name: "debug sections", flags: ["-g", "-gz=none"] },
  { name: "debug sections, noseparate code", flags: ["-g", "-gz=zlib", "-Wl,-z,noseparate-code"] },
  { name: "no spare slots", after: fillSlots },
  { name: "no spare slots, noseparate code", flags: ["-Wl,-z,noseparate-code"], after: fillSlots },
  { name: "an end that does not count", after: shortenDynamic },
  {
    name: "an end that does not count, and no room",
    after: shortenDynamic,
    flags: ["-fuse-ld=lld"],
    tools: ["ld.lld"],
  },
  { name: "gold", flags: ["-fuse-ld=gold"], tools: ["ld.gold"] },
  { name: "lld", flags: ["-fuse-ld=lld"], tools: ["ld.lld"] },
  {
    name: "lld, packed relocations",
    flags: ["-fuse-ld=lld", "-Wl,--pack-dyn-relocs=relr"],
    tools: ["ld.lld"],
  },
  {
    name: "lld, separate loadable segments",
    flags: ["-fuse-ld=lld", "-Wl,-z,separate-loadable-segments"],
    tools: ["ld.lld"],
  },
  {
    name: "lld, large symbol table",
    flags: ["-fuse-ld=lld"],
    source: manySymbols(1000),
    tools: ["ld.lld"],
  },
  { name: "mold", flags: ["-fuse-ld=mold"], tools: ["mold"] },
  {
    name: "mold, no spare tags",
    flags: ["-fuse-ld=mold", "-Wl,--spare-dynamic-tags=0"],
    tools: ["mold"],
  },
  {
    name: "already patched",
    stale: true,
    tools: ["patchelf"],
    after: (path) => {
      run(
        "patchelf",
        "--set-rpath",
        "/a/rather/long/path/that/needs/more/room/than/there/is",
        path,
      );
      run("patchelf", "--set-soname", "libtorture-with-a-longer-name.so.1", path);
    },
  },
];

/** Kinds that are rarer, or were made so by hand. */
export const RARE_KINDS: readonly Kind[] = [
  { name: "already stripped", flags: ["-s"] },
  { name: "no stack header", after: (path) => changeSegments(path, PT_GNU_STACK, PT_NULL) },
  { name: "a property note", flags: ["-Wl,-z,ibt,-z,shstk"] },
  { name: "an empty run path", after: (path) => addTag(path, DT_RUNPATH, 0n) },
  { name: "the debugger's slot", after: (path) => addTag(path, DT_DEBUG, 0n) },
  { name: "much thread-local storage", source: THREAD_LOCAL },
  { name: "200 needed libraries", prepare: manyLibraries },
  {
    name: "an added section",
    tools: ["objcopy"],
    after: (path) => run("objcopy", "--add-section", `.extra=${path}`, path),
  },
  { name: "cut behind the last mapped byte", after: cutTail, noSections: true },
  {
    name: "cut before memory that is a segment of its own, lld",
    flags: ["-fuse-ld=lld", "-DBSS=(1<<20)"],
    tools: ["ld.lld"],
    after: cutTail,
    noSections: true,
  },
  {
    name: "gold, both hash tables",
    flags: ["-fuse-ld=gold", "-Wl,--hash-style=both"],
    tools: ["ld.gold"],
  },
  { name: "versions of its own", flags: ["-Wl,--default-symver"] },
  {
    name: "prelinked",
    after: (path) => {
      addTag(path, DT_GNU_PRELINKED, 0x5f000000n);
      addTag(path, DT_CHECKSUM, 0x12345678n);
    },
  },
  { name: "full gaps", after: fillGaps },
  { name: "full gaps, noseparate code", flags: ["-Wl,-z,noseparate-code"], after: fillGaps },
  { name: "full gaps, huge bss", flags: ["-DBSS=(17<<20)"], after: fillGaps },
  {
    name: "full gaps, huge bss, no build id",
    flags: ["-DBSS=(17<<20)", "-Wl,--build-id=none"],
    after: fillGaps,
  },
  {
    name: "full gaps, huge bss, 2 MiB pages, debug sections",
    flags: ["-DBSS=(17<<20)", "-Wl,-z,max-page-size=2097152", "-g"],
    after: fillGaps,
  },
  {
    name: "full gaps, huge bss, lld",
    flags: ["-DBSS=(17<<20)", "-fuse-ld=lld"],
    tools: ["ld.lld"],
    after: fillGaps,
  },
  {
    name: "full gaps, huge bss, no section headers",
    flags: ["-DBSS=(17<<20)"],
    noSections: true,
    after(path) {
      fillGaps(path);
      dropSectionHeaders(path);
    },
  },
  {
    name: "full gaps, huge bss, no spare slots",
    flags: ["-DBSS=(17<<20)"],
    stale: true,
    after(path) {
      fillGaps(path);
      fillSlots(path);
      dropTag(path, 0x6ffffff9);
    },
  },
  {
    name: "program, full gaps, huge bss",
    program: true,
    flags: ["-pie", "-DBSS=(17<<20)"],
    after: fillGaps,
  },
  {
    name: "program at a fixed address, full gaps, huge bss",
    program: true,
    flags: ["-no-pie", "-DBSS=(17<<20)"],
    after: fillGaps,
  },
  { name: "program", program: true, flags: ["-pie"] },
  { name: "program at a fixed address", program: true, flags: ["-no-pie"] },
  {
    name: "program, noseparate code",
    program: true,
    flags: ["-pie", "-Wl,-z,noseparate-code"],
  },
  {
    name: "program at a fixed address, noseparate code, large bss",
    program: true,
    flags: ["-no-pie", "-Wl,-z,noseparate-code", "-DBSS=(32<<20)"],
  },
  { name: "program by lld", program: true, flags: ["-pie", "-fuse-ld=lld"], tools: ["ld.lld"] },
];

/** What the helpers below need of a 64-bit little-endian file. */
function segmentsOf(view: DataView): { at: number; type: number; offset: number; end: number }[] {
  const phoff = Number(view.getBigUint64(32, true));
  return Array.from({ length: view.getUint16(56, true) }, (_, index) => {
    const at = phoff + index * 56;
    const offset = Number(view.getBigUint64(at + 8, true));
    const end = offset + Number(view.getBigUint64(at + 32, true));
    return { at, type: view.getUint32(at, true), offset, end };
  });
}

function rewrite(path: string, change: (bytes: Uint8Array, view: DataView) => void): void {
  const bytes = readFileSync(path);
  change(bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  writeFileSync(path, bytes);
  chmodSync(path, 0o755);
}

/** Fills the unused bytes between load segments, so that nothing fits there. */
export function fillGaps(path: string): void {
  rewrite(path, (bytes, view) => {
    const loads = segmentsOf(view).filter(({ type }) => type === 1);
    for (const [index, { end }] of loads.entries()) {
      const next = loads[index + 1];
      if (next !== undefined && next.offset > end) bytes.fill(0xaa, end, next.offset);
    }
  });
}

const PT_NULL = 0;
const PT_GNU_STACK = 0x6474e551;

/** Gives the program headers of a type another one. */
function changeSegments(path: string, from: number, to: number): void {
  rewrite(path, (_, view) => {
    for (const { at, type } of segmentsOf(view)) if (type === from) view.setUint32(at, to, true);
  });
}

/** Ends the file behind the last byte that is mapped, as `sstrip` does. */
function cutTail(path: string): void {
  dropSectionHeaders(path);
  const bytes = readFileSync(path);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const ends = segmentsOf(view).map(({ type, offset, end }) =>
    type === 1 && end > offset ? end : 0,
  );
  writeFileSync(path, bytes.subarray(0, Math.max(...ends)));
}

/** One small library under 200 names, beside the library and where the edits look for it. */
function manyLibraries(folder: string): readonly string[] {
  const source = join(folder, "small.c");
  const first = join(folder, "small.so");
  writeFileSync(source, "static int small;");
  cc(NATIVE, ["-shared", "-fPIC", "-nostdlib", "-o", first, source]);
  const flags = ["-Wl,--no-as-needed"];
  for (let index = 0; index < 200; index++) {
    const name = `libsmall-with-a-longer-name-${index}.so`;
    copyFileSync(first, join(folder, name));
    copyFileSync(first, join(folder, "mypackage.libs", name));
    flags.push(`-l:${name}`);
  }
  return flags;
}

const DT_DEBUG = 21;
const DT_RUNPATH = 29;
const DT_GNU_PRELINKED = 0x6ffffdf5;
const DT_CHECKSUM = 0x6ffffdf8;

/** Puts an entry into a spare slot. */
function addTag(path: string, tag: number, value: bigint): void {
  rewrite(path, (_, view) => {
    for (const { type, offset, end } of segmentsOf(view)) {
      if (type !== 2) continue;
      let slot = offset;
      while (view.getBigUint64(slot, true) !== 0n) slot += 16;
      if (slot + 32 > end) throw new Error("no spare slot");
      view.setBigUint64(slot, BigInt(tag), true);
      view.setBigUint64(slot + 8, value, true);
    }
  });
}

/** Turns the entries of one tag into DT_FEATURE_1, which nothing reads. */
export function dropTag(path: string, tag: number): void {
  rewrite(path, (_, view) => {
    for (const { type, offset, end } of segmentsOf(view)) {
      if (type !== 2) continue;
      for (let slot = offset; slot + 16 <= end; slot += 16) {
        if (view.getBigUint64(slot, true) === BigInt(tag)) {
          view.setBigUint64(slot, 0x6ffffdfcn, true);
        }
      }
    }
  });
}

/** Turns the spare DT_NULLs of a 64-bit little-endian file, all but one, into harmless tags. */
export function fillSlots(path: string): void {
  rewrite(path, (_, view) => {
    for (const { type, offset, end } of segmentsOf(view)) {
      if (type !== 2) continue;
      for (let slot = offset; slot + 32 <= end; slot += 16) {
        if (view.getBigUint64(slot, true) === 0n) view.setBigUint64(slot, 0x6ffffdfcn, true);
      }
    }
  });
}

/** PT_DYNAMIC counts the entries without the DT_NULL that ends them. */
export function shortenDynamic(path: string): void {
  rewrite(path, (_, view) => {
    for (const { at, type, offset } of segmentsOf(view)) {
      if (type !== 2) continue;
      let end = offset;
      while (view.getBigUint64(end, true) !== 0n) end += 16;
      for (const size of [32, 40]) view.setBigUint64(at + size, BigInt(end - offset), true);
    }
  });
}

export const CROSS_KINDS: readonly Kind[] = CROSS.flatMap((target): Kind[] => [
  { name: "plain", target },
  { name: "program", target, program: true, flags: ["-pie"] },
  ...(target.triple.startsWith("aarch64")
    ? [{ name: "branch protection", target, flags: ["-mbranch-protection=standard"] }]
    : []),
]);

export const MUSL_KINDS: readonly Kind[] = [
  { name: "plain", target: MUSL },
  { name: "noseparate code", target: MUSL, flags: ["-Wl,-z,noseparate-code"] },
  { name: "huge bss", target: MUSL, flags: ["-DBSS=(17<<20)", "-Wl,-z,noseparate-code"] },
  { name: "full gaps, huge bss", target: MUSL, flags: ["-DBSS=(17<<20)"], after: fillGaps },
  { name: "lld", target: MUSL, flags: ["-fuse-ld=lld"], tools: ["ld.lld"] },
  { name: "program", target: MUSL, program: true, flags: ["-pie"] },
];
