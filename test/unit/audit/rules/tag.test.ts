/** Rules on platform tags: each with a wheel that breaks just that rule and one that just passes. */
import { describe, expect, it } from "vitest";
import type { LoadSegment } from "../../../../src/formats.ts";
import { audit, codes, elf, module, only } from "../../../support/native.ts";

const EXT = "demo/_x.cpython-312-x86_64-linux-gnu.so";
const ARM = "cp312-cp312-manylinux_2_17_aarch64";

function load(align: bigint): LoadSegment {
  return {
    offset: 0,
    fileSize: 10,
    address: 0n,
    memorySize: 10n,
    align,
    readable: true,
    writable: false,
    executable: true,
    at: { record: "Elf_Phdr", offset: 64 },
  };
}

describe("a good wheel", () => {
  it("has no findings", () => {
    expect(
      audit({ files: { [EXT]: module("_x", { versions: { "libc.so.6": ["GLIBC_2.17"] } }) } })
        .problems,
    ).toEqual([]);
  });
});

describe("TAG001 native code and tag", () => {
  it("ELF in an `any` wheel", () => {
    const result = audit({
      tags: "py3-none-any",
      files: { "demo/tool": elf({ kind: "executable" }) },
    });
    expect(only(result, "TAG001")).toMatchObject({
      path: "demo/tool",
      message: "ELF code for x86_64 in a wheel that is tagged `any`",
    });
  });

  it("modules of other systems too, launchers only as a note", () => {
    const files = {
      "a.pyd": { format: "pe" },
      "b.dylib": { format: "macho" },
      "c.exe": { format: "pe" },
    } as const;
    const found = audit({ tags: "py3-none-any", files }).problems.map(({ path, level }) => [
      path,
      level,
    ]);
    expect(found).toEqual([
      ["a.pyd", undefined],
      ["b.dylib", undefined],
      ["c.exe", "info"],
    ]);
  });

  it.each(["EM_68HC16", "EM_0x2c", "EM_BPF"])(
    "a module for %s is native code all the same",
    (machine) => {
      const path = "demo/_x.cpython-312-x86_64-linux-gnu.so";
      const file = elf({ arch: "unknown", machine, pythonInit: ["PyInit__x"] });
      const problem = only(audit({ files: { [path]: file } }), "TAG002");
      expect([problem.path, problem.level]).toEqual([path, undefined]);
      expect(only(audit({ files: { "demo/libx.so": file } }), "TAG002").level).toBeUndefined();
    },
  );

  it("an object under a data name is not an error, and no reason for a platform tag", () => {
    for (const machine of ["EM_BPF", "EM_0x2c"]) {
      const file = elf({ kind: "object", arch: "unknown", machine, dynamic: false });
      const result = audit({ files: { "demo/probe.bpf.o": file } });
      expect(codes(result, "TAG002")).toEqual([]);
      expect(only(result, "TAG001")).toMatchObject({
        level: "warning",
        message: expect.stringContaining("`demo/probe.bpf.o` is data"),
      });
    }
  });

  it("code for a GPU is data", () => {
    const files = { "k.cubin": elf({ arch: "unknown", machine: "EM_CUDA" }) };
    expect(codes(audit({ tags: "py3-none-any", files }), "TAG001")).toEqual([]);
  });

  it("a platform wheel without native code", () => {
    expect(only(audit({ files: {}, others: ["demo.py"] }), "TAG001")).toMatchObject({
      level: "warning",
    });
    expect(codes(audit({ tags: "py3-none-any", files: {}, others: ["demo.py"] }))).toEqual([]);
  });

  it("native code in purelib", () => {
    const result = audit({
      files: { "demo-1.data/purelib/_x.so": module("_x"), [EXT]: module("_x") },
    });
    expect(only(result, "TAG001").path).toBe("demo-1.data/purelib/_x.so");
  });
});

describe("TAG002 architecture", () => {
  it("nothing for the tag's architecture", () => {
    const result = audit({ files: { [EXT]: module("_x", { arch: "aarch64" }) } });
    expect(only(result, "TAG002")).toMatchObject({
      path: EXT,
      message: "the file is for `aarch64`, the wheel is tagged `manylinux_2_17_x86_64`",
      at: { field: "e_machine" },
    });
    expect(only(result, "TAG002").level).toBeUndefined();
  });

  it("says why a file has no architecture that a tag could name", () => {
    const message = (flags: number) => {
      const slice = elf({ arch: "unknown", machine: "EM_ARM", bits: 32, flags });
      const result = audit({ tags: "cp312-cp312-linux_armv7l", files: { "a.so": slice } });
      return only(result, "TAG002").message;
    };
    expect(message(0x05000200)).toContain("ARM with soft float");
    expect(message(0x04000400)).toContain("ARM with an ABI other than EABI 5");
    const x32 = elf({ arch: "unknown", machine: "EM_X86_64", bits: 32 });
    expect(only(audit({ files: { "a.so": x32 } }), "TAG002").message).toContain("x32");
  });

  it("a helper for other machines is only worth a warning, a module is an error", () => {
    const result = audit({
      files: {
        [EXT]: module("_x"),
        "demo/helper32": elf({ arch: "i686", kind: "executable" }),
        "demo/_y.so": module("_y", { arch: "i686" }),
        "demo/_z.cpython-312-i386-linux-gnu.so": module("_z", { arch: "i686" }),
      },
    });
    expect(
      result.problems
        .filter(({ code }) => code === "TAG002")
        .map(({ path, level }) => [path, level]),
    ).toEqual([
      ["demo/helper32", "warning"],
      ["demo/_y.so", undefined],
      ["demo/_z.cpython-312-i386-linux-gnu.so", "warning"],
    ]);
  });

  it("ARMv6 code fits armv6l and armv7l tags", () => {
    const slice = elf({ arch: "armv6l", kind: "executable", dynamic: false });
    for (const arch of ["armv6l", "armv7l"]) {
      const result = audit({ tags: `py3-none-linux_${arch}`, files: { tool: slice } });
      expect(codes(result, "TAG002")).toEqual([]);
    }
  });

  it("a second claimed architecture without a file", () => {
    const tags = "cp312-cp312-manylinux_2_17_aarch64.manylinux_2_17_x86_64";
    expect(only(audit({ tags, files: { [EXT]: module("_x") } }), "TAG002").message).toBe(
      "tagged `manylinux_2_17_aarch64`, but no file is for aarch64",
    );
  });
});

describe("TAG003 operating system", () => {
  it("ELF in wheels for macOS and Windows", () => {
    for (const platform of ["macosx_11_0_arm64", "win_amd64"]) {
      const result = audit({ tags: `cp312-cp312-${platform}`, files: { "a.so": module("a") } });
      expect(only(result, "TAG003")).toMatchObject({ path: "a.so" });
      // What macOS promises is judged: there is no code for it.
      expect(result.verdict.truthful).toBe(platform === "win_amd64" ? null : false);
    }
  });

  it("Windows and macOS files in a Linux wheel", () => {
    const result = audit({
      files: {
        [EXT]: module("_x"),
        "a.pyd": { format: "pe" },
        "t64.exe": { format: "pe" },
        "b.dylib": { format: "macho" },
      },
    });
    expect(result.problems.map(({ code, path, level }) => [code, path, level])).toContainEqual([
      "TAG003",
      "a.pyd",
      "warning",
    ]);
    expect(codes(result, "TAG003")).toEqual(["TAG003 a.pyd", "TAG003 t64.exe", "TAG003 b.dylib"]);
    expect(only(audit({ files: { "a.pyd": { format: "pe" } } }), "TAG003").level).toBe("error");
  });

  it("an Android file for a newer API level", () => {
    const file = elf({ arch: "aarch64", androidApi: 26, needed: ["libc.so"] });
    const at = (api: number) =>
      codes(
        audit({ tags: `cp313-cp313-android_${api}_arm64_v8a`, files: { "a.so": file } }),
        "TAG003",
      );
    expect(at(24)).toEqual(["TAG003 a.so"]);
    expect(at(26)).toEqual([]);
  });
});

describe("TAG004 newer than the tag", () => {
  it("names file, version, library and symbols, and the tag that would be true", () => {
    const versions = { "libc.so.6": ["GLIBC_2.28:fcntl64", "GLIBC_2.14:memcpy"] };
    expect(only(audit({ files: { [EXT]: module("_x", { versions }) } }), "TAG004")).toEqual({
      code: "TAG004",
      path: EXT,
      message: "not `manylinux_2_17_x86_64`: needs `GLIBC_2.28` of `libc.so.6` (`fcntl64`)",
      hint: "tag it `manylinux_2_28_x86_64`, or build it on an older system",
      at: { record: "Elf_Vernaux", field: "vna_name", offset: 64 },
      facts: {
        tags: ["manylinux_2_17_x86_64"],
        libraries: ["libc.so.6"],
        versions: ["GLIBC_2.28"],
        symbols: ["fcntl64"],
      },
    });
  });

  it("hints at what a repair could reach where libraries are missing too", () => {
    const needed = ["libc.so.6", "libfoo.so.1"];
    const versions = { "libc.so.6": ["GLIBC_2.28"] };
    const files = { [EXT]: module("_x", { needed, versions }) };
    expect(only(audit({ files }), "TAG004").hint).toBe(
      "its own files allow `manylinux_2_28_x86_64`; claim no more than that, or build it on an older system",
    );
  });

  it("hints at glibc's own libraries, and at too new or forbidden things", () => {
    const hint = (...versions: readonly string[]) =>
      only(
        audit({ files: { [EXT]: module("_x", { versions: { "libc.so.6": versions } }) } }),
        "TAG004",
      ).hint;
    expect(hint("GLIBC_PRIVATE", "GLIBC_2.5")).toContain("leave glibc's own libraries out");
    expect(hint("GLIBC_2.99")).toBe(
      "no policy allows it as it is; build it on an older system, such as a manylinux image",
    );
    const internal = module("_x", {
      needed: ["libc.so.6", "libz.so.1"],
      imports: ["inflate_fast"],
    });
    expect(only(audit({ files: { [EXT]: internal } }), "TAG004").hint).toContain(
      "link a copy of the library into the file",
    );
  });

  it("says it once for two tags", () => {
    const versions = { "libc.so.6": ["GLIBC_2.28"] };
    const tags = "cp312-cp312-manylinux2014_x86_64.manylinux_2_17_x86_64";
    const { message } = only(
      audit({ tags, files: { [EXT]: module("_x", { versions }) } }),
      "TAG004",
    );
    expect(message).toContain("not `manylinux2014_x86_64`, `manylinux_2_17_x86_64`: needs");
  });

  it("forbidden symbols", () => {
    const slice = module("_x", { needed: ["libc.so.6", "libz.so.1"], imports: ["inflate_fast"] });
    expect(only(audit({ files: { [EXT]: slice } }), "TAG004").message).toBe(
      "not `manylinux_2_17_x86_64`: imports `inflate_fast` of `libz.so.1`, which the policy forbids",
    );
  });

  it("musl 1.2 in a wheel for 1.1", () => {
    const slice = elf({
      needed: ["libc.musl-x86_64.so.1"],
      imports: ["qsort_r"],
      pythonInit: ["PyInit_a"],
    });
    const result = audit({ tags: "cp312-cp312-musllinux_1_1_x86_64", files: { "a.so": slice } });
    expect(only(result, "TAG004").message).toBe(
      "not `musllinux_1_1_x86_64`: needs musl 1.2 (`qsort_r`)",
    );
  });

  it("is silent about linux tags", () => {
    const versions = { "libc.so.6": ["GLIBC_2.99"] };
    const tags = "cp312-cp312-linux_x86_64";
    expect(codes(audit({ tags, files: { [EXT]: module("_x", { versions }) } }))).toEqual([]);
  });
});

describe("TAG005 C library", () => {
  it("glibc in a musl wheel and the other way round", () => {
    const glibc = audit({
      tags: "cp312-cp312-musllinux_1_2_x86_64",
      files: { "a.so": module("a") },
    });
    expect(only(glibc, "TAG005").message).toBe(
      "built for glibc (needs `libc.so.6`), but tagged `musllinux_1_2_x86_64`",
    );
    const musl = elf({ needed: ["libc.musl-x86_64.so.1"], pythonInit: ["PyInit_a"] });
    expect(only(audit({ files: { "a.so": musl } }), "TAG005").message).toBe(
      "built for musl (needs `libc.musl-x86_64.so.1`), but tagged `manylinux_2_17_x86_64`",
    );
  });

  it("one file among others", () => {
    const musl = elf({ needed: ["libc.musl-x86_64.so.1"] });
    const tool = elf({ kind: "executable", interpreter: "/lib/ld-musl-x86_64.so.1" });
    const result = audit({ files: { [EXT]: module("_x"), "lib.so": musl, tool } });
    const found = result.problems.filter(({ code }) => code === "TAG005");
    expect(found.map(({ path, level }) => [path, level])).toEqual([
      ["lib.so", undefined],
      ["tool", "warning"],
    ]);
    expect(result.verdict.supported).toBe("manylinux_2_5_x86_64");
  });
});

describe("TAG007 and TAG008 page sizes", () => {
  it("16 KiB on Android, an error for the newest levels", () => {
    const at = (api: number, align: bigint) => {
      const file = elf({
        arch: "aarch64",
        androidApi: 21,
        needed: ["libc.so"],
        loads: [load(align)],
      });
      return audit({ tags: `cp313-cp313-android_${api}_arm64_v8a`, files: { "a.so": file } });
    };
    expect(only(at(24, 4096n), "TAG007").level).toBeUndefined();
    expect(only(at(35, 4096n), "TAG007").level).toBe("error");
    expect(codes(at(24, 16384n))).toEqual([]);
  });

  it("64 KiB on aarch64 and ppc64le", () => {
    const at = (tags: string, arch: string, align: bigint) =>
      codes(audit({ tags, files: { "a.so": elf({ arch, loads: [load(align)] }) } }), "TAG008");
    expect(at(ARM, "aarch64", 4096n)).toEqual(["TAG008 a.so"]);
    expect(at(ARM, "aarch64", 65536n)).toEqual([]);
    expect(at("cp312-cp312-manylinux_2_17_ppc64le", "ppc64le", 4096n)).toEqual(["TAG008 a.so"]);
    expect(at("cp312-cp312-manylinux_2_17_x86_64", "x86_64", 4096n)).toEqual([]);
  });
});

describe("TAG009 instruction sets", () => {
  it("beyond the tag, in any file", () => {
    const result = audit({ files: { [EXT]: module("_x"), "lib.so": elf({ isa: "x86_64_v2" }) } });
    expect(only(result, "TAG009")).toMatchObject({
      path: "lib.so",
      message: "needs `x86_64_v2`, the tag promises `x86_64`",
    });
    expect(result.verdict.truthful).toBe(false);
  });

  it("unknown bits are not crash (S8)", () => {
    const result = audit({ files: { "a.so": module("a", { isaUnknown: 0x40 }) } });
    expect(only(result, "TAG009").message).toContain("bits 0x40");
  });

  it("a tag may promise them", () => {
    const tags = "cp312-cp312-manylinux_2_28_x86_64_v3";
    expect(
      codes(audit({ tags, files: { "a.so": module("a", { isa: "x86_64_v3" }) } }), "TAG009"),
    ).toEqual([]);
  });
});

describe("VAR006 instruction sets of a variant", () => {
  const judged = (isa: "x86_64_v2" | "x86_64_v3" | "x86_64_v4", ...level: readonly string[]) =>
    audit({ level, files: { [EXT]: module("_x", { isa }) } });

  it("beyond the level that it declares", () => {
    const result = judged("x86_64_v4", "v3");
    expect(only(result, "VAR006").message).toBe(
      "needs `x86_64_v4`, the variant promises `x86_64 :: level :: v3`",
    );
    expect([result.verdict.truthful, codes(result, "TAG009")]).toEqual([false, []]);
  });

  it("beyond the lowest of several levels, each of which is enough to install it", () => {
    expect(only(judged("x86_64_v3", "v2", "v3"), "VAR006").message).toContain("v2");
  });

  it.each([
    ["x86_64_v3", "v3"],
    ["x86_64_v2", "v3"],
  ] as const)("%s is fine where it declares %s", (isa, level) => {
    const result = judged(isa, level);
    expect([result.verdict.truthful, codes(result, "VAR"), codes(result, "TAG009")]).toEqual([
      true,
      [],
      [],
    ]);
  });
});

describe("TAG010 narrower than necessary", () => {
  const narrow = (tags: string) =>
    codes(audit({ tags: `cp312-cp312-${tags}`, files: { [EXT]: module("_x") } }), "TAG010");

  it("names the older policy", () => {
    const result = audit({
      tags: "cp312-cp312-manylinux_2_28_x86_64",
      files: { [EXT]: module("_x") },
    });
    expect(only(result, "TAG010").message).toBe(
      "`manylinux_2_5_x86_64` would be true as well as `manylinux_2_28_x86_64`",
    );
    expect(narrow("linux_x86_64")).toEqual(["TAG010"]);
  });

  it("is silent when one of the tags is as old", () => {
    expect(narrow("manylinux1_x86_64.manylinux_2_28_x86_64")).toEqual([]);
    expect(narrow("manylinux_2_5_x86_64")).toEqual([]);
  });
});
