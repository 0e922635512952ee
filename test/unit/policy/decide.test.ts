import { describe, expect, it } from "vitest";
import type { Need } from "../../../src/policy/linux/decide.ts";
import { decide, judgeManylinux } from "../../../src/policy/linux/decide.ts";
import { glibcVersion, nearestPolicy } from "../../../src/policy/linux/manylinux.ts";
import type { PolicyTable } from "../../../src/policy/linux/table.ts";
import { policyTable } from "../../../src/policy/linux/table.ts";

function table(arch = "x86_64"): PolicyTable {
  const found = policyTable("manylinux", arch);
  if (found === undefined) throw new Error(arch);
  return found;
}

function version(text: string, arch = "x86_64"): Need {
  const position = table(arch).version(text) ?? 0;
  return {
    path: "a.so",
    why: "symbol-version",
    position,
    mendable: false,
    library: "libc.so.6",
    version: text,
  };
}

function library(name: string): Need {
  return {
    path: "a.so",
    why: "library",
    position: table().library(name),
    mendable: true,
    library: name,
  };
}

const nameAt = (position: number): string => table().policies[position]?.name ?? "linux";

describe("decide", () => {
  it("gives the most compatible policy when nothing is needed", () => {
    expect(decide(table(), [])).toEqual({ supported: 0, reachable: 0 });
  });

  it("takes the worst version", () => {
    const { supported, reachable } = decide(table(), [
      version("GLIBC_2.14"),
      version("GLIBC_2.28"),
    ]);
    expect(nameAt(supported)).toBe("manylinux_2_28");
    expect(reachable).toBe(supported);
  });

  it("lets a repair graft libraries but not change versions", () => {
    const { supported, reachable } = decide(table(), [
      version("GLIBC_2.14"),
      library("libfoo.so.1"),
    ]);
    expect(nameAt(supported)).toBe("linux");
    expect(nameAt(reachable)).toBe("manylinux_2_17");
  });

  it("supports the policy that first allows a library and reaches the older one", () => {
    const { supported, reachable } = decide(table(), [library("libexpat.so.1")]);
    expect(nameAt(supported)).toBe("manylinux_2_12");
    expect(nameAt(reachable)).toBe("manylinux_2_5");
  });

  it("counts what a grafted library needs under the policies that make it be grafted", () => {
    const grafted = [{ until: table().library("libexpat.so.1"), needs: [version("GLIBC_2.34")] }];
    // Under 2_12 and newer the host has libexpat, so its own needs don't matter there.
    const decision = decide(table(), [library("libexpat.so.1")], grafted);
    expect(nameAt(decision.reachable)).toBe("manylinux_2_12");
    const always = [{ until: table().none, needs: [version("GLIBC_2.34")] }];
    expect(nameAt(decide(table(), [library("libfoo.so.1")], always).reachable)).toBe(
      "manylinux_2_34",
    );
  });

  it("refuses a version that no policy knows", () => {
    const decision = decide(table(), [version("GLIBC_2.99")]);
    expect(decision).toEqual({ supported: table().none, reachable: table().none });
  });
});

describe("judgeManylinux (S19: any manylinux_X_Y)", () => {
  const judge = (minor: number, ...needs: readonly Need[]) =>
    judgeManylinux(table(), needs, { major: 2, minor }).truthful;

  it("finds a tag older than possible true", () => {
    expect(judge(34, version("GLIBC_2.5"))).toBe(true);
  });

  it("takes the policy where there is one", () => {
    expect(judge(17, version("GLIBC_2.17"))).toBe(true);
    expect(judge(17, version("GLIBC_2.18"))).toBe(false);
    expect(judge(5, library("libexpat.so.1"))).toBe(false);
  });

  it("goes by glibc's number where there is none", () => {
    expect(judge(18, version("GLIBC_2.18"))).toBe(true);
    expect(judge(18, version("GLIBC_2.22"))).toBe(false);
    expect(judge(25, version("GLIBC_2.25"), version("GLIBCXX_3.4.22"))).toBe(true);
    // GLIBCXX_3.4.23 came with manylinux_2_27's systems; the policy below 2_25 does not have it.
    expect(judge(25, version("GLIBCXX_3.4.23"))).toBe(false);
    expect(judge(25, library("libfoo.so.1"))).toBe(false);
  });

  it("can't tell beyond the newest policy which release has an unknown version", () => {
    expect(judge(42, version("GLIBC_2.41"))).toBe(true);
    expect(judge(42, version("GLIBC_2.42"))).toBe(null);
    expect(judge(42, version("GLIBC_2.43"))).toBe(false);
    expect(judge(42, version("GLIBCXX_3.4.99"))).toBe(null);
    expect(judge(42, version("GLIBC_PRIVATE"))).toBe(false);
    expect(judge(42, library("libfoo.so.1"))).toBe(false);
  });

  it("goes by number below the oldest policy of an architecture", () => {
    const riscv = table("riscv64");
    const needs = [version("GLIBC_2.27", "riscv64")];
    expect(judgeManylinux(riscv, needs, { major: 2, minor: 17 }).truthful).toBe(false);
    expect(judgeManylinux(riscv, needs, { major: 2, minor: 28 }).truthful).toBe(true);
  });

  it("says against which need a tag is false", () => {
    const need = version("GLIBC_2.34");
    expect(judgeManylinux(table(), [version("GLIBC_2.5"), need], { major: 2, minor: 17 })).toEqual({
      truthful: false,
      against: [need],
    });
  });
});

describe("nearestPolicy", () => {
  it("places numbers between, below and beyond the policies", () => {
    const at = (minor: number) => nearestPolicy(table(), { major: 2, minor });
    expect(at(17)).toEqual({ position: 2, exact: true, beyond: false });
    expect(at(18)).toEqual({ position: 2, exact: false, beyond: false });
    expect(at(3)).toEqual({ position: 0, exact: false, beyond: false });
    expect(at(42)).toEqual({ position: table().none - 1, exact: false, beyond: true });
    expect(nearestPolicy(table(), { major: 3, minor: 0 }).beyond).toBe(true);
  });
});

describe("glibcVersion", () => {
  it("reads numbers only", () => {
    expect(glibcVersion("GLIBC_2.2.5")).toEqual({ major: 2, minor: 2 });
    expect(glibcVersion("GLIBC_PRIVATE")).toBeUndefined();
    expect(glibcVersion("GLIBC_ABI_DT_RELR")).toBeUndefined();
    expect(glibcVersion(`GLIBC_2.${"9".repeat(40)}`)).toBeUndefined();
  });
});
