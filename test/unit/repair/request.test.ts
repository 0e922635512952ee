/** Which platform a repair reaches, and which tags the result gets. */
import { describe, expect, it } from "vitest";
import { elf, module } from "../../support/native.ts";
import { type PlanSketch, planRepair } from "../../support/repair-plan.ts";

const glibc = (...versions: string[]): Parameters<typeof module>[1] => ({
  versions: { "libc.so.6": versions },
});
const files = (sketch: Parameters<typeof module>[1] = {}): PlanSketch["files"] => ({
  "demo/_x.so": module("_x", sketch),
});
const tagsFor = (sketch: PlanSketch): readonly string[] => planRepair(sketch).tags;

describe("auto", () => {
  it("takes the most compatible policy that is true, with its old name", () => {
    expect(tagsFor({ files: files(glibc("GLIBC_2.14")) })).toEqual([
      "manylinux2014_x86_64",
      "manylinux_2_17_x86_64",
    ]);
    expect(tagsFor({ files: files(glibc("GLIBC_2.34")) })).toEqual(["manylinux_2_34_x86_64"]);
  });

  it("refuses a version that no policy has, and says who needs it", () => {
    expect(() => planRepair({ files: files(glibc("GLIBC_2.99:new_call")) })).toThrow(
      /^`manylinux_2_41_x86_64` can't be reached: `demo\/_x.so` needs `GLIBC_2.99` of `libc.so.6` \(`new_call`\)$/,
    );
  });

  it("refuses forbidden symbols, also of libraries that are not modules and of grafted ones", () => {
    const z = { needed: ["libz.so.1", "libc.so.6"], imports: ["inflate_fast"] };
    for (const path of ["demo/libhelp.so", "demo/_x.so"]) {
      expect(() => planRepair({ files: { [path]: elf(z), "demo/_y.so": module("_y") } })).toThrow(
        `\`${path}\` uses symbols of \`libz.so.1\` that the policy forbids (\`inflate_fast\`)`,
      );
    }
    const root = {
      texts: { "/etc/ld.so.conf": "/opt" },
      files: { "/opt/libhelp.so": elf({ ...z, id: "libhelp.so" }) },
    };
    expect(() =>
      planRepair({ files: files({ needed: ["libhelp.so"] }), root, plat: "manylinux1_x86_64" }),
    ).toThrow(
      /`\/opt\/libhelp.so` uses symbols of `libz.so.1` that the policy forbids \(`inflate_fast`\)/,
    );
  });

  it("refuses PyFPE, and processors beyond what the tag says, in any file", () => {
    expect(() => planRepair({ files: files({ imports: ["PyFPE_jbuf"] }) })).toThrow("PyFPE");
    const modern = { ...files(), "demo/libfast.so": elf({ isa: "x86_64_v3" }) };
    expect(() => planRepair({ files: modern })).toThrow(
      "`demo/libfast.so` declares that it needs `x86_64_v3`",
    );
    expect(tagsFor({ files: modern, options: { isaCheck: false } })).toContain("manylinux1_x86_64");
  });

  it("lets the host provide what only newer policies grant, rather than graft it", () => {
    const root = {
      texts: { "/etc/ld.so.conf": "/opt" },
      files: { "/opt/libmvec.so.1": elf({ id: "libmvec.so.1" }) },
    };
    const { plan, tags } = planRepair({ files: files({ needed: ["libmvec.so.1"] }), root });
    expect(plan.grafts).toEqual([]);
    expect(tags).toEqual(["manylinux_2_24_x86_64"]);
  });

  it("counts versions of a library only where the host provides it", () => {
    const root = {
      texts: { "/etc/ld.so.conf": "/opt" },
      files: {
        "/opt/libown.so.1": elf({
          id: "libown.so.1",
          versions: { "libc.so.6": ["GLIBC_2.28"] },
          needed: ["libc.so.6"],
        }),
      },
    };
    const sketch = files({ needed: ["libown.so.1"], versions: { "libown.so.1": ["GLIBC_2.40"] } });
    expect(tagsFor({ files: sketch, root })).toEqual(["manylinux_2_28_x86_64"]);
  });
});

describe("--plat", () => {
  it("gives the same tags for a policy and for its old name", () => {
    const [a, b] = ["manylinux2014_x86_64", "manylinux_2_17_x86_64"].map((plat) =>
      tagsFor({ files: files(), plat }),
    );
    expect(a).toEqual(b);
    expect(a).toEqual([
      "manylinux1_x86_64",
      "manylinux2014_x86_64",
      "manylinux_2_17_x86_64",
      "manylinux_2_5_x86_64",
    ]);
  });

  it("gives just that with --only-plat", () => {
    expect(tagsFor({ files: files(), plat: "manylinux_2_17_x86_64", onlyPlat: true })).toEqual([
      "manylinux2014_x86_64",
      "manylinux_2_17_x86_64",
    ]);
  });

  it("judges versions that no policy was written for", () => {
    const plat = "manylinux_2_18_x86_64";
    expect(tagsFor({ files: files(glibc("GLIBC_2.18")), plat })).toEqual([plat]);
    expect(() => planRepair({ files: files(glibc("GLIBC_2.22")), plat })).toThrow("GLIBC_2.22");
    const beyond = "manylinux_2_99_x86_64";
    expect(() => planRepair({ files: files(glibc("GLIBC_2.98")), plat: beyond })).toThrow(
      "GLIBC_2.98",
    );
  });

  it.each([
    ["manylinux_2_5_x86_64", "needs `GLIBC_2.17`"],
    ["musllinux_1_2_x86_64", "does not apply to this wheel: its files are built for manylinux"],
    ["manylinux_2_17_aarch64", "is for another architecture"],
  ])("refuses %s", (plat, why) => {
    expect(() => planRepair({ files: files(glibc("GLIBC_2.17")), plat })).toThrow(why);
  });
});

describe("tags of the input", () => {
  it("stay where they are true, and go where the content contradicts them", () => {
    const { tags, contradicted } = planRepair({
      tags: "cp312-cp312-manylinux_2_39_x86_64.manylinux_2_12_x86_64.linux_x86_64",
      files: files(glibc("GLIBC_2.28")),
    });
    expect(tags).toEqual(["manylinux_2_28_x86_64", "manylinux_2_39_x86_64"]);
    expect(contradicted).toEqual(["manylinux_2_12_x86_64"]);
  });

  it("go where an older system lacks a library that is left to it", () => {
    const { tags, contradicted } = planRepair({
      tags: "cp312-cp312-manylinux_2_17_x86_64",
      files: files({ needed: ["libmvec.so.1", "libc.so.6"] }),
    });
    expect(tags).toEqual(["manylinux_2_24_x86_64"]);
    expect(contradicted).toEqual(["manylinux_2_17_x86_64"]);
  });

  it("keep the architecture's spelling", () => {
    const arm = module("_x", { arch: "armv6l", needed: ["libc.musl-armhf.so.1"], versions: {} });
    const armv6 = { "demo/_x.so": arm };
    // PyPI takes no other tag of that architecture.
    expect(tagsFor({ tags: "cp312-cp312-linux_armv6l", files: armv6 })).toEqual(["linux_armv6l"]);
    expect(tagsFor({ tags: "cp312-cp312-musllinux_1_2_armv6l", files: armv6 })).toEqual([
      "musllinux_1_2_armv6l",
    ]);
    const arm7 = module("_x", { arch: "armv7l", needed: ["libc.musl-armv7.so.1"], versions: {} });
    expect(tagsFor({ tags: "cp312-cp312-linux_armv7l", files: { "demo/_x.so": arm7 } })).toEqual([
      "musllinux_1_2_armv7l",
    ]);
  });
});

describe("musl", () => {
  const musl = files({ needed: ["libc.musl-x86_64.so.1"], versions: {} });

  it("promises 1.1 only for what was built for it", () => {
    expect(tagsFor({ files: musl })).toEqual(["musllinux_1_2_x86_64"]);
    expect(tagsFor({ files: musl, tags: "cp312-cp312-musllinux_1_1_x86_64" })).toEqual([
      "musllinux_1_1_x86_64",
    ]);
    expect(tagsFor({ files: musl, plat: "musllinux_1_1_x86_64" })).toContain(
      "musllinux_1_1_x86_64",
    );
  });

  it("refuses 1.1 for symbols that it lacks", () => {
    const modern = files({
      needed: ["libc.musl-x86_64.so.1"],
      versions: {},
      imports: ["reallocarray"],
    });
    expect(() => planRepair({ files: modern, plat: "musllinux_1_1_x86_64" })).toThrow(
      "reallocarray",
    );
  });
});

describe("Android", () => {
  const tags = "cp313-cp313-android_24_arm64_v8a";
  const arm = (sketch: Parameters<typeof module>[1] = {}): PlanSketch["files"] => ({
    "demo/_x.so": module("_x", { arch: "aarch64", needed: ["libc.so"], versions: {}, ...sketch }),
  });

  it("keeps the claimed level, or raises it to what the files were compiled for", () => {
    expect(tagsFor({ tags, files: arm() })).toEqual(["android_24_arm64_v8a"]);
    const raised = planRepair({ tags, files: arm({ androidApi: 30 }) });
    expect(raised.tags).toEqual(["android_30_arm64_v8a"]);
    expect(raised.contradicted).toEqual(["android_24_arm64_v8a"]);
  });

  it("takes any level that is high enough", () => {
    expect(tagsFor({ tags, files: arm(), plat: "android_29_arm64_v8a" })).toEqual([
      "android_24_arm64_v8a",
      "android_29_arm64_v8a",
    ]);
    expect(() =>
      planRepair({ tags, files: arm({ androidApi: 26 }), plat: "android_24_arm64_v8a" }),
    ).toThrow("`demo/_x.so` is compiled for API level 26");
    expect(() => planRepair({ tags, files: arm(), plat: "android_16_arm64_v8a" })).toThrow(
      "API level 21",
    );
  });
});
