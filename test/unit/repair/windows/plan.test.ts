import { describe, expect, it } from "vitest";
import { decodeLatin1 } from "../../../../src/bytes.ts";
import { RefusalError } from "../../../../src/errors.ts";
import { knownPatches } from "../../../../src/repair/windows/known-patch.ts";
import type { WindowsFiles } from "../../../../src/repair/windows/plan.ts";
import type { PlannedWheel } from "../../../support/pe-graph.ts";
import { planWheel } from "../../../support/pe-graph.ts";

const HASH = "[0-9a-f]{32}";
const INIT = { "demo/__init__.py": '"""doc"""\n' };

/** Folders that the Python files of a plan add, by path. */
function added({ files }: WindowsFiles): Record<string, string[]> {
  return Object.fromEntries(
    files
      .filter(({ path }) => path.endsWith(".py"))
      .map(({ path, bytes }) => [
        path,
        knownPatches(bytes, path.replace(/\/[^/]*$/, "")).flatMap(({ folders }) => [...folders]),
      ]),
  );
}

function preloaded({ files }: WindowsFiles): readonly string[] {
  return files.flatMap(({ path, bytes }) =>
    knownPatches(bytes, path.replace(/\/[^/]*$/, "")).flatMap(({ preload }) => [...preload]),
  );
}

function refusal(wheel: PlannedWheel): RefusalError {
  try {
    planWheel(wheel);
  } catch (error) {
    if (error instanceof RefusalError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

const SIMPLE: PlannedWheel = {
  files: { "demo/_x.pyd": [["B.dll", "/lib/b.dll"]], "/lib/b.dll": [] },
  texts: INIT,
};

describe("the init layout", () => {
  it("puts DLLs into one folder, by content, and has the package add it", () => {
    const plan = planWheel(SIMPLE);
    const [graft] = plan.grafts;
    expect(graft?.path).toMatch(new RegExp(`^demo\\.libs/b-${HASH}\\.dll$`));
    expect(graft?.aliases).toEqual(["B.dll"]);
    expect(graft?.neededBy).toEqual(["demo/_x.pyd"]);
    expect(plan.members).toEqual([
      {
        path: "demo/_x.pyd",
        edits: [{ kind: "replace-dependency", from: "B.dll", to: graft?.name }],
      },
    ]);
    expect(added(plan)).toEqual({ "demo/__init__.py": ["demo.libs"] });
  });

  it("follows what DLLs need, also in circles and through forwarders", () => {
    const plan = planWheel({
      files: {
        "demo/_x.pyd": [["a.dll", "/lib/a.dll"]],
        "/lib/a.dll": [
          ["b.dll", "/lib/b.dll"],
          ["kernel32.dll", "system"],
        ],
        "/lib/b.dll": [
          ["a.dll", "/lib/a.dll"],
          ["c:forwarder", "/lib/c.dll"],
        ],
        "/lib/c.dll": [],
      },
      texts: INIT,
    });
    expect(plan.grafts.map(({ from }) => from).sort()).toEqual([
      "/lib/a.dll",
      "/lib/b.dll",
      "/lib/c.dll",
    ]);
    const b = plan.grafts.find(({ from }) => from === "/lib/b.dll");
    const to = (from: string) => plan.grafts.find((each) => each.from === from)?.name;
    expect(b?.edits).toEqual([
      { kind: "replace-dependency", from: "a.dll", to: to("/lib/a.dll") },
      { kind: "replace-dependency", from: "c", to: to("/lib/c.dll") },
    ]);
  });

  it("patches only the outermost package of modules that need it", () => {
    const plan = planWheel({
      files: { ...SIMPLE.files, "other/sub/_y.pyd": [["b.dll", "/lib/b.dll"]], "plain/_z.pyd": [] },
      texts: {
        ...INIT,
        "other/__init__.py": "",
        "other/sub/__init__.py": "",
        "plain/__init__.py": "",
        "docs/conf.py": "",
      },
    });
    expect(added(plan)).toEqual({
      "demo/__init__.py": ["demo.libs"],
      "other/__init__.py": ["demo.libs"],
    });
  });

  it("goes deeper in namespace packages, of every kind", () => {
    const plan = planWheel(
      {
        files: {
          "implicit/demo/_x.pyd": [["b.dll", "/lib/b.dll"]],
          "old/demo/_x.pyd": [["b.dll", "/lib/b.dll"]],
          "older/demo/_x.pyd": [["b.dll", "/lib/b.dll"]],
          "told/of/demo/_x.pyd": [["b.dll", "/lib/b.dll"]],
          "/lib/b.dll": [],
        },
        texts: {
          "implicit/demo/__init__.py": "",
          "old/__init__.py": "__import__('pkg_resources').declare_namespace(__name__)\n",
          "old/demo/__init__.py": "",
          "older/__init__.py": "__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n",
          "older/demo/__init__.py": "",
          "told/__init__.py": "",
          "told/of/__init__.py": "",
          "told/of/demo/__init__.py": "",
        },
      },
      { namespaces: ["told.of"] },
    );
    expect(Object.keys(added(plan))).toEqual([
      "implicit/demo/__init__.py",
      "old/demo/__init__.py",
      "older/demo/__init__.py",
      "told/of/demo/__init__.py",
    ]);
  });

  it("puts copies beside modules that no code of the wheel runs before", () => {
    const plan = planWheel({
      files: {
        "_top.pyd": [["b.dll", "/lib/b.dll"]],
        "space/_x.pyd": [["b.dll", "/lib/b.dll"]],
        "demo-1.0.data/platlib/late/_y.pyd": [["b.dll", "/lib/b.dll"]],
        "/lib/b.dll": [],
      },
    });
    expect(plan.grafts.map(({ path }) => path)).toEqual([
      expect.stringMatching(new RegExp(`^b-${HASH}\\.dll$`)),
      expect.stringMatching(new RegExp(`^demo-1\\.0\\.data/platlib/late/b-${HASH}\\.dll$`)),
      expect.stringMatching(new RegExp(`^space/b-${HASH}\\.dll$`)),
    ]);
    expect(plan.files).toEqual([]);
  });

  it("leaves DLLs beside their users alone, with their names", () => {
    const plan = planWheel({
      files: { "demo/_x.pyd": [["b", "demo/B.dll"]], "demo/B.dll": [] },
      texts: INIT,
    });
    expect(plan).toEqual({ grafts: [], members: [], files: [], notes: [] });
  });

  it("adds the folder of a DLL that lies elsewhere in the wheel", () => {
    const plan = planWheel({
      files: { "demo/_x.pyd": [["b.dll", "demo/bin/b.dll"]], "demo/bin/b.dll": [] },
      texts: INIT,
    });
    expect(plan.members).toEqual([]);
    expect(added(plan)).toEqual({ "demo/__init__.py": ["demo/bin"] });
  });

  it("renames one of two different DLLs of a name, and none of two that are the same", () => {
    const files: PlannedWheel["files"] = {
      "demo/a/_x.pyd": [["b.dll", "demo/a/b.dll"]],
      "demo/c/_y.pyd": [["B.DLL", "demo/c/B.dll"]],
      "demo/a/b.dll": [],
      "demo/c/B.dll": [],
    };
    const plan = planWheel({ files, texts: INIT });
    expect(plan.members.map(({ path, movesTo }) => [path, movesTo])).toEqual([
      ["demo/c/B.dll", expect.stringMatching(new RegExp(`^demo/c/B-${HASH}\\.dll$`))],
      ["demo/c/_y.pyd", undefined],
    ]);
    expect(plan.notes.join()).toContain("`demo/c/B.dll` is `B-");
    const same = planWheel({
      files,
      texts: INIT,
      content: { "demo/a/b.dll": "same", "demo/c/B.dll": "same" },
    });
    expect(same.members).toEqual([]);
  });

  it("loads at once what is otherwise looked for at first use", () => {
    const plan = planWheel({
      files: {
        "demo/_x.pyd": [["late.dll:delay", "/lib/late.dll"]],
        "/lib/late.dll": [["b.dll", "/lib/b.dll"]],
        "/lib/b.dll": [],
      },
      texts: INIT,
    });
    expect(preloaded(plan)).toEqual([
      expect.stringMatching(new RegExp(`^demo\\.libs/late-${HASH}\\.dll$`)),
    ]);
  });

  it("changes nothing in a wheel that it has repaired, nor in delvewheel's", () => {
    const first = planWheel(SIMPLE);
    const [graft] = first.grafts;
    const [init] = first.files;
    if (graft === undefined || init === undefined) throw new Error("nothing planned");
    const files: PlannedWheel["files"] = {
      "demo/_x.pyd": [[graft.name, graft.path]],
      [graft.path]: [],
    };
    const again = planWheel({ files, texts: { "demo/__init__.py": decodeLatin1(init.bytes) } });
    expect(again).toEqual({ grafts: [], members: [], files: [], notes: [] });
    const delvewheel = `"""doc"""\n# start delvewheel patch\n    os.path.join(os.path.dirname(__file__), os.pardir, 'demo.libs')\n# end delvewheel patch\n`;
    const theirs = planWheel({ files, texts: { "demo/__init__.py": delvewheel } });
    expect(theirs).toEqual({ grafts: [], members: [], files: [], notes: [] });
    const adjacent = planWheel(
      { files, texts: { "demo/__init__.py": delvewheel } },
      { layout: "adjacent" },
    );
    expect(adjacent).toEqual({ grafts: [], members: [], files: [], notes: [] });
  });

  it("adds to what an earlier repair put into a module", () => {
    const [init] = planWheel(SIMPLE).files;
    const plan = planWheel({
      files: { "demo/_x.pyd": [["c.dll", "demo/bin/c.dll"]], "demo/bin/c.dll": [] },
      texts: { "demo/__init__.py": decodeLatin1(init?.bytes ?? new Uint8Array()) },
    });
    expect(added(plan)).toEqual({ "demo/__init__.py": ["demo.libs", "demo/bin"] });
  });

  it("lists the DLLs for old Pythons, sorted", () => {
    const plan = planWheel(
      {
        files: {
          "demo/_x.pyd": [
            ["b.dll", "/lib/b.dll"],
            ["a.dll", "/lib/a.dll"],
          ],
          "/lib/b.dll": [],
          "/lib/a.dll": [],
        },
        texts: INIT,
      },
      { loadOrder: ".load-order-demo-1.0" },
    );
    const list = plan.files.find(({ path }) => path === "demo.libs/.load-order-demo-1.0");
    expect(decodeLatin1(list?.bytes ?? new Uint8Array())).toMatch(
      new RegExp(`^a-${HASH}\\.dll\nb-${HASH}\\.dll\n$`),
    );
  });

  it("keeps names that are to stay, and refuses two libraries of one", () => {
    const kept = planWheel(SIMPLE, { keepsName: (name) => name === "b.dll" });
    expect(kept.grafts.map(({ path }) => path)).toEqual(["demo.libs/b.dll"]);
    expect(kept.members).toEqual([]);
    expect(() =>
      planWheel(
        {
          files: {
            "demo/_x.pyd": [["b.dll", "/lib/b.dll"]],
            "demo/_y.pyd": [["b.dll", "/other/b.dll"]],
            "/lib/b.dll": [],
            "/other/b.dll": [],
          },
          texts: INIT,
        },
        { keepsName: () => true },
      ),
    ).toThrow("two different libraries");
  });

  it("keeps the name of what a file with code for two machines needs", () => {
    const plan = planWheel({
      files: {
        "demo/_x.pyd": [["b.dll", "/lib/b.dll"]],
        "/lib/b.dll": [["c.dll", "/lib/c.dll"]],
        "/lib/c.dll": [],
      },
      sketches: { "/lib/b.dll": { arch: "arm64", slice: { hybrid: "arm64x" } } },
      texts: INIT,
    });
    expect(plan.grafts.map(({ path, edits }) => [path, edits.length])).toEqual([
      [expect.stringMatching(new RegExp(`^demo\\.libs/b-${HASH}\\.dll$`)), 0],
      ["demo.libs/c.dll", 0],
    ]);
  });

  it("takes along, under its name, what code opens", () => {
    const plan = planWheel(
      { ...SIMPLE, files: { ...SIMPLE.files, "/lib/plugin.dll": [["b.dll", "/lib/b.dll"]] } },
      { opened: new Map([["plugin.dll", "/lib/plugin.dll"]]) },
    );
    const plugin = plan.grafts.find(({ name }) => name === "plugin.dll");
    expect(plugin?.path).toBe("demo.libs/plugin.dll");
    expect(plugin?.edits).toHaveLength(1);
  });

  it("touches no Python file when it may not, or only those that ask", () => {
    const none = planWheel(SIMPLE, { patch: "none" });
    expect(none.files).toEqual([]);
    expect(none.grafts[0]?.path).toMatch(/^demo\/b-/);
    const custom = planWheel(
      { ...SIMPLE, texts: { ...INIT, "demo/early.py": "import os\n# delvewheel: patch\n" } },
      { patch: "custom" },
    );
    expect(added(custom)).toEqual({ "demo/early.py": ["demo.libs"] });
    expect(() => planWheel(SIMPLE, { patch: "custom" })).toThrow("# delvewheel: patch");
  });
});

describe("the adjacent layout", () => {
  it("puts what is needed beside each module, and no code anywhere", () => {
    const plan = planWheel(
      {
        files: {
          "demo/_x.pyd": [["b.dll", "/lib/b.dll"]],
          "demo/sub/_y.pyd": [
            ["b.dll", "/lib/b.dll"],
            ["c.dll", "demo/bin/c.dll"],
          ],
          "demo/bin/c.dll": [["b.dll", "/lib/b.dll"]],
          "/lib/b.dll": [],
        },
        texts: INIT,
      },
      { layout: "adjacent" },
    );
    const name = plan.grafts[0]?.name;
    expect(plan.grafts.map(({ path }) => path)).toEqual([
      `demo/${name}`,
      `demo/bin/${name}`,
      `demo/sub/${name}`,
    ]);
    expect(plan.files).toEqual([]);
    expect(plan.members.find(({ path }) => path === "demo/bin/c.dll")).toEqual({
      path: "demo/bin/c.dll",
      edits: [{ kind: "replace-dependency", from: "b.dll", to: name }],
      copies: ["demo/sub/c.dll"],
    });
  });

  it("has a module import at once what it would look for at first use", () => {
    const plan = planWheel(
      {
        files: { "demo/_x.pyd": [["late.dll:delay", "/lib/late.dll"]], "/lib/late.dll": [] },
        texts: INIT,
      },
      { layout: "adjacent" },
    );
    const name = plan.grafts[0]?.name;
    expect(plan.members[0]?.edits).toEqual([
      { kind: "replace-dependency", from: "late.dll", to: name },
      { kind: "add-dependency", name },
    ]);
  });
});

describe("a file outside that needs a DLL which the wheel has twice", () => {
  const wheel: PlannedWheel = {
    files: {
      "demo/a/_x.pyd": [
        ["c.dll", "/lib/c.dll"],
        ["b.dll", "demo/a/b.dll"],
      ],
      "demo/a/b.dll": [],
      "demo/c/_y.pyd": [
        ["c.dll", "/lib/c.dll"],
        ["b.dll", "demo/c/b.dll"],
      ],
      "demo/c/b.dll": [],
      "/lib/c.dll": [["d.dll", "/lib/d.dll"]],
      "/lib/d.dll": [
        ["b.dll", "demo/a/b.dll"],
        ["c.dll", "/lib/c.dll"],
      ],
    },
    texts: INIT,
  };

  it.each(["init", "adjacent"] as const)("comes once for each, in the %s layout", (layout) => {
    const plan = planWheel(wheel, { layout });
    const namesOf = (path: string): readonly string[] =>
      [...plan.members, ...plan.grafts.map((graft) => ({ ...graft, path: graft.name }))]
        .filter((each) => each.path === path)
        .flatMap(({ edits }) => edits.map((edit) => ("to" in edit ? edit.to : "")));
    const [c1 = ""] = namesOf("demo/a/_x.pyd");
    const [c2 = "", b2] = namesOf("demo/c/_y.pyd");
    expect(c1).not.toBe(c2);
    const [d1 = ""] = namesOf(c1);
    const [d2 = ""] = namesOf(c2);
    expect(namesOf(d1)).toEqual([c1]);
    expect(namesOf(d2)).toEqual([b2, c2]);
  });

  it("comes once where both are the same", () => {
    const content = { "demo/a/b.dll": "same", "demo/c/b.dll": "same" };
    const { grafts } = planWheel({ ...wheel, content });
    expect(grafts.map(({ from }) => from).sort()).toEqual(["/lib/c.dll", "/lib/d.dll"]);
  });
});

describe("copies of one DLL that find different neighbours", () => {
  it("get different names, as those do", () => {
    const plan = planWheel({
      files: {
        "demo/a/_x.pyd": [["b.dll", "demo/a/b.dll"]],
        "demo/a/b.dll": [["c.dll", "demo/a/c.dll"]],
        "demo/a/c.dll": [],
        "demo/c/_y.pyd": [["b.dll", "demo/c/b.dll"]],
        "demo/c/b.dll": [["c.dll", "demo/c/c.dll"]],
        "demo/c/c.dll": [],
      },
      content: { "demo/a/b.dll": "same", "demo/c/b.dll": "same" },
      texts: INIT,
    });
    expect(plan.members.map(({ path, movesTo }) => [path, movesTo !== undefined])).toEqual([
      ["demo/c/_y.pyd", false],
      ["demo/c/b.dll", true],
      ["demo/c/c.dll", true],
    ]);
  });
});

describe("what only shows at first use", () => {
  it("is imported by the file that delays it, also by a grafted one", () => {
    const plan = planWheel(
      {
        files: {
          "demo/_x.pyd": [["b.dll:delay", "/lib/b.dll"]],
          "/lib/b.dll": [["c.dll:delay", "/lib/c.dll"]],
          "/lib/c.dll": [],
        },
      },
      { layout: "adjacent" },
    );
    const named = (from: string) => plan.grafts.find((each) => each.from === from);
    const [b, c] = [named("/lib/b.dll"), named("/lib/c.dll")];
    expect(plan.members[0]?.edits).toContainEqual({ kind: "add-dependency", name: b?.name });
    expect(b?.edits).toContainEqual({ kind: "add-dependency", name: c?.name });
  });

  it("is loaded beforehand where a module only forwards to it", () => {
    const plan = planWheel({
      files: { "demo/_x.pyd": [["b:forwarder", "/lib/b.dll"]], "/lib/b.dll": [] },
      texts: INIT,
    });
    expect(preloaded(plan)).toEqual([plan.grafts[0]?.path]);
  });
});

describe("load flags that hide the wheel's DLLs", () => {
  const flags = { slice: { dependentLoadFlags: 0x800 } };
  it("are cleared although no name changes", () => {
    const plan = planWheel({
      files: { "demo/_x.pyd": [["b.dll", "demo/b.dll"]], "demo/b.dll": [] },
      sketches: { "demo/_x.pyd": flags },
    });
    expect(plan.members).toEqual([{ path: "demo/_x.pyd", edits: [{ kind: "clear-load-flags" }] }]);
  });

  it("stay where all DLLs are Windows' own, or the wheel is looked into", () => {
    for (const [to, dependentLoadFlags] of [
      ["system", 0x800],
      ["demo/b.dll", 0x1100],
    ] as const) {
      const plan = planWheel({
        files: { "demo/_x.pyd": [["b.dll", to]], "demo/b.dll": [] },
        sketches: { "demo/_x.pyd": { slice: { dependentLoadFlags } } },
      });
      expect(plan.members).toEqual([]);
    }
  });
});

describe("a Visual C++ runtime", () => {
  const files: PlannedWheel["files"] = {
    "demo/_x.pyd": [["msvcp140.dll", "/lib/msvcp140.dll"]],
    "/lib/msvcp140.dll": [],
  };
  it.each([
    ["14.44", "14.34", true],
    ["14.34", "14.36", false],
    ["14.29", "14.44", false],
    ["2.40", "14.29", false],
  ])("of a module linked by %s is told when it is of %s: %s", (built, given, told) => {
    const { notes } = planWheel({
      files,
      texts: INIT,
      sketches: {
        "demo/_x.pyd": { slice: { linkerVersion: built } },
        "/lib/msvcp140.dll": { slice: { linkerVersion: given } },
      },
    });
    expect(notes.some((note) => note.includes("newer tool set"))).toBe(told);
  });

  it("that is nowhere has a hint of its own", () => {
    const error = refusal({ files: { "demo/_x.pyd": [["MSVCP140.dll"]] }, texts: INIT });
    expect(error.hint).toContain("VC/Redist/MSVC");
  });
});

describe("what is missing", () => {
  it("stops a repair when a module needs it", () => {
    const error = refusal({ files: { "demo/_x.pyd": [["a.dll"], ["b.dll"]] }, texts: INIT });
    expect(error.code).toBe("LNK001");
    expect(error.message).toContain(
      "`a.dll`, which `demo/_x.pyd` needs, was not found, and 1 more",
    );
    expect(error.hint).toContain("--exclude a.dll");
  });

  it("is only told when no module needs the library that lacks it", () => {
    const plan = planWheel({ files: { "demo/_x.pyd": [], "demo/plugin.dll": [["b.dll"]] } });
    expect(plan.notes).toEqual([
      "`b.dll`, which `demo/plugin.dll` needs, was not found; no module needs it",
    ]);
  });

  it("does not count where no Windows of today looks for it", () => {
    const plan = planWheel({
      files: {
        "demo/_x.pyd": [["msvcp140.dll", "demo/msvcp140.dll"]],
        "demo/msvcp140.dll": [["CONCRT140.dll:delay"]],
      },
    });
    expect(plan.notes).toEqual([]);
  });
});

describe("programs", () => {
  const wheel: PlannedWheel = {
    files: { "demo/tool.exe": [["b.dll", "/lib/b.dll"]], "/lib/b.dll": [] },
    texts: INIT,
  };
  it("are left alone unless they are asked for, and then get copies beside them", () => {
    expect(planWheel(wheel).grafts).toEqual([]);
    const [graft] = planWheel(wheel, { programs: true }).grafts;
    expect(graft?.path).toMatch(/^demo\/b-/);
  });

  it("in the folder of scripts get them there, where they are installed", () => {
    const scripts = "demo-1.0.data/scripts";
    const plan = planWheel(
      { files: { [`${scripts}/t.exe`]: [["b.dll", "/lib/b.dll"]], "/lib/b.dll": [] } },
      { programs: true },
    );
    expect(plan.grafts.map(({ path }) => path)).toEqual([
      expect.stringMatching(new RegExp(`^${scripts}/b-${HASH}\\.dll$`)),
    ]);
  });
});
