/** Verdicts on wheels made by hand; B and S numbers are those of the known defects of auditwheel. */
import { describe, expect, it } from "vitest";
import type { PlatformVerdict } from "../../../src/audit/result.ts";
import { audit, codes, elf, module, type WheelSketch } from "../../support/native.ts";

const EXT = "demo/_x.cpython-312-x86_64-linux-gnu.so";

function verdict(sketch: WheelSketch): PlatformVerdict {
  return audit(sketch).verdict;
}

describe("a manylinux wheel", () => {
  it("is judged by the newest version that it needs", () => {
    const result = verdict({
      files: {
        [EXT]: module("_x", { versions: { "libc.so.6": ["GLIBC_2.2.5", "GLIBC_2.28:fcntl64"] } }),
      },
    });
    expect(result).toMatchObject({
      family: "manylinux",
      claimed: ["manylinux_2_17_x86_64"],
      supported: "manylinux_2_28_x86_64",
      reachable: "manylinux_2_28_x86_64",
      truthful: false,
      reasons: [
        {
          policy: "manylinux_2_27",
          path: EXT,
          why: "symbol-version",
          library: "libc.so.6",
          version: "GLIBC_2.28",
          symbols: ["fcntl64"],
        },
      ],
    });
  });

  it("may claim less than it could", () => {
    const result = verdict({ files: { [EXT]: module("_x") } });
    expect(result.supported).toBe("manylinux_2_5_x86_64");
    expect(result.truthful).toBe(true);
    expect(result.reasons).toEqual([]);
  });

  it("is linux as it is and can be repaired when a library is missing", () => {
    const result = verdict({
      files: { [EXT]: module("_x", { needed: ["libc.so.6", "libfoo.so.1"] }) },
    });
    expect(result.supported).toBe("linux_x86_64");
    expect(result.reachable).toBe("manylinux_2_5_x86_64");
    expect(result.reasons).toMatchObject([
      { policy: "manylinux_2_41", path: EXT, why: "library", library: "libfoo.so.1" },
    ]);
  });

  it("can't be repaired when it needs a version that no policy has", () => {
    for (const version of ["GLIBC_2.99", "GLIBC_PRIVATE"]) {
      const result = verdict({
        tags: "cp312-cp312-linux_x86_64",
        files: { [EXT]: module("_x", { versions: { "libc.so.6": [version] } }) },
      });
      expect(result.supported).toBe("linux_x86_64");
      expect(result.reachable).toBe(null);
      expect(result.truthful).toBe(true);
    }
  });

  it("is judged by each claimed tag", () => {
    const files = { [EXT]: module("_x", { versions: { "libc.so.6": ["GLIBC_2.17"] } }) };
    const tags = (platform: string) => verdict({ tags: `cp312-cp312-${platform}`, files }).truthful;
    expect(tags("manylinux_2_17_x86_64.manylinux2014_x86_64")).toBe(true);
    expect(tags("manylinux2014_x86_64.manylinux1_x86_64")).toBe(false);
    expect(tags("linux_x86_64")).toBe(true);
    expect(tags("linux_aarch64")).toBe(false);
  });

  it("gives reasons for each step, the gravest first", () => {
    const { reasons } = verdict({
      files: {
        "demo/b.so": elf({
          needed: ["libc.so.6"],
          versions: { "libc.so.6": ["GLIBC_2.14:memcpy"] },
        }),
        [EXT]: module("_x", {
          needed: ["libc.so.6", "libfoo.so.1"],
          versions: { "libc.so.6": ["GLIBC_2.34:dlopen", "GLIBC_2.7:a"] },
        }),
      },
    });
    expect(reasons.map(({ policy, path, why, version }) => [policy, path, why, version])).toEqual([
      ["manylinux_2_41", EXT, "library", undefined],
      ["manylinux_2_31", EXT, "symbol-version", "GLIBC_2.34"],
      ["manylinux_2_12", "demo/b.so", "symbol-version", "GLIBC_2.14"],
      ["manylinux_2_5", EXT, "symbol-version", "GLIBC_2.7"],
    ]);
  });

  it("is limited by versions of the loader, which is as old as the C library", () => {
    const supported = (arch: string, loader: string, version: string) =>
      verdict({
        tags: `cp312-cp312-linux_${arch}`,
        files: {
          [EXT]: module("_x", {
            arch,
            needed: ["libc.so.6", loader],
            versions: { [loader]: [version] },
          }),
        },
      }).supported;
    expect(supported("x86_64", "ld-linux-x86-64.so.2", "GLIBC_2.35")).toBe("manylinux_2_35_x86_64");
    expect(supported("x86_64", "ld-linux-x86-64.so.2", "GLIBC_2.3")).toBe("manylinux_2_5_x86_64");
    expect(supported("x86_64", "ld-linux-x86-64.so.2", "GLIBC_PRIVATE")).toBe("linux_x86_64");
    // The loader of ppc64le has versions that no library of glibc defines.
    expect(supported("ppc64le", "ld64.so.2", "GLIBC_2.22")).toBe("manylinux_2_24_ppc64le");
    expect(supported("aarch64", "ld-linux-aarch64.so.1", "GLIBC_2.17")).toBe(
      "manylinux_2_17_aarch64",
    );
  });

  it("can't be tied to one build of glibc, whoever defines `GLIBC_PRIVATE`", () => {
    const files = {
      [EXT]: module("_x", { needed: ["libc-1a2b.so.6"], rpath: ["$ORIGIN"] }),
      "demo/libc-1a2b.so.6": elf({
        id: "libc-1a2b.so.6",
        needed: ["ld-linux-x86-64.so.2"],
        versions: { "ld-linux-x86-64.so.2": ["GLIBC_PRIVATE:_dl_argv"] },
        versionDefinitions: ["GLIBC_2.2.5", "GLIBC_PRIVATE"],
      }),
    };
    expect(verdict({ files })).toMatchObject({ supported: "linux_x86_64", reachable: null });
  });

  it("supports the first policy that allows all libraries", () => {
    const needed = ["libc.so.6", "libexpat.so.1"];
    const result = verdict({ files: { [EXT]: module("_x", { needed }) } });
    expect(result.supported).toBe("manylinux_2_12_x86_64");
    expect(result.reachable).toBe("manylinux_2_5_x86_64");
  });
});

describe("defects that must not come back", () => {
  it("B2: PyFPE rules out every policy, also for a repair", () => {
    const result = verdict({ files: { [EXT]: module("_x", { imports: ["PyFPE_jbuf"] }) } });
    expect([result.supported, result.reachable]).toEqual(["linux_x86_64", null]);
    expect(result.reasons).toMatchObject([
      { policy: "manylinux_2_41", why: "pyfpe", symbols: ["PyFPE_jbuf"] },
    ]);
  });

  it("B3: a forbidden symbol counts in every file, not only in extension modules", () => {
    const result = verdict({
      files: {
        [EXT]: module("_x", { needed: ["libc.so.6", "libhelper.so"], runpath: ["$ORIGIN"] }),
        "demo/libhelper.so": elf({
          needed: ["libz.so.1"],
          imports: ["inflate_fast"],
          id: "libhelper.so",
        }),
      },
    });
    expect([result.supported, result.reachable]).toEqual(["linux_x86_64", null]);
    expect(result.reasons).toMatchObject([
      {
        policy: "manylinux_2_41",
        path: "demo/libhelper.so",
        why: "forbidden-symbol",
        library: "libz.so.1",
        symbols: ["inflate_fast"],
      },
    ]);
  });

  it("forbids a symbol only up to its last policy, and only strong imports of that library", () => {
    const supported = (...imports: readonly string[]) =>
      verdict({ files: { [EXT]: module("_x", { needed: ["libc.so.6", "libz.so.1"], imports }) } })
        .supported;
    expect(supported("uncompress2")).toBe("manylinux_2_34_x86_64");
    expect(supported("uncompress2?")).toBe("manylinux_2_5_x86_64");
    expect(supported("uncompress2@libother.so")).toBe("manylinux_2_5_x86_64");
  });

  it("B4: a declared instruction set counts in every file", () => {
    const files = {
      [EXT]: module("_x", { needed: ["libc.so.6", "libfast.so"], runpath: ["$ORIGIN"] }),
      "demo/libfast.so": elf({ id: "libfast.so", isa: "x86_64_v3" }),
    };
    const result = verdict({ files });
    expect([result.supported, result.reachable]).toEqual(["linux_x86_64", null]);
    expect(result.reasons).toMatchObject([
      { path: "demo/libfast.so", why: "isa", version: "x86_64_v3" },
    ]);
    expect(verdict({ files, options: { isaCheck: false } }).supported).toBe("manylinux_2_5_x86_64");
    const promised = verdict({ tags: "cp312-cp312-manylinux_2_28_x86_64_v3", files });
    expect(promised.truthful).toBe(true);
    expect(promised.supported).toBe("manylinux_2_5_x86_64_v3");
  });

  it("B6: an extension without a hint takes the C library of the others, in any order", () => {
    const silent = elf({ pythonInit: ["PyInit_a"] });
    const musl = elf({ pythonInit: ["PyInit_b"], needed: ["libc.musl-x86_64.so.1"] });
    for (const names of [
      ["a.so", "b.so"],
      ["b.so", "a.so"],
    ]) {
      const files = Object.fromEntries(
        names.map((name) => [name, name === "a.so" ? silent : musl]),
      );
      const result = verdict({ tags: "cp310-cp310-linux_x86_64", files });
      expect([result.family, result.supported]).toEqual(["musllinux", "musllinux_1_2_x86_64"]);
    }
  });

  it("B6: falls back on the tag, then on the module's suffix, then on glibc", () => {
    const silent = elf({ pythonInit: ["PyInit_a"] });
    const family = (tags: string, path: string) =>
      verdict({ tags, files: { [path]: silent } }).family;
    expect(family("cp310-cp310-musllinux_1_1_x86_64", "a.so")).toBe("musllinux");
    expect(family("cp312-cp312-linux_x86_64", "a.cpython-312-x86_64-linux-musl.so")).toBe(
      "musllinux",
    );
    expect(family("cp312-cp312-linux_x86_64", "a.cpython-312-x86_64-linux-gnu.so")).toBe(
      "manylinux",
    );
    expect(family("cp312-abi3-linux_x86_64", "a.abi3.so")).toBe("manylinux");
  });

  it("B8: every libpython is the interpreter's, never a library to graft", () => {
    for (const name of [
      "libpython3.12.so.1.0",
      "libpython3.13t.so.1.0",
      "libpython3.13td.so.1.0",
      "libpython3.8d.so.1.0",
      "libpython3.7m.so.1.0",
      "libpython3.so",
      "libpython2.7.so.1.0",
    ]) {
      const result = verdict({ files: { [EXT]: module("_x", { needed: ["libc.so.6", name] }) } });
      expect(result.supported).toBe("linux_x86_64");
      expect(result.reachable).toBe("manylinux_2_5_x86_64");
      expect(result.reasons).toMatchObject([
        { policy: "manylinux_2_41", path: EXT, why: "libpython", library: name },
      ]);
    }
  });

  it("takes the architecture of the first file where the tag names none", () => {
    const files = {
      "demo/raspberry/a53.so": elf({ arch: "armv7l" }),
      "demo/raspberry/a72.so": elf({ arch: "armv7l" }),
      "demo/linux/x.so": elf({ versions: { "libc.so.6": ["GLIBC_2.14"] } }),
    };
    expect(verdict({ tags: "py3-none-any", files }).supported).toBe("manylinux_2_17_x86_64");
    expect(verdict({ tags: "py3-none-linux_armv7l", files }).supported).toBe(
      "manylinux_2_17_armv7l",
    );
  });

  it("B12: keeps armv6l", () => {
    const files = {
      "demo.data/scripts/tool": elf({ arch: "armv6l", kind: "executable", dynamic: false }),
    };
    const result = verdict({ tags: "py3-none-linux_armv6l", files });
    expect(result.supported).toBe("manylinux_2_17_armv6l");
    expect(result.truthful).toBe(true);
    const musl = elf({
      arch: "armv6l",
      needed: ["libc.musl-armhf.so.1"],
      pythonInit: ["PyInit_a"],
    });
    expect(
      verdict({ tags: "cp312-cp312-musllinux_1_2_armv6l", files: { "a.so": musl } }),
    ).toMatchObject({
      supported: "musllinux_1_2_armv6l",
      truthful: true,
    });
  });

  it("B11, B15: a library of the wheel that no path reaches is in the wheel", () => {
    const {
      verdict: result,
      external,
      binaries,
    } = audit({
      files: {
        [EXT]: module("_x", { needed: ["libc.so.6", "libmain.so.3"] }),
        "demo/lib/libmain.so.3.1": elf({ id: "libmain.so.3", needed: ["libc.so.6"] }),
      },
    });
    // In the wheel, and yet no loader finds it: a repair adds the way.
    expect(result).toMatchObject({
      supported: "linux_x86_64",
      reachable: "manylinux_2_5_x86_64",
      truthful: false,
      reasons: [
        { policy: "manylinux_2_41", path: EXT, why: "search-path", library: "libmain.so.3" },
      ],
    });
    expect(external).toEqual([]);
    expect(binaries[0]?.dependencies[1]).toEqual({
      name: "libmain.so.3",
      how: "required",
      in: "wheel",
      path: "demo/lib/libmain.so.3.1",
      trace: [{ via: "soname-in-wheel", place: "demo/lib", found: "yes" }],
    });
  });

  it("S9: looks at files of any name, `.py` too", () => {
    const files = {
      "demo/blob.py": elf({ needed: ["libc.so.6"], versions: { "libc.so.6": ["GLIBC_2.34"] } }),
    };
    expect(verdict({ files }).supported).toBe("manylinux_2_34_x86_64");
  });

  it("S11: knows modules by PyInitU_ and after renaming", () => {
    const isModule = (path: string, init: string) =>
      audit({ files: { [path]: elf({ pythonInit: [init] }) } }).binaries[0]?.pythonExtension;
    expect(isModule("é.so", "PyInitU_9ca")).toBe(true);
    expect(isModule("renamed.cpython-312-x86_64-linux-gnu.so", "PyInit_original")).toBe(true);
    expect(isModule("_x.so", "PyModExport__x")).toBe(true);
    expect(isModule("_x.so", "init_x")).toBe(true);
    expect(isModule("libpython3.12.so.1.0", "PyInit_array")).toBe(false);
  });

  it("S12: goes on when native code lies in purelib", () => {
    const result = audit({
      files: {
        "demo-1.0.data/purelib/demo/a.so": module("a", {
          versions: { "libc.so.6": ["GLIBC_2.34"] },
        }),
        [EXT]: module("_x"),
      },
    });
    expect(codes(result, "TAG001")).toEqual(["TAG001 demo-1.0.data/purelib/demo/a.so"]);
    expect(result.verdict.supported).toBe("manylinux_2_34_x86_64");
  });

  it("S13: lists files of another architecture and judges by the others", () => {
    const { verdict: result, binaries } = audit({
      files: {
        [EXT]: module("_x"),
        "demo/attach_x86.so": elf({
          arch: "i686",
          needed: ["libbar.so"],
          versions: { "libc.so.6": ["GLIBC_2.34"] },
        }),
        "demo/kernel.cubin": elf({ arch: "unknown", machine: "EM_CUDA", needed: [] }),
      },
    });
    expect(result).toMatchObject({
      supported: "manylinux_2_5_x86_64",
      truthful: true,
      reasons: [],
    });
    expect(binaries.map(({ path, archs }) => [path, archs])).toEqual([
      [EXT, ["x86_64"]],
      ["demo/attach_x86.so", ["i686"]],
      ["demo/kernel.cubin", ["unknown"]],
    ]);
  });

  it("S16: keeps two files of one name apart", () => {
    const { binaries } = audit({
      files: {
        "a/_a.so": module("_a", { needed: ["libx.so.1"], rpath: ["$ORIGIN/libs"] }),
        "a/libs/libx.so.1": elf({ id: "libx.so.1" }),
        "b/_b.so": module("_b", { needed: ["libx.so.1"], rpath: ["$ORIGIN/libs"] }),
        "b/libs/libx.so.1": elf({ id: "libx.so.1" }),
      },
    });
    const found = binaries.flatMap(({ dependencies }) => dependencies.map(({ path }) => path));
    expect(found).toEqual(["a/libs/libx.so.1", "b/libs/libx.so.1"]);
  });

  it("S17: versions that a library of the wheel provides don't count", () => {
    const result = verdict({
      files: {
        [EXT]: module("_x", {
          needed: ["libstdc++.so.6", "libc.so.6"],
          rpath: ["$ORIGIN/../demo.libs"],
          versions: { "libstdc++.so.6": ["GLIBCXX_3.4.33"], "libc.so.6": ["GLIBC_2.17"] },
        }),
        "demo.libs/libstdc++.so.6": elf({
          id: "libstdc++.so.6",
          needed: ["libc.so.6"],
          versions: { "libc.so.6": ["GLIBC_2.14"] },
          versionDefinitions: ["GLIBCXX_3.4.33"],
        }),
      },
    });
    expect(result.supported).toBe("manylinux_2_17_x86_64");
    expect(result.truthful).toBe(true);
  });

  it("S17: a name that the host provides counts as the host's when no path reaches the wheel's", () => {
    const result = verdict({
      files: {
        [EXT]: module("_x", {
          needed: ["libstdc++.so.6"],
          versions: { "libstdc++.so.6": ["GLIBCXX_3.4.33"] },
        }),
        "demo.libs/libstdc++.so.6": elf({
          id: "libstdc++.so.6",
          versionDefinitions: ["GLIBCXX_3.4.33"],
        }),
      },
    });
    expect(result.supported).toBe("manylinux_2_39_x86_64");
  });

  it("S18: an unknown version namespace of an allowed library is too new", () => {
    const result = verdict({
      files: {
        [EXT]: module("_x", { needed: ["libz.so.1"], versions: { "libz.so.1": ["NEWZ_1.0"] } }),
      },
    });
    expect([result.supported, result.reachable]).toEqual(["linux_x86_64", null]);
  });

  it("S18: other libraries may have version names of their own", () => {
    const versions = { "libcrypto.so.3": ["OPENSSL_3.0.0"], "libc.so.6": ["GLIBC_2.17"] };
    const needed = ["libcrypto.so.3", "libc.so.6"];
    expect(verdict({ files: { [EXT]: module("_x", { needed, versions }) } }).reachable).toBe(
      "manylinux_2_17_x86_64",
    );
  });

  it("S19: judges tags without a policy by number", () => {
    const files = { [EXT]: module("_x", { versions: { "libc.so.6": ["GLIBC_2.25"] } }) };
    const truthful = (minor: number) =>
      verdict({ tags: `cp312-cp312-manylinux_2_${minor}_x86_64`, files }).truthful;
    expect(truthful(25)).toBe(true);
    expect(truthful(24)).toBe(false);
    expect(truthful(42)).toBe(true);
    const tooNew = { [EXT]: module("_x", { versions: { "libc.so.6": ["GLIBC_2.42"] } }) };
    const unknown = audit({ tags: "cp312-cp312-manylinux_2_42_x86_64", files: tooNew });
    expect(unknown.verdict.truthful).toBe(null);
    expect(unknown.unverified).toMatchObject([{ code: "TAG004" }]);
  });
});

describe("musl", () => {
  const LIBC = { needed: ["libc.musl-x86_64.so.1"], pythonInit: ["PyInit_a"] };

  it("S20: 1.1 is believed of a wheel that claims it and imports nothing newer", () => {
    const supported = (tags: string, ...imports: readonly string[]) =>
      verdict({ tags: `cp312-cp312-${tags}`, files: { "a.so": elf({ ...LIBC, imports }) } });
    expect(supported("musllinux_1_1_x86_64")).toMatchObject({
      supported: "musllinux_1_1_x86_64",
      reachable: "musllinux_1_1_x86_64",
      truthful: true,
    });
    expect(supported("musllinux_1_1_x86_64", "qsort_r")).toMatchObject({
      supported: "musllinux_1_2_x86_64",
      truthful: false,
      reasons: [{ policy: "musllinux_1_1", version: "1.2", symbols: ["qsort_r"] }],
    });
    expect(supported("musllinux_1_1_x86_64", "gettid?").truthful).toBe(true);
    expect(supported("musllinux_1_2_x86_64", "qsort_r").truthful).toBe(true);
    // Nothing proves that a wheel built for 1.2 runs on 1.1.
    expect(supported("musllinux_1_2_x86_64").supported).toBe("musllinux_1_2_x86_64");
    expect(supported("linux_x86_64").supported).toBe("musllinux_1_2_x86_64");
  });

  it("S20: 64-bit time on 32-bit machines needs 1.2", () => {
    const i386 = elf({
      arch: "i686",
      needed: ["libc.musl-x86.so.1"],
      pythonInit: ["PyInit_a"],
      imports: ["__clock_gettime64"],
    });
    const result = verdict({ tags: "cp312-cp312-musllinux_1_1_i686", files: { "a.so": i386 } });
    expect([result.supported, result.truthful]).toEqual(["musllinux_1_2_i686", false]);
  });

  it("takes `libc.so` for musl, as Rust's cross toolchain writes it", () => {
    const rust = elf({ needed: ["libc.so"], pythonInit: ["PyInit_a"] });
    expect(
      verdict({ tags: "cp312-cp312-musllinux_1_2_x86_64", files: { "a.so": rust } }),
    ).toMatchObject({
      supported: "musllinux_1_2_x86_64",
      truthful: true,
    });
    expect(verdict({ tags: "cp312-cp312-linux_x86_64", files: { "a.so": rust } }).family).toBe(
      "musllinux",
    );
  });

  it("contradicts a manylinux tag", () => {
    const result = verdict({ files: { "a.so": elf(LIBC) } });
    expect(result).toMatchObject({
      family: "musllinux",
      supported: "musllinux_1_2_x86_64",
      truthful: false,
      reasons: [{ policy: "manylinux_2_41", path: "a.so", why: "libc" }],
    });
  });

  it("knows no symbol versions, but forbidden symbols", () => {
    const files = {
      "a.so": elf({ ...LIBC, needed: [...LIBC.needed, "libz.so.1"], imports: ["inflate_fast"] }),
    };
    expect(verdict({ tags: "cp312-cp312-musllinux_1_2_x86_64", files })).toMatchObject({
      supported: "linux_x86_64",
      reachable: null,
    });
  });
});

describe("programs without a C library", () => {
  it("make manylinux and musllinux tags true together", () => {
    const program = elf({ kind: "executable", dynamic: false });
    const result = verdict({
      tags: "py3-none-manylinux_2_12_x86_64.manylinux2010_x86_64.musllinux_1_1_x86_64",
      files: { "demo-1.0.data/scripts/tool": program },
    });
    expect(result).toMatchObject({ supported: "manylinux_2_5_x86_64", truthful: true });
  });
});

describe("Android", () => {
  const module24 = elf({
    arch: "aarch64",
    androidApi: 24,
    needed: ["libpython3.13.so", "libc.so", "liblog.so"],
    pythonInit: ["PyInit_a"],
  });
  const at = (api: number, slice = module24) =>
    verdict({ tags: `cp313-cp313-android_${api}_arm64_v8a`, files: { "a.so": slice } });

  it("keeps the level of the tag", () => {
    expect(at(24)).toMatchObject({
      family: "android",
      claimed: ["android_24_arm64_v8a"],
      supported: "android_24_arm64_v8a",
      reachable: "android_24_arm64_v8a",
      truthful: true,
      reasons: [],
    });
    expect(at(30).supported).toBe("android_30_arm64_v8a");
  });

  it("does not believe a level below the note's", () => {
    expect(at(21)).toMatchObject({ supported: "android_24_arm64_v8a", truthful: false });
  });

  it("knows from which level on the system has a library", () => {
    const camera = { ...module24, dependencies: elf({ needed: ["libaaudio.so"] }).dependencies };
    expect(at(24, camera)).toMatchObject({ supported: "android_26_arm64_v8a", truthful: false });
    expect(at(26, camera).truthful).toBe(true);
  });

  it("is linux with a library that the system never has", () => {
    const other = { ...module24, dependencies: elf({ needed: ["libc++_shared.so"] }).dependencies };
    expect(at(24, other)).toMatchObject({
      supported: "linux_aarch64",
      reachable: "android_24_arm64_v8a",
      truthful: false,
    });
  });
});

describe("wheels of other kinds", () => {
  it("pure wheels support any", () => {
    expect(verdict({ tags: "py3-none-any", files: {}, others: ["demo.py"] })).toMatchObject({
      family: "any",
      claimed: ["any"],
      supported: "any",
      reachable: "any",
      truthful: true,
      reasons: [],
    });
  });

  it("`any` is not true of native code", () => {
    const result = verdict({ tags: "py3-none-any", files: { "demo/tool": module("tool") } });
    expect(result).toMatchObject({ supported: "manylinux_2_5_x86_64", truthful: false });
  });

  it("launchers for Windows don't make a wheel untrue", () => {
    const result = verdict({ tags: "py3-none-any", files: { "demo/t64.exe": { format: "pe" } } });
    expect(result.truthful).toBe(true);
  });

  it("files for macOS and iOS that could not be read are not judged, and say so", () => {
    for (const [platform, family] of [
      ["macosx_11_0_arm64", "macos"],
      ["win_amd64", "windows"],
      ["ios_13_0_arm64_iphoneos", "ios"],
    ]) {
      const format = family === "windows" ? "pe" : "macho";
      const result = audit({ tags: `cp312-cp312-${platform}`, files: { "a.so": { format } } });
      expect(result.verdict).toMatchObject({
        family,
        supported: null,
        reachable: null,
        truthful: null,
      });
      expect(result.unverified).toHaveLength(1);
    }
  });

  it("an unreadable file leaves the verdict open", () => {
    const sketch = { files: { [EXT]: module("_x") }, unreadable: ["demo/broken.so"] };
    expect(verdict(sketch)).toMatchObject({ supported: "manylinux_2_5_x86_64", truthful: null });
    expect(verdict({ files: {}, unreadable: ["demo/broken.so"] })).toMatchObject({
      supported: null,
      truthful: null,
    });
    const { problems } = audit({ files: {}, unreadable: ["demo/broken.so"] });
    expect(problems.map(({ code }) => code)).not.toContain("TAG001");
  });

  it("a wheel of another architecture is judged for that", () => {
    const result = verdict({
      files: {
        "a.so": module("a", { arch: "aarch64", versions: { "libc.so.6": ["GLIBC_2.17"] } }),
      },
    });
    expect(result).toMatchObject({ supported: "manylinux_2_17_aarch64", truthful: false });
  });

  it("an architecture without policies is left open", () => {
    const result = audit({
      tags: "cp312-cp312-linux_mips64",
      files: { "a.so": elf({ arch: "unknown", machine: "EM_MIPS" }) },
    });
    expect(result.verdict).toMatchObject({ supported: null, truthful: null });
    expect(result.unverified).toHaveLength(1);
  });
});
