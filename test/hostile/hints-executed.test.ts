/**
 * Hints are done: for each rule whose remedy names a command, a wheel with that defect is made, the
 * command is run, and the finding is gone without a new one.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { EXPLAINED } from "../../src/commands/rule-table.ts";
import { wheelkit } from "../support/commands.ts";
import { machoFixture } from "../support/macho-fixtures.ts";
import { bytesOf, machoFile } from "../support/macos-files.ts";
import { peFixture } from "../support/pe-fixtures.ts";
import { ARCH, SUFFIX, type Workshop, workshop } from "../support/repair-workshop.ts";
import { scratchFolder } from "../support/scratch.ts";
import { requireTool } from "../support/tools.ts";
import { buildWheel, recordLine, type WheelSpec, wheelFileName } from "../support/wheel-builder.ts";
import type { BuiltWheel } from "../support/wheel-check.ts";

interface Cure {
  readonly what?: string;
  readonly wheel: BuiltWheel | ((shop: Workshop) => WheelSpec | Promise<WheelSpec>);
  /**
   * Command lines, one after the other; `WHEEL` is the wheel as it is then, `FOLDER` the workshop's
   * folder. Each writes into a folder of its own.
   */
  readonly run: readonly string[];
  /** Findings that the cure itself brings, and why that is right. */
  readonly brings?: Readonly<Record<string, string>>;
}

const LINK_WHEEL = "Wheel-Version: 2.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n";
const links = (text: string, wheelFile: string = LINK_WHEEL): BuiltWheel => ({
  files: { "demo/lib.so.1": "x", "%/LINKS": text, "%/WHEEL": wheelFile },
});
const listed = (name: string, data: string, more: object = {}): BuiltWheel => ({
  extra: [{ name, data, ...more }],
  record: (lines) => [recordLine(name, data), ...lines],
});
const rows =
  (change: (line: string) => readonly string[]): NonNullable<WheelSpec["record"]> =>
  (lines) =>
    lines.flatMap((line) => (line.startsWith("demo/__init__.py") ? change(line) : [line]));

const TAG = `cp311-cp311-manylinux_2_39_${ARCH}`;
/** A native wheel whose module is compiled with these options. */
const native =
  (
    options: (shop: Workshop) => Parameters<Workshop["module"]>[2],
    more: (shop: Workshop) => WheelSpec = () => ({}),
  ) =>
  (shop: Workshop): WheelSpec => {
    const { files, ...rest } = more(shop);
    return {
      tag: TAG,
      ...rest,
      files: { [`demo/_x.${SUFFIX}`]: shop.module("_x", "1", options(shop)), ...files },
    };
  };
const foo = (shop: Workshop, path = "ext/libfoo.so.1"): string =>
  shop.library(path, "int foo(void) { return 1; }", { soname: "libfoo.so.1" });

/** Without a SONAME, so that whoever links it asks for its path. */
const plain = (shop: Workshop): string =>
  shop.library("ext/libplain.so", "int plain(void) { return 1; }");

/** How the library is built that a repair puts into the wheel. */
const GRAFTED = {
  HRD004: "a note on the library that was grafted",
  HRD011: "a note on the library that was grafted",
};

const png = (shop: Workshop): string =>
  shop.library("ext/libpng16.so.16", "int png(void) { return 1; }", { soname: "libpng16.so.16" });

const mac =
  (platform: string, files: (shop: Workshop) => WheelSpec["files"]) =>
  (shop: Workshop): WheelSpec => ({
    tag: `cp312-cp312-${platform}`,
    files: files(shop) ?? {},
  });

/** A wheel for Windows whose module needs a library of another name. */
const pe =
  (needs: string, files: WheelSpec["files"] = {}) =>
  async (shop: Workshop): Promise<WheelSpec> => {
    const module = join(shop.folder, "module.pyd");
    writeFileSync(module, peFixture("module-x86_64"));
    const edit = ["edit", "--in-place", "--replace-needed", `b.dll=${needs}`, module];
    const { status, err } = await wheelkit(...edit);
    expect(status, err).toBe(0);
    const outside = join(shop.folder, "ext");
    mkdirSync(outside);
    writeFileSync(join(outside, needs), peFixture("library-x86_64"));
    return {
      tag: "cp312-cp312-win_amd64",
      files: { "demo/_x.cp312-win_amd64.pyd": bytesOf(module), ...files },
    };
  };

const CURES: Readonly<Record<string, readonly Cure[]>> = {
  NAM003: [
    {
      what: "no version",
      wheel: { version: "1.0_PR7" },
      run: ["edit --version 1.0.post7 WHEEL"],
    },
    { what: "not normal", wheel: { version: "1.0.RC1" }, run: ["edit --version 1.0rc1 WHEEL"] },
  ],
  NAM004: [{ wheel: { build: "x1" }, run: ["tags --build 1 WHEEL"] }],
  NAM005: [{ wheel: { tag: "py3.py2-none-any" }, run: ["tags --python-tag py2.py3 WHEEL"] }],
  NAM006: [
    {
      what: "a bare tag",
      wheel: native(
        () => ({}),
        () => ({ tag: `cp311-cp311-linux_${ARCH}` }),
      ),
      run: ["repair WHEEL"],
    },
    {
      what: "a version of macOS that nothing looks for",
      wheel: mac("macosx_11_2_arm64", () => ({ "demo/_x.so": machoFile({ kind: "bundle" }) })),
      run: ["tags --platform-tag macosx_11_0_arm64 WHEEL"],
    },
    {
      what: "the name of another system's processor",
      wheel: native(
        () => ({}),
        () => ({ tag: `cp311-cp311-linux_${ARCH === "x86_64" ? "amd64" : "arm64"}` }),
      ),
      run: [`tags --platform-tag linux_${ARCH} WHEEL`, "repair WHEEL"],
    },
  ],
  NAM001: [
    {
      what: "a label behind the platform",
      wheel: { filename: "demo-1.0-py3-none-any-noavx.whl" },
      run: ["rename demo-1.0-py3-none-any.whl", "edit --local noavx WHEEL"],
      brings: { NAM003: "a note: PyPI takes no local versions" },
    },
  ],
  DST002: [
    {
      what: "another spelling of the version",
      wheel: { filename: "demo-1.0.0-py3-none-any.whl" },
      run: ["edit --version 1.0.0 WHEEL"],
    },
    {
      what: "another spelling of the name",
      wheel: { name: "Demo", filename: "demo-1.0-py3-none-any.whl" },
      run: ["edit --version 1.0 WHEEL"],
    },
  ],
  WHL003: [
    {
      wheel: native(
        () => ({}),
        () => ({
          tag: `cp311-cp311-linux_${ARCH}`,
          files: {
            "%/WHEEL": `Wheel-Version: 1.0\nRoot-Is-Purelib: true\nRoot-Is-Purelib: false\nTag: cp311-cp311-linux_${ARCH}\n`,
          },
        }),
      ),
      run: ["repair WHEEL"],
    },
  ],
  WHL004: [
    {
      what: "a renamed wheel",
      wheel: { filename: "demo-1.0-py2.py3-none-any.whl" },
      run: ["tags --python-tag py2.py3 WHEEL"],
    },
    {
      what: "a compressed line",
      wheel: {
        tag: "py2.py3-none-any",
        files: {
          "%/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py2.py3-none-any\n",
        },
      },
      run: ["tags --python-tag py2.py3 WHEEL"],
    },
  ],
  WHL005: [{ wheel: { filename: "demo-1.0-2-py3-none-any.whl" }, run: ["tags --build 2 WHEEL"] }],
  MET003: [
    {
      what: "another version in the file name",
      wheel: { filename: "demo-1.0+cu12-py3-none-any.whl" },
      run: ["edit --version 1.0+cu12 WHEEL"],
    },
    {
      what: "no version in METADATA",
      wheel: { files: { "%/METADATA": "Metadata-Version: 2.1\nName: demo\n" } },
      run: ["edit --version 1.0 WHEEL"],
    },
    {
      what: "no version at all",
      wheel: { version: "1.7.0_PullRequest0090.7" },
      run: ["edit --version 1.7.0+pr90.7 WHEEL"],
    },
  ],
  REC001: [{ wheel: { record: null }, run: ["edit --set Keywords=x WHEEL"] }],
  REC002: [
    {
      wheel: {
        files: { "demo/a,b.json": "{}" },
        record: (lines) => lines.map((line) => line.replaceAll('"', "")),
      },
      run: ["repair WHEEL"],
    },
  ],
  REC003: [{ wheel: { record: rows(() => []) }, run: ["edit --set Keywords=x WHEEL"] }],
  REC004: [{ wheel: { record: rows((line) => [line, "demo/gone.py,,"]) }, run: ["repair WHEEL"] }],
  REC005: [{ wheel: { record: rows(() => ["demo/__init__.py,,17"]) }, run: ["repair WHEEL"] }],
  REC006: [
    { wheel: { record: rows(() => ["demo/__init__.py,crc32=x,17"]) }, run: ["repair WHEEL"] },
  ],
  REC007: [
    {
      wheel: { record: rows((line) => [line.replace(/,(?=[0-9]+$)/, "=,")]) },
      run: ["edit --set Keywords=x WHEEL"],
    },
  ],
  REC008: [
    {
      wheel: { record: rows((line) => [line.replace(/=..../, "=AAAA")]) },
      run: ["edit --remove-file demo/__init__.py --add-file FOLDER/a.py=demo/__init__.py WHEEL"],
    },
  ],
  REC009: [{ wheel: { record: rows((line) => [`${line}0`]) }, run: ["repair WHEEL"] }],
  REC010: [{ wheel: { record: rows((line) => [line, line]) }, run: ["repair WHEEL"] }],
  REC012: [{ wheel: { record: rows((line) => [line, "demo/,,"]) }, run: ["repair WHEEL"] }],
  REC013: [{ wheel: { record: (lines) => lines.toReversed() }, run: ["edit --canonical WHEEL"] }],
  LKS001: [
    {
      wheel: links("demo/lib.so,demo/gone\n"),
      run: ["links remove WHEEL demo/lib.so"],
    },
  ],
  LKS002: [
    {
      wheel: links(
        "demo/lib.so,demo/lib.so.1\n",
        "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
      ),
      run: ["links materialize WHEEL"],
    },
  ],
  LKS003: [
    {
      wheel: links("demo/lib.so.1,demo/lib.so\n"),
      run: ["links add WHEEL demo/other.so=demo/lib.so.1"],
    },
  ],
  LKS004: [
    {
      wheel: {
        tag: "py3-none-win_amd64",
        files: {
          "demo/lib.so.1": "x",
          "%/LINKS": "demo/aux,demo/lib.so.1\n",
          "%/WHEEL": "Wheel-Version: 2.0\nRoot-Is-Purelib: false\nTag: py3-none-win_amd64\n",
        },
      },
      run: [
        "links remove WHEEL demo/aux",
        "links add WHEEL demo/b=demo/lib.so.1",
        "links materialize WHEEL",
      ],
    },
  ],
  LKS005: [
    {
      wheel: links(`demo/lib.so,demo/lib.so.1,sha256=${"A".repeat(43)}\n`),
      run: ["links remove WHEEL demo/lib.so", "links add WHEEL demo/lib.so=demo/lib.so.1"],
    },
  ],
  ...Object.fromEntries(
    Object.entries({
      ZIP018: "demo/a\u0007b",
      ZIP031: "../x",
      ZIP038: "demo/__init__.py/x",
    }).map(([code, name]) => [
      code,
      [{ wheel: listed(name, "x"), run: [`edit --remove-file ${name} WHEEL`] }],
    ]),
  ),
  ZIP032: [
    {
      wheel: listed("demo/a.txt", "__init__.py", { mode: 0o120777 }),
      run: ["links import WHEEL", "links materialize WHEEL"],
    },
  ],
  TAG001: [
    {
      wheel: { tag: `py3-none-manylinux_2_17_${ARCH}` },
      run: ["tags --platform-tag any WHEEL"],
    },
  ],
  TAG004: [
    {
      wheel: native(
        () => ({ flags: ["-Wl,--no-as-needed", "-lm", "-lc"] }),
        (shop) => ({
          tag: `cp311-cp311-manylinux1_${ARCH}.manylinux_2_5_${ARCH}`,
          files: { [`demo/_y.${SUFFIX}`]: shop.module("_y", "getrandom()", { flags: ["-lc"] }) },
        }),
      ),
      run: ["repair WHEEL"],
    },
  ],
  LNK001: [
    {
      wheel: native((shop) => ({ needs: [foo(shop)] })),
      run: ["repair --ldpaths FOLDER/ext WHEEL"],
      brings: GRAFTED,
    },
    {
      what: "flags that keep Windows from looking beside the module",
      wheel: {
        tag: "cp312-cp312-win_amd64",
        files: {
          "demo/_x.cp312-win_amd64.pyd": peFixture("load-flags"),
          "demo/b.dll": peFixture("library-x86_64"),
        },
      },
      run: ["repair --no-sys-paths WHEEL"],
    },
  ],
  LNK006: [
    {
      wheel: native(() => ({ flags: ["-Wl,-rpath,/opt/build/lib"] })),
      run: ["repair WHEEL"],
    },
  ],
  LNK008: [
    {
      what: "a path outside",
      wheel: native((shop) => ({ needs: [plain(shop)] })),
      run: ["repair --ldpaths FOLDER/ext WHEEL"],
      brings: GRAFTED,
    },
    {
      what: "a path to what the wheel has",
      wheel: native(
        (shop) => ({ needs: [plain(shop)] }),
        (shop) => ({ files: { "demo/lib/libplain.so": readFileSync(plain(shop)) } }),
      ),
      run: ["repair --no-sys-paths WHEEL"],
    },
  ],
  LNK014: [
    {
      wheel: native((shop) => ({
        needs: [
          shop.library("ext/libexpat.so.1", "int XML_Parse(void) { return 1; }", {
            soname: "libexpat.so.1",
          }),
        ],
        flags: ["-Wl,-u,XML_Parse"],
      })),
      run: ["repair --bundle libexpat.so.1 --ldpaths FOLDER/ext WHEEL"],
      brings: GRAFTED,
    },
  ],
  LNK021: [
    {
      wheel: native(
        (shop) => ({ needs: [foo(shop)] }),
        (shop) => ({ files: { "demo/lib/libfoo.so.1": readFileSync(foo(shop)) } }),
      ),
      run: ["repair WHEEL"],
    },
  ],
  LNK009: [
    {
      wheel: native(
        (shop) => ({
          needs: [png(shop)],
          flags: ["-Wl,-rpath,$ORIGIN/../demo.libs"],
        }),
        (shop) => ({ files: { "demo.libs/libpng16.so.16": readFileSync(png(shop)) } }),
      ),
      run: [
        "edit --remove-file demo.libs/libpng16.so.16 WHEEL",
        "repair --ldpaths FOLDER/ext WHEEL",
      ],
    },
  ],
  TAG010: [{ wheel: native(() => ({})), run: ["repair WHEEL"] }],
  LNK023: [
    {
      wheel: native(
        () => ({}),
        (shop) => ({
          files: { "demo/tool": shop.program("tool", "1") },
          members: { "demo/tool": { mode: 0o100644 } },
        }),
      ),
      run: ["repair WHEEL"],
    },
  ],
  ABI005: [
    {
      wheel: native((shop) => ({
        needs: [
          shop.library("ext/libpython3.11.so.1.0", "int py(void) { return 1; }", {
            soname: "libpython3.11.so.1.0",
          }),
        ],
      })),
      run: ["repair WHEEL"],
    },
  ],
  TAG012: [
    {
      wheel: mac("macosx_11_3_arm64", () => ({ "demo/_x.so": machoFile({ kind: "bundle" }) })),
      run: ["repair WHEEL"],
    },
  ],
  LNK018: [
    {
      what: "bytes that were changed after it was signed",
      wheel: mac("macosx_11_0_arm64", () => {
        const bytes = Uint8Array.from(machoFixture("liba-arm64"));
        const at = bytes.indexOf(0xc0, 0x200);
        bytes[at] = 0xc1;
        return { "demo/liba.dylib": bytes };
      }),
      run: ["repair WHEEL"],
    },
    {
      what: "no signature at all",
      wheel: mac("macosx_11_0_arm64", () => ({ "demo/_x.so": machoFile({ kind: "bundle" }) })),
      run: ["repair WHEEL"],
    },
  ],
  LNK019: [
    {
      wheel: mac("macosx_11_0_arm64", () => ({
        "demo/_x.so": machoFile({
          kind: "bundle",
          sdk: "15.0",
          rpaths: ["@loader_path/lib", "@loader_path/lib"],
          loads: ["@rpath/liba.dylib"],
        }),
        "demo/lib/liba.dylib": machoFile({ id: "@rpath/liba.dylib" }),
      })),
      run: ["repair WHEEL"],
    },
  ],
  LNK012: [
    {
      wheel: pe("msvcp140.dll"),
      run: ["repair --no-sys-paths --add-path FOLDER/ext WHEEL"],
    },
  ],
  LNK013: [
    {
      wheel: pe("far.dll", { "demo/lib/far.dll": peFixture("library-x86_64") }),
      run: ["repair --no-sys-paths WHEEL"],
    },
  ],
  HRD010: [{ wheel: native(() => ({ flags: ["-g"] })), run: ["repair --strip WHEEL"] }],
  HRD011: [{ wheel: native(() => ({})), run: ["repair --strip WHEEL"] }],
};

/** Rules whose remedy names a command that is not run here, and why. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  EXP001: "tells to look with `audit -v`: nothing is written",
  BAS001: "tells to look with `show -v`: nothing is written",
  EDT003: "a refusal: tells to look with `show`",
};

const COMMAND = /`wheelkit (?:edit|tags|links|repair|fuse|shrink)\b/;

function path(spec: BuiltWheel, folder: string): string {
  const { filename = wheelFileName(spec), ...rest } = spec;
  const file = join(folder, "in", filename);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, buildWheel(rest));
  return file;
}

/** `CODE member` of each finding; what every version of a wheel and every graft calls by its own name is one. */
async function findings(wheel: string): Promise<readonly string[]> {
  const { out } = await wheelkit("audit", "--no-config", "-f", "json", wheel);
  const { wheels } = JSON.parse(out) as {
    wheels: { findings: { code: string; path?: string }[] }[];
  };
  const found = (wheels[0]?.findings ?? []).map(({ code, path = "" }) => {
    const member = path
      .replace(/^[^/]+\.dist-info\//, "%/")
      .replace(/^([^/]+)\.data\//, "DATA/")
      .replace(/-[0-9a-f]{8,32}(?=\.)/, "");
    return `${code} ${member}`.trim();
  });
  return [...new Set(found)].sort();
}

const codesOf = (found: readonly string[]): readonly string[] =>
  found.map((each) => each.slice(0, each.indexOf(" ") < 0 ? undefined : each.indexOf(" ")));

const hasCompiler = requireTool("gcc") !== undefined;

/** Runs a command line of a cure. @returns where the wheel is then. */
async function done(line: string, at: string, folder: string, step: number): Promise<string> {
  if (line.startsWith("rename ")) {
    const renamed = join(dirname(at), line.slice("rename ".length));
    renameSync(at, renamed);
    return renamed;
  }
  const { status, out, err } = await ran(line, at, folder, step);
  expect(status, err).toBe(0);
  return out.trim();
}

async function ran(line: string, at: string, folder: string, step: number) {
  const words = line
    .split(" ")
    .map((word) => word.replace("FOLDER", folder).replace(/^WHEEL$/, at));
  words.splice(words[0] === "links" ? 2 : 1, 0, "-w", join(folder, `out-${step}`));
  return await wheelkit(...words);
}

describe.each(Object.entries(CURES))("the hint of %s", (code, cures) => {
  it.each(cures.map((cure) => [cure.what ?? "its defect", cure] as const))(
    "cures %s",
    async (_, { wheel, run, brings = {} }) => {
      if (typeof wheel === "function" && !hasCompiler) return;
      const folder = scratchFolder();
      writeFileSync(join(folder, "a.py"), '"""A module."""\n');
      const spec = typeof wheel === "function" ? await wheel(workshop(folder)) : wheel;
      let at = path(spec, folder);
      const before = await findings(at);
      expect(codesOf(before)).toContain(code);
      for (const [step, line] of run.entries()) at = await done(line, at, folder, step);
      const after = await findings(at);
      expect(codesOf(after)).not.toContain(code);
      const fresh = after.filter(
        (each) =>
          !before.includes(each) && !codesOf([each]).some((own) => Object.hasOwn(brings, own)),
      );
      expect(fresh).toEqual([]);
    },
  );
});

/** What a command refuses with the advice of another one: that is run, and then the first one again. */
const REFUSALS: readonly {
  readonly says: string;
  readonly wheel: Cure["wheel"];
  readonly refused: string;
  readonly run: readonly string[];
}[] = [
  {
    says: "links remove",
    wheel: links("demo/lib.so,demo/lib.so.1\n"),
    refused: "links add WHEEL demo/lib.so=demo/__init__.py",
    run: ["links remove WHEEL demo/lib.so"],
  },
  {
    says: "tags --platform-tag any",
    wheel: { tag: `py3-none-manylinux_2_17_${ARCH}` },
    refused: "repair WHEEL",
    run: ["tags --platform-tag any WHEEL"],
  },
  {
    says: "tags --platform-tag",
    wheel: mac("macosx_11_0_universal2", () => ({ "demo/_x.so": machoFile({ kind: "bundle" }) })),
    refused: "repair WHEEL",
    run: ["tags --platform-tag macosx_11_0_arm64 WHEEL"],
  },
  {
    says: "edit --add-requires 'torch'",
    wheel: native(
      (shop) => ({
        needs: [
          shop.library("ext/libtorch.so", "int torch(void) { return 1; }", {
            soname: "libtorch.so",
          }),
        ],
      }),
      () => ({ tag: `cp311-cp311-linux_${ARCH}` }),
    ),
    refused: "repair --provided-by torch WHEEL",
    run: ["edit --add-requires torch WHEEL"],
  },
];

describe.each(REFUSALS)("the advice to run `wheelkit $says`", ({ says, wheel, refused, run }) => {
  it("leads to what was refused", async () => {
    if (typeof wheel === "function" && !hasCompiler) return;
    const folder = scratchFolder();
    const spec = typeof wheel === "function" ? await wheel(workshop(folder)) : wheel;
    let at = path(spec, folder);
    const first = await ran(refused, at, folder, 90);
    expect(first.status).toBe(3);
    expect(first.err).toContain(`\`wheelkit ${says}`);
    for (const [step, line] of run.entries()) at = await done(line, at, folder, step);
    const { status, err } = await ran(refused, at, folder, 91);
    expect(status, err).toBe(0);
  });
});

it("are all tried, or listed with the reason", () => {
  const told = Object.entries(EXPLAINED).filter(
    ([, { mend, repairHint = "" }]) => COMMAND.test(mend) || COMMAND.test(repairHint),
  );
  const missing = told
    .map(([code]) => code)
    .filter((code) => !Object.hasOwn(CURES, code) && !Object.hasOwn(ELSEWHERE, code));
  expect(missing).toEqual([]);
  const idle = Object.keys(ELSEWHERE).filter((code) => !Object.hasOwn(EXPLAINED, code));
  expect(idle).toEqual([]);
});

/** Commands that the code itself advises, outside of the rules' texts, and where each is run here. */
const ADVICE: Readonly<Record<string, readonly string[] | string>> = {
  "audit/rules/linux/lnk001-external.ts: repair": ["LNK001"],
  "audit/rules/linux/lnk008-needed-path.ts: repair": ["LNK008"],
  "audit/rules/linux/lnk014-often-absent.ts: repair --bundle": ["LNK014"],
  "audit/rules/linux/lnk021-out-of-reach.ts: repair": ["LNK021"],
  "audit/rules/windows/lnk001-missing.ts: repair": ["LNK001"],
  "commands/size-hint.ts: shrink": "the tests of shrinking run the step that is named",
  "edit/links.ts: links check": "nothing is written: it says what is wrong",
  "edit/links.ts: links remove WHEEL": "REFUSALS",
  "repair/macos/tags.ts: tags --platform-tag": "REFUSALS",
  "repair/platforms.ts: tags --platform-tag any": "REFUSALS",
  "repair/providers.ts: edit --add-requires": "REFUSALS",
  "wheel/checks/filename.ts: edit --local": ["NAM001"],
  "wheel/checks/filename.ts: tags --platform-tag": ["NAM006"],
};
const TEXTS = /(?:^|\/)rules\/texts\.ts$|(?:^|\/)rules\.ts$|^wheel\/rules\//;
const SOURCE = fileURLToPath(new URL("../../src/", import.meta.url));

it("of the code, and not of the rules' texts, are all run as well", () => {
  const found = new Set<string>();
  for (const file of readdirSync(SOURCE, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".ts") || TEXTS.test(file)) continue;
    const code = readFileSync(SOURCE + file, "utf8").replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
    const advice = /\\?`wheelkit ((?:edit|tags|links|repair|fuse|shrink)\b[^`\\$'"]*)/g;
    for (const [, words = ""] of code.matchAll(advice)) {
      // The usage of a command, and the title of a page.
      if (words.includes("--help") || words.includes(":")) continue;
      found.add(`${file.replaceAll("\\", "/")}: ${words.trim()}`);
    }
  }
  expect([...found].sort()).toEqual(Object.keys(ADVICE).sort());
  for (const [advice, where] of Object.entries(ADVICE)) {
    const words = advice.replace(/^.*: /, "").replace(" WHEEL", "");
    const lines = Array.isArray(where)
      ? where.flatMap((code) => CURES[code]?.flatMap(({ run }) => run) ?? [])
      : REFUSALS.flatMap(({ run }) => run);
    const isRun = lines.some((line) => line.startsWith(words));
    expect([advice, isRun || (typeof where === "string" && where !== "REFUSALS")]).toEqual([
      advice,
      true,
    ]);
  }
});
