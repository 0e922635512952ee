import { describe, expect, it } from "vitest";
import { elf, module } from "../../support/native.ts";
import { fakeDigest, planRepair } from "../../support/repair-plan.ts";

const digits = (path: string): string => fakeDigest(path).slice(0, 8);
const LIB = "/usr/lib/x86_64-linux-gnu";
const CONF = { "/etc/ld.so.conf": `${LIB}\n` };

describe("grafts", () => {
  it("copies what is needed directly and through others, with names of their own", () => {
    const { plan, edits, tags } = planRepair({
      files: { "demo/_x.so": module("_x", { needed: ["libc.so.6", "liba.so.2"] }) },
      root: {
        texts: CONF,
        links: { [`${LIB}/liba.so.2`]: `${LIB}/liba.so.2.0.1` },
        files: {
          [`${LIB}/liba.so.2.0.1`]: elf({
            id: "liba.so.2",
            needed: ["libb.so.1", "libc.so.6"],
            versions: { "libb.so.1": ["B_1"] },
            runpath: ["/opt/vendor"],
          }),
          [`${LIB}/libb.so.1`]: elf({ id: "libb.so.1", rpath: ["/opt/vendor"] }),
        },
      },
    });
    const a = `liba-${digits(`${LIB}/liba.so.2.0.1`)}.so.2.0.1`;
    const b = `libb-${digits(`${LIB}/libb.so.1`)}.so.1`;
    expect(edits).toEqual({
      "demo/_x.so": [
        `replace-dependency liba.so.2 ${a}`,
        "set-search-paths rpath $ORIGIN/../demo.libs",
      ],
      [`demo.libs/${a}`]: [
        `set-id ${a}`,
        `replace-dependency libb.so.1 ${b}`,
        "set-search-paths rpath $ORIGIN",
      ],
      [`demo.libs/${b}`]: [`set-id ${b}`, "set-search-paths none"],
    });
    expect(plan.grafts.map(({ path, aliases, neededBy }) => [path, aliases, neededBy])).toEqual([
      [`demo.libs/${a}`, ["liba.so.2"], ["demo/_x.so"]],
      [`demo.libs/${b}`, ["libb.so.1"], [`demo.libs/${a}`]],
    ]);
    expect(tags).toEqual(["manylinux1_x86_64", "manylinux_2_5_x86_64"]);
  });

  it("grafts one file for a pair of alias names, and renames both", () => {
    const real = `${LIB}/libopenblasp-r0.3.21.so`;
    const { plan, edits } = planRepair({
      files: { "demo/_x.so": module("_x", { needed: ["libblas.so.3", "liblapack.so.3"] }) },
      root: {
        texts: CONF,
        links: { [`${LIB}/libblas.so.3`]: real, [`${LIB}/liblapack.so.3`]: real },
        files: { [real]: elf({ id: "libopenblas.so.0" }) },
      },
    });
    const name = `libopenblasp-r0-${digits(real)}.3.21.so`;
    expect(plan.grafts.map((graft) => graft.name)).toEqual([name]);
    expect(plan.grafts[0]?.aliases).toEqual(["libblas.so.3", "liblapack.so.3"]);
    expect(edits["demo/_x.so"]).toEqual([
      `replace-dependency libblas.so.3 ${name}`,
      `replace-dependency liblapack.so.3 ${name}`,
      "set-search-paths rpath $ORIGIN/../demo.libs",
    ]);
  });

  it("keeps apart two files with one SONAME, each with its users", () => {
    const { plan, edits } = planRepair({
      files: {
        "demo/_x.so": module("_x", { needed: ["libf.so.1"], rpath: ["/opt/one"] }),
        "demo/_y.so": module("_y", { needed: ["libf.so.1"], rpath: ["/opt/two"] }),
      },
      root: {
        files: {
          "/opt/one/libf.so.1": elf({ id: "libf.so.1" }),
          "/opt/two/libf.so.1": elf({ id: "libf.so.1" }),
        },
      },
    });
    const [one, two] = ["/opt/one/libf.so.1", "/opt/two/libf.so.1"].map(
      (path) => `libf-${digits(path)}.so.1`,
    );
    expect(plan.grafts.map(({ name }) => name).sort()).toEqual([one, two].sort());
    expect(edits["demo/_x.so"]?.[0]).toBe(`replace-dependency libf.so.1 ${one}`);
    expect(edits["demo/_y.so"]?.[0]).toBe(`replace-dependency libf.so.1 ${two}`);
  });

  it("takes two paths with the same bytes for one library", () => {
    const { plan } = planRepair({
      files: {
        "demo/_x.so": module("_x", { needed: ["libf.so.1"], rpath: ["/opt/one"] }),
        "demo/_y.so": module("_y", { needed: ["libf.so.1"], rpath: ["/opt/two"] }),
      },
      root: {
        files: {
          "/opt/one/libf.so.1": elf({ id: "libf.so.1" }),
          "/opt/two/libf.so.1": elf({ id: "libf.so.1" }),
        },
      },
      plan: { digestOf: () => "0".repeat(64) },
    });
    expect(plan.grafts).toHaveLength(1);
    expect(plan.grafts[0]?.neededBy).toEqual(["demo/_x.so", "demo/_y.so"]);
  });

  it("follows a library that needs itself, and two that need each other", () => {
    const { edits } = planRepair({
      files: { "demo/_x.so": module("_x", { needed: ["liba.so"] }) },
      root: {
        texts: CONF,
        files: {
          [`${LIB}/liba.so`]: elf({ id: "liba.so", needed: ["liba.so", "libb.so"] }),
          [`${LIB}/libb.so`]: elf({ id: "libb.so", needed: ["liba.so"] }),
        },
      },
    });
    const a = `liba-${digits(`${LIB}/liba.so`)}.so`;
    expect(edits[`demo.libs/${a}`]).toContain(`replace-dependency liba.so ${a}`);
  });

  it("adds the search path also when the name needs no change", () => {
    const path = "/opt/libf-00000000.so.1";
    const { edits } = planRepair({
      files: {
        "demo/_x.so": module("_x", { needed: ["libf-00000000.so.1"], rpath: ["/opt"] }),
      },
      root: { files: { [path]: elf({ id: "libf-00000000.so.1" }) } },
      plan: { digestOf: () => "0".repeat(64) },
    });
    expect(edits["demo/_x.so"]).toEqual(["set-search-paths rpath $ORIGIN/../demo.libs"]);
  });

  it("passes over a linker script where a library is looked for", () => {
    const { edits } = planRepair({
      files: { "demo/_x.so": module("_x", { needed: ["libf.so"] }) },
      ldpaths: ["/opt/first", "/opt/second"],
      host: {
        files: { "/opt/first/libf.so": null, "/opt/second/libf.so": elf({ id: "libf.so" }) },
      },
    });
    expect(Object.keys(edits)).toContain(`demo.libs/libf-${digits("/opt/second/libf.so")}.so`);
  });

  it("says which library is missing, who needs it and how many more", () => {
    expect(() =>
      planRepair({
        files: { "demo/_x.so": module("_x", { needed: ["libgone.so.1", "libz2.so"] }) },
        root: { files: {} },
      }),
    ).toThrow("`libgone.so.1`, which `demo/_x.so` needs, was not found, and 1 more");
  });

  it("finds a library in the wheel by its name, whatever the search paths say", () => {
    const { plan, edits } = planRepair({
      files: {
        "demo/_x.so": module("_x", { needed: ["libcore.so"], runpath: ["$ORIGIN/none"] }),
        "demo/core/libcore.so": elf({ id: "libcore.so" }),
      },
      root: { files: {} },
    });
    expect(plan.grafts).toEqual([]);
    expect(edits).toEqual({
      "demo/_x.so": ["set-search-paths rpath $ORIGIN/none:$ORIGIN/core"],
    });
  });

  it("asks for a file by its own name where none is called like the SONAME", () => {
    const files = {
      "demo/_x.so": module("_x", { needed: ["libcore.so.2"] }),
      "demo/core/libcore.so": elf({ id: "libcore.so.2" }),
    };
    const path = "set-search-paths rpath $ORIGIN/core";
    expect(planRepair({ files, root: { files: {} } }).edits).toEqual({
      "demo/_x.so": ["replace-dependency libcore.so.2 libcore.so", path],
    });
    const copies = { ...files, "demo/core/libcore.so.2": elf({ id: "libcore.so.2" }) };
    expect(planRepair({ files: copies, root: { files: {} } }).edits).toEqual({
      "demo/_x.so": [path],
    });
  });

  it("lets programs find the libraries of the wheel, and moves scripts that can't", () => {
    const tool = (data: string, library: string) => {
      const { edits, plan } = planRepair({
        files: {
          [`demo-1.0.data/${data}/tool`]: elf({
            kind: "executable",
            interpreter: "/lib64/ld-linux-x86-64.so.2",
            needed: ["libcore.so"],
          }),
          [library]: elf({ id: "libcore.so" }),
        },
        root: { files: {} },
      });
      return [edits, plan.members.map(({ movesTo }) => movesTo), plan.files.length];
    };
    expect(tool("scripts", "demo/libcore.so")).toEqual([
      { "demo.scripts/tool": ["set-search-paths rpath $ORIGIN/../demo"] },
      ["demo.scripts/tool"],
      1,
    ]);
    expect(tool("scripts", "demo-1.0.data/data/lib/libcore.so")).toEqual([
      { "demo-1.0.data/scripts/tool": ["set-search-paths rpath $ORIGIN/../lib"] },
      [undefined],
      0,
    ]);
    expect(tool("platlib/demo/bin", "demo/libcore.so")).toEqual([
      { "demo-1.0.data/platlib/demo/bin/tool": ["set-search-paths rpath $ORIGIN/.."] },
      [undefined],
      0,
    ]);
  });
});

describe("search paths of members", () => {
  const root = { texts: CONF, files: { [`${LIB}/libf.so.1`]: elf({ id: "libf.so.1" }) } };
  const grafting = (sketch: Parameters<typeof module>[1], path = "demo/_x.so"): string[] => {
    const { edits } = planRepair({
      files: { [path]: module("_x", { ...sketch, needed: ["libf.so.1"] }) },
      root,
    });
    return (edits[path] ?? []).filter((edit) => edit.includes("search-path"));
  };

  it("keeps what leads into the wheel, drops the rest, and adds the new one at the end", () => {
    const braced = "$".concat("{ORIGIN}/../x");
    const runpath = ["/build", "$ORIGIN/lib", braced, "rel", "$ORIGIN/lib", ""];
    expect(grafting({ runpath })).toEqual([
      `set-search-paths rpath $ORIGIN/lib:${braced}:$ORIGIN/../demo.libs`,
    ]);
  });

  it("does not repeat an entry that is there", () => {
    expect(grafting({ rpath: ["$ORIGIN/../demo.libs", "$ORIGIN"] })).toEqual([]);
    expect(grafting({ runpath: ["$ORIGIN/../demo.libs"] })).toEqual([
      "set-search-paths rpath $ORIGIN/../demo.libs",
    ]);
  });

  it("drops a DT_RPATH that the loader ignores beside DT_RUNPATH", () => {
    expect(grafting({ rpath: ["$ORIGIN/old"], runpath: ["$ORIGIN/new"] })).toEqual([
      "set-search-paths rpath $ORIGIN/new:$ORIGIN/../demo.libs",
    ]);
  });

  it("counts the way from where the member lies", () => {
    expect(grafting({}, "_x.so")).toEqual(["set-search-paths rpath $ORIGIN/demo.libs"]);
    expect(grafting({}, "a/b/_x.so")).toEqual(["set-search-paths rpath $ORIGIN/../../demo.libs"]);
    expect(grafting({}, "demo-1.0.data/platlib/a/_x.so")).toEqual([
      "set-search-paths rpath $ORIGIN/../demo.libs",
    ]);
  });

  it("sanitises files that need nothing from outside, and keeps the kind of path", () => {
    const { edits } = planRepair({
      files: {
        "demo/_x.so": module("_x", { runpath: ["/build", "$ORIGIN"] }),
        "demo/_y.so": module("_y", { rpath: ["/build"] }),
        "demo/_z.so": module("_z", { runpath: ["$ORIGIN"] }),
        "demo-1.0.data/scripts/tool": elf({ kind: "executable", runpath: ["/build"] }),
      },
      root,
    });
    expect(edits).toEqual({
      "demo/_x.so": ["set-search-paths runpath $ORIGIN"],
      "demo/_y.so": ["set-search-paths none"],
      "demo-1.0.data/scripts/tool": ["set-search-paths none"],
    });
  });

  it("leads to a library of the wheel that the dropped path led to", () => {
    const files = {
      "demo/_x.so": module("_x", { needed: ["libcore.so"], runpath: ["/build/lib"] }),
      "demo/core/libcore.so": elf({ id: "libcore.so" }),
    };
    expect(planRepair({ files, root }).edits).toEqual({
      "demo/_x.so": ["set-search-paths rpath $ORIGIN/core"],
    });
  });

  it("drops a libpython that was linked, and adds no path for it", () => {
    for (const name of [
      "libpython3.12.so.1.0",
      "libpython3.13t.so.1.0",
      "libpython3.so",
      "libpython3.12d.so.1.0",
    ]) {
      const { edits, plan } = planRepair({
        files: { "demo/_x.so": module("_x", { needed: ["libc.so.6", name] }) },
        root: { texts: CONF, files: { [`${LIB}/${name}`]: elf({ id: name }) } },
      });
      expect(edits).toEqual({ "demo/_x.so": [`remove-dependency ${name}`] });
      expect(plan.grafts).toEqual([]);
    }
  });
});

describe("programs in .data/scripts", () => {
  const tool = "demo-1.0.data/scripts/tool";

  it("moves one that needs a grafted library, and leads it to its other libraries too", () => {
    const { plan, edits } = planRepair({
      tags: "py3-none-any",
      files: {
        [tool]: elf({
          kind: "executable",
          interpreter: "/lib64/ld-linux-x86-64.so.2",
          needed: ["libf.so.1", "libown.so", "libc.so.6"],
          runpath: ["$ORIGIN/../lib/python3.12/site-packages/demo/lib"],
        }),
        "demo/lib/libown.so": elf({ id: "libown.so" }),
      },
      root: { texts: CONF, files: { [`${LIB}/libf.so.1`]: elf({ id: "libf.so.1" }) } },
    });
    expect(plan.members).toMatchObject([{ path: tool, movesTo: "demo.scripts/tool" }]);
    expect(edits["demo.scripts/tool"]?.at(-1)).toBe(
      "set-search-paths rpath $ORIGIN/../demo/lib:$ORIGIN/../demo.libs",
    );
    expect(plan.grafts[0]?.neededBy).toEqual(["demo.scripts/tool"]);
  });

  it("leaves one alone that needs nothing from outside", () => {
    const { plan } = planRepair({
      tags: "py3-none-any",
      files: { [tool]: elf({ kind: "executable", needed: ["libc.so.6"] }) },
      root: { files: {} },
    });
    expect(plan.members).toEqual([]);
  });

  it("refuses what is installed where no path leads to the libraries", () => {
    expect(() =>
      planRepair({
        files: { "demo-1.0.data/data/lib/libz.so": elf({ needed: ["libf.so.1"] }) },
        root: { texts: CONF, files: { [`${LIB}/libf.so.1`]: elf({ id: "libf.so.1" }) } },
      }),
    ).toThrow("is installed outside site-packages");
  });
});

describe("libraries that are opened at run time", () => {
  const files = { "demo/_x.so": module("_x"), "demo/sub/_y.so": module("_y") };
  const real = `${LIB}/libplug.so.1.2`;
  const root = {
    texts: CONF,
    links: { [`${LIB}/libplug.so.1`]: real },
    files: {
      [real]: elf({ id: "libplug.so.1", needed: ["libdep.so"] }),
      [`${LIB}/libdep.so`]: elf({ id: "libdep.so" }),
    },
  };

  it("are grafted under the name that the code opens, where every file finds them", () => {
    const { edits } = planRepair({ files, root, include: ["libplug.so.1"] });
    const dep = `libdep-${digits(`${LIB}/libdep.so`)}.so`;
    expect(edits).toEqual({
      "demo/_x.so": ["set-search-paths rpath $ORIGIN/../demo.libs"],
      "demo/sub/_y.so": ["set-search-paths rpath $ORIGIN/../../demo.libs"],
      "demo.libs/libplug.so.1": [
        `replace-dependency libdep.so ${dep}`,
        "set-search-paths rpath $ORIGIN",
      ],
      [`demo.libs/${dep}`]: [`set-id ${dep}`, "set-search-paths rpath $ORIGIN"],
    });
  });

  it("may be needed by name as well", () => {
    const { edits } = planRepair({
      files: { "demo/_x.so": module("_x", { needed: ["libplug.so.1"] }) },
      root,
      include: ["libplug.so.1"],
    });
    expect(edits["demo/_x.so"]).toEqual(["set-search-paths rpath $ORIGIN/../demo.libs"]);
  });
});

describe("names that stay (--no-mangle)", () => {
  const root = {
    texts: CONF,
    links: { [`${LIB}/libGL.so.9`]: `${LIB}/libGL.so.9.1` },
    files: {
      [`${LIB}/libGL.so.9.1`]: elf({ id: "libGL.so.9" }),
      [`${LIB}/libf.so`]: elf({ id: "libf.so" }),
    },
  };
  const files = { "demo/_x.so": module("_x", { needed: ["libGL.so.9", "libf.so"] }) };

  it("keeps the SONAME of those that are named", () => {
    const { edits } = planRepair({ files, root, keeps: ["libGL.so.9"] });
    expect(edits["demo.libs/libGL.so.9"]).toEqual([]);
    expect(edits["demo/_x.so"]?.[0]).toMatch(/^replace-dependency libf\.so libf-/);
  });

  it("refuses two libraries of one name", () => {
    expect(() =>
      planRepair({
        files: {
          "demo/_x.so": module("_x", { needed: ["libf.so.1"], rpath: ["/opt/one"] }),
          "demo/_y.so": module("_y", { needed: ["libf.so.1"], rpath: ["/opt/two"] }),
        },
        root: {
          files: {
            "/opt/one/libf.so.1": elf({ id: "libf.so.1" }),
            "/opt/two/libf.so.1": elf({ id: "libf.so.1" }),
          },
        },
        keeps: ["libf.so.1"],
      }),
    ).toThrow("two different libraries would be grafted as `libf.so.1`");
  });
});

describe("executable stacks", () => {
  it("are cleared only when that is asked for, in members and grafts", () => {
    const sketch = {
      files: { "demo/_x.so": module("_x", { needed: ["libf.so"], execstack: "yes" as const }) },
      root: {
        texts: CONF,
        files: { [`${LIB}/libf.so`]: elf({ id: "libf.so", execstack: "yes" }) },
      },
    };
    const clear = "clear-executable-stack";
    const count = (edits: Readonly<Record<string, readonly string[]>>): number =>
      Object.values(edits)
        .flat()
        .filter((edit) => edit === clear).length;
    expect(count(planRepair(sketch).edits)).toBe(0);
    expect(count(planRepair({ ...sketch, plan: { clearExecstack: true } }).edits)).toBe(2);
  });
});

describe("Android", () => {
  const files = {
    "demo/_x.so": module("_x", {
      needed: ["libf.so", "libc.so", "libpython3.13.so"],
      versions: {},
    }),
  };

  it("uses DT_RUNPATH, keeps libpython, and promises the level from which that works", () => {
    const { edits, tags } = planRepair({
      tags: "cp313-cp313-android_21_x86_64",
      files,
      ldpaths: ["/sdk"],
      host: { files: { "/sdk/libf.so": elf({ id: "libf.so", needed: ["libc.so"] }) } },
    });
    expect(tags).toEqual(["android_24_x86_64"]);
    expect(edits["demo/_x.so"]?.at(-1)).toBe("set-search-paths runpath $ORIGIN/../demo.libs");
    expect(edits["demo/_x.so"]?.some((edit) => edit.startsWith("remove-dependency"))).toBe(false);
  });
});
