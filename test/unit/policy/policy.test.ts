import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { LINUX_POLICY_DATA } from "../../../src/policy/data/linux.ts";
import {
  isLoader,
  type LinuxFamily,
  policyTable,
  versionPrefix,
} from "../../../src/policy/linux/table.ts";

const FAMILIES: readonly LinuxFamily[] = ["manylinux", "musllinux", "android"];

/** One line for each policy and architecture with everything that it allows and forbids. */
function expand(): readonly string[] {
  const lines: string[] = [];
  const arches = new Set(
    FAMILIES.flatMap((family) =>
      LINUX_POLICY_DATA[family].policies.flatMap((policy) => policy.arches),
    ),
  );
  for (const family of FAMILIES) {
    for (const arch of arches) {
      const table = policyTable(family, arch);
      table?.policies.forEach(({ name, priority, aliases }, position) => {
        const versions = facts.versions.filter((each) => (table.version(each) ?? 99) <= position);
        const libraries = facts.libraries.filter(
          (each) => table.library(each) <= position && !/^lib(c|m|dl)\.so$/.test(each),
        );
        if (family === "android") {
          libraries.push(...["libc.so", "libdl.so", "libm.so"]);
          libraries.sort();
        }
        const forbidden = facts.symbols.filter(([library, symbol]) => {
          return table.restricted.has(library) && table.forbidden(library, symbol) > position;
        });
        const prefixes = new Set(versions.map(versionPrefix));
        for (const prefix of facts.prefixes) {
          if (table.version(`${prefix}_0.0`) !== undefined) prefixes.add(prefix);
        }
        lines.push(
          [
            `${name}_${arch}`,
            priority,
            aliases.join(","),
            [...prefixes].sort().join(","),
            "|",
            ...versions,
            "|",
            ...libraries,
            "|",
            ...forbidden.map((pair) => pair.join(":")).sort(),
          ].join(" "),
        );
      });
    }
  }
  return lines.sort();
}

/** Every name that the data knows, whatever allows it. */
const facts = (() => {
  const { manylinux, musllinux, android } = LINUX_POLICY_DATA;
  const versions = new Set<string>();
  for (const byPrefix of Object.values(manylinux.versions)) {
    for (const [prefix, byPolicy] of Object.entries(byPrefix)) {
      for (const each of Object.values(byPolicy).flat()) versions.add(`${prefix}_${each}`);
    }
  }
  const libraries = new Set(Object.values(musllinux.libcSoname));
  const symbols = new Map<string, readonly [string, string]>();
  for (const { libs, blacklist } of [manylinux, musllinux, android]) {
    for (const each of Object.values(libs).flat()) libraries.add(each);
    for (const [library, byPolicy] of Object.entries(blacklist)) {
      for (const symbol of Object.values(byPolicy).flat())
        symbols.set(library + symbol, [library, symbol]);
    }
  }
  return {
    prefixes: manylinux.prefixes,
    versions: [...versions].sort(),
    libraries: [...libraries].sort(),
    symbols: [...symbols.values()],
  };
})();

describe("the policy tables", () => {
  it("expand to auditwheel's sets for every policy and architecture", () => {
    const lines = expand();
    expect(lines).toHaveLength(127);
    // Of the same lines made from the policy files of auditwheel 6.8.
    expect(createHash("sha256").update(lines.join("\n")).digest("hex")).toBe(
      "710f8306da33fc960725312176abf77f535e5a7be3be360d5a0e947a2d78e553",
    );
  });

  it("have policies from the most compatible to the newest", () => {
    for (const family of FAMILIES) {
      const priorities =
        policyTable(family, "x86_64")?.policies.map(({ priority }) => priority) ?? [];
      expect(priorities.length).toBeGreaterThan(1);
      expect(priorities).toEqual([...priorities].sort((a, b) => b - a));
    }
  });

  it("find a policy under its name and its alias", () => {
    const table = policyTable("manylinux", "x86_64");
    expect(table?.find("manylinux2014")).toBe(table?.find("manylinux_2_17"));
    expect(table?.find("manylinux_2_18")).toBeUndefined();
  });

  it("exist only for architectures that have policies", () => {
    expect(policyTable("manylinux", "mips64")).toBeUndefined();
    expect(policyTable("musllinux", "ppc64")).toBeUndefined();
    expect(policyTable("manylinux", "ppc64")?.policies.map(({ name }) => name)).toEqual([
      "manylinux_2_17",
    ]);
  });
});

describe("a position", () => {
  const table = policyTable("manylinux", "x86_64");

  it("of a version is the first policy that allows it", () => {
    expect(table?.policies[table.version("GLIBC_2.14") ?? -1]?.name).toBe("manylinux_2_17");
    expect(table?.policies[table.version("GLIBC_ABI_DT_RELR") ?? -1]?.name).toBe("manylinux_2_36");
  });

  it("of a version that no policy lists is `none`, of an unchecked prefix undefined", () => {
    expect(table?.version("GLIBC_PRIVATE")).toBe(table?.none);
    expect(table?.version("GLIBC_2.99")).toBe(table?.none);
    expect(table?.version("OPENSSL_3.0.0")).toBeUndefined();
  });

  it("of a prefix without versions rejects any version of it", () => {
    expect(table?.policies[table.version("ZLIB_1.2.0") ?? -1]?.name).toBe("manylinux_2_12");
    expect(table?.policies[table.version("LIBATOMIC_1.0") ?? -1]?.name).toBe("manylinux_2_24");
  });

  it("of a library follows the policy that added it", () => {
    expect(table?.library("libc.so.6")).toBe(0);
    expect(table?.policies[table.library("libexpat.so.1")]?.name).toBe("manylinux_2_12");
    expect(table?.policies[table.library("libmvec.so.1")]?.name).toBe("manylinux_2_24");
    expect(table?.library("libfoo.so.1")).toBe(table?.none);
  });

  it("of a forbidden symbol is behind the last policy that forbids it", () => {
    const first = (symbol: string): string | undefined =>
      table?.policies[table.forbidden("libz.so.1", symbol)]?.name;
    expect(first("uncompress2")).toBe("manylinux_2_34");
    expect(first("crc32_combine_gen")).toBe("manylinux_2_37");
    expect(table?.forbidden("libz.so.1", "inflate_fast")).toBe(table?.none);
    expect(table?.forbidden("libz.so.1", "inflate")).toBe(0);
  });
});

describe("musl's own name", () => {
  const libc = (arch: string, name: string): boolean =>
    policyTable("musllinux", arch)?.library(name) === 0;

  it("is accepted as Rust's cross toolchain writes it", () => {
    expect(libc("armv7l", "libc.so")).toBe(true);
    expect(libc("x86_64", "libc.musl-x86_64.so.1")).toBe(true);
    expect(libc("x86_64", "ld-musl-x86_64.so.1")).toBe(true);
  });

  it("is accepted in the other spelling for i386 and hard-float ARM (S20)", () => {
    expect(libc("i686", "libc.musl-i386.so.1")).toBe(true);
    expect(libc("i686", "libc.musl-x86.so.1")).toBe(true);
    expect(libc("armv7l", "libc.musl-armhf.so.1")).toBe(true);
  });

  it("is not that of another architecture, nor glibc's", () => {
    expect(libc("x86_64", "libc.musl-aarch64.so.1")).toBe(false);
    expect(libc("x86_64", "libc.so.6")).toBe(false);
    expect(libc("x86_64", "libm.so.6")).toBe(false);
  });
});

describe("isLoader", () => {
  it("knows the loaders of all architectures", () => {
    for (const name of [
      "ld-linux-x86-64.so.2",
      "ld-linux.so.2",
      "ld-linux-armhf.so.3",
      "ld-linux-riscv64-lp64d.so.1",
      "ld-linux-loongarch-lp64d.so.1",
      "ld64.so.1",
      "ld64.so.2",
      "ld.so.1",
      "ld-musl-armhf.so.1",
      "/lib64/ld-linux-x86-64.so.2",
    ]) {
      expect([name, isLoader(name)]).toEqual([name, true]);
    }
  });

  it("takes no library for it that has its name in its own, or lies in such a folder", () => {
    for (const name of [
      "libc.so.6",
      "libworld-linux.so.1",
      "ld-linuxdoc.so.1.2",
      "build-linux/libfoo.so.1",
      "/opt/ld-linux/libfoo.so",
      "ldap.so.2",
      "old-linux.so.2",
    ]) {
      expect([name, isLoader(name)]).toEqual([name, false]);
    }
  });
});
