/**
 * One test for each known defect of the peers (B1…B16, S1…S26 of the design notes): small wheels made
 * with gcc, repaired by the command, and used where the libraries' old places no longer exist.
 */
import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EM } from "../../src/elf/constants.ts";
import { entriesOf, readWheel, wheelkitWith } from "../support/commands.ts";
import { buildElf } from "../support/elf-builder.ts";
import {
  ARCH,
  answerOf,
  membersOf,
  nativeMembersOf,
  type Repaired,
  repairBench,
  SUFFIX,
  unpack,
  type Workshop,
  workshop,
} from "../support/repair-workshop.ts";
import { requireTool } from "../support/tools.ts";

const hasTools = ["gcc", "python3", "unzip"].every((name) => requireTool(name) !== undefined);
const EXT = `demo/_x.${SUFFIX}`;

let folder = "";
let shop: Workshop;
/** Libraries that the tests share, by path; `ext` holds them. */
let libf = "";
let libz = "";
let plain: Uint8Array;
let needsF: Uint8Array;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "wheelkit-defects-"));
  if (!hasTools) return;
  shop = workshop(folder);
  libf = shop.library("ext/libf.so.1.2", "int f(void) { return 41; }", { soname: "libf.so.1" });
  symlinkSync("libf.so.1.2", join(folder, "ext/libf.so.1"));
  libz = shop.library("z/libz.so.1", "int inflate_fast(void) { return 1; }", {
    soname: "libz.so.1",
  });
  plain = shop.module("_x", "1");
  needsF = shop.module("_x", "f() + 1", { needs: [libf] });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const { fresh, repair, wheelOf } = repairBench(() => shop);

function ldpaths(name = "ext"): readonly string[] {
  return ["--ldpaths", join(folder, name)];
}

/** What the module of a repaired wheel answers while the libraries it was built with are away. */
function answerWithout(wheel: string, member: string, ...away: readonly string[]): string {
  const paths = away.map((name) => join(folder, name));
  for (const path of paths) renameSync(path, `${path}.away`);
  try {
    return answerOf(join(unpack(wheel, fresh("unpacked")), member));
  } finally {
    for (const path of paths) renameSync(`${path}.away`, path);
  }
}

function tagsIn(name: string): string {
  return (
    name
      .replace(/\.whl$/, "")
      .split("-")
      .at(-1) ?? ""
  );
}

function refused(ran: Repaired, why: string | RegExp): void {
  expect(ran.err).toMatch(why);
  expect(ran.status).toBe(3);
  expect(ran.out).toBe("");
  expect(ran.files).toEqual([]);
}

describe.skipIf(!hasTools)("defects of auditwheel", () => {
  it("B1: a missing library, or a file that can't be patched, leaves no wheel", async () => {
    const missing = await repair({ files: { [EXT]: needsF } }, ["--no-sys-paths"]);
    refused(missing, "`libf.so.1`, which `demo/_x");
    expect(missing.err).toContain("--ldpaths");

    const python = shop.library("py/libpython3.11.so.1.0", "int f(void) { return 1; }", {
      soname: "libpython3.11.so.1.0",
      flags: [`-Wl,--version-script=${textFile("py.map", "PY_1 { f; };")}`],
    });
    const tied = shop.module("_x", "f()", { needs: [python] });
    refused(await repair({ files: { [EXT]: tied } }), /demo\/_x.*libpython3/);
  });

  it("B2: PyFPE is refused", async () => {
    const module = shop.module("_x", "PyFPE_jbuf()");
    refused(await repair({ files: { [EXT]: module } }), "PyFPE");
  });

  it("B3: forbidden symbols count in every file, grafted ones too", async () => {
    const uses = { needs: [libz] };
    const helper = shop.library(
      "b3/libhelp.so",
      "int inflate_fast(); int help() { return inflate_fast(); }",
      {
        soname: "libhelp.so",
        ...uses,
      },
    );
    const inside = { files: { [EXT]: plain, "demo/libhelp.so": readFileSync(helper) } };
    refused(await repair(inside), /`demo\/libhelp.so` uses symbols of `libz.so.1`.*`inflate_fast`/);
    const module = shop.module("_x", "help()", { needs: [helper] });
    refused(
      await repair({ files: { [EXT]: module } }, ldpaths("b3")),
      /libhelp.so` uses symbols of `libz.so.1`.*`inflate_fast`/,
    );
  });

  it.skipIf(ARCH !== "x86_64")("B4: a declared processor level counts in every file", async () => {
    const modern = shop.library("b4/libfast.so", "int fast(void) { return 1; }", {
      flags: ["-march=x86-64-v3", "-Wa,-mx86-used-note=yes", "-mneeded"],
    });
    const spec = { files: { [EXT]: plain, "demo/libfast.so": readFileSync(modern) } };
    refused(await repair(spec), "`demo/libfast.so` declares that it needs `x86_64_v3`");
    expect((await repair(spec, ["--disable-isa-ext-check"])).status).toBe(0);
  });

  it("B5, S16: two files with one SONAME stay two, each with its users", async () => {
    const modules = ["one", "two"].map((name, index) => {
      const path = shop.library(`b5/${name}/libtwin.so.1`, `int twin(void) { return ${index}; }`, {
        soname: "libtwin.so.1",
      });
      const flags = [`-Wl,-rpath,${join(folder, "b5", name)}`];
      return shop.module(`_${name}`, "twin() + 10", { needs: [path], flags });
    });
    const [one = new Uint8Array(), two = new Uint8Array()] = modules;
    const paths = [`demo/_one.${SUFFIX}`, `demo/_two.${SUFFIX}`] as const;
    const { wheel, status } = await repair({ files: { [paths[0]]: one, [paths[1]]: two } });
    expect(status).toBe(0);
    expect(answerWithout(wheel, paths[0], "b5")).toBe("10");
    expect(answerWithout(wheel, paths[1], "b5")).toBe("11");
    for (const { searchPaths, dependencies } of nativeMembersOf(wheel).values()) {
      for (const { path } of searchPaths) expect(path).toMatch(/^\$ORIGIN/);
      expect(dependencies.map(({ name }) => name)).not.toContain("libtwin.so.1");
    }
  });

  it("B6: the order of members decides nothing", async () => {
    const silent = shop.library("b6/x.so", "void *PyInit__a(void) { return 0; }", {
      flags: ["-nostdlib"],
    });
    const members = { "demo/_a.abi3.so": readFileSync(silent), [EXT]: needsF };
    const [a, b] = await Promise.all([
      repair({ files: members }, ldpaths()),
      repair({ files: Object.fromEntries(Object.entries(members).reverse()) }, ldpaths()),
    ]);
    expect([a.status, b.status]).toEqual([0, 0]);
    expect(a.files).toEqual(b.files);
    const alone = await repair({ files: { "demo/_a.abi3.so": readFileSync(silent) } });
    expect(alone.status).toBe(0);
  });

  it("B7: a linker script where a library is looked for is passed over", async () => {
    textFile("b7/libf.so.1", "/* GNU ld script */ INPUT(-lf)\n");
    const dirs = [join(folder, "b7"), join(folder, "ext")].join(":");
    const { wheel, status } = await repair({ files: { [EXT]: needsF } }, ["--ldpaths", dirs]);
    expect(status).toBe(0);
    expect(answerWithout(wheel, EXT, "ext")).toBe("42");
  });

  it("B8: libpython of any build is dropped, never grafted", async () => {
    for (const name of ["libpython3.13t.so.1.0", "libpython3.so", "libpython3.11d.so.1.0"]) {
      const python = shop.library(`b8/${name}`, "int py(void) { return 1; }", { soname: name });
      const module = shop.module("_x", "7", { needs: [python] });
      const { wheel, status } = await repair({ files: { [EXT]: module } }, ldpaths("b8"));
      expect(status).toBe(0);
      const natives = nativeMembersOf(wheel);
      expect([...natives.keys()]).toEqual([EXT]);
      expect(natives.get(EXT)?.dependencies.map(({ name: each }) => each)).not.toContain(name);
      expect(answerWithout(wheel, EXT, "b8")).toBe("7");
    }
  });

  it("B8: a program that loses libpython is named, for it will not start", async () => {
    const name = "libpython3.12.so.1.0";
    const python = shop.library(`b8/${name}`, "int py(void) { return 1; }", { soname: name });
    const program = shop.program("tool", "7", { needs: [python] });
    const files = { [EXT]: shop.module("_x", "7"), "demo-1.0.data/scripts/tool": program };
    const { status, err } = await repair({ files }, ldpaths("b8"));
    expect(status).toBe(0);
    expect(err).toContain("scripts/tool` is a program that needs libpython");
  });

  it("B9, S15: an old name of a policy gives what its PEP 600 name gives", async () => {
    const input = wheelOf({ files: { [EXT]: needsF } });
    const old = await repair(input, ["--plat", `manylinux2014_${ARCH}`, ...ldpaths()]);
    const modern = await repair(input, ["--plat", `manylinux_2_17_${ARCH}`, ...ldpaths()]);
    expect(old.status).toBe(0);
    expect(old.files).toEqual(modern.files);
    expect(readFileSync(old.wheel).equals(readFileSync(modern.wheel))).toBe(true);
  });

  it("B10: a wheel that only loses libpython gets no search path and no folder", async () => {
    const python = shop.library("b10/libpython3.11.so.1.0", "int py(void) { return 1; }", {
      soname: "libpython3.11.so.1.0",
    });
    const module = shop.module("_x", "7", { needs: [python] });
    const { wheel } = await repair({ files: { [EXT]: module } }, ldpaths("b10"));
    expect(nativeMembersOf(wheel).get(EXT)?.searchPaths).toEqual([]);
    expect([...membersOf(wheel).keys()].filter((name) => name.includes(".libs"))).toEqual([]);
  });

  it("B11, B15: libraries in the wheel are found there, also those that no path leads to", async () => {
    const flags = ["-Wl,-rpath,$ORIGIN/../demo.libs", "-Wl,--disable-new-dtags"];
    const b = shop.library("b11/libb-1234abcd.so.1", "int b(void) { return 40; }", {
      soname: "libb-1234abcd.so.1",
    });
    const a = shop.library("b11/liba-1234abcd.so.1", "int b(); int a(void) { return b() + 2; }", {
      soname: "liba-1234abcd.so.1",
      needs: [b],
    });
    const core = shop.library("b11/libcore.so", "int core(void) { return 3; }", {
      soname: "libcore.so",
    });
    const files = {
      [EXT]: shop.module("_x", "a()", { needs: [a], flags }),
      "demo.libs/liba-1234abcd.so.1": readFileSync(a),
      "demo.libs/libb-1234abcd.so.1": readFileSync(b),
      // Its package may have loaded the library beforehand: a path that is not used does no harm.
      [`demo/_y.${SUFFIX}`]: shop.module("_y", "core()", { needs: [core] }),
      "demo/core/libcore.so": readFileSync(core),
    };
    const { wheel, status } = await repair({ files, tag: `cp311-cp311-manylinux_2_34_${ARCH}` });
    expect(status).toBe(0);
    const after = membersOf(wheel);
    for (const [path, bytes] of Object.entries(files)) {
      const same = Buffer.from(bytes).equals(after.get(path) ?? new Uint8Array());
      expect([path, same]).toEqual([path, !path.includes("_y")]);
    }
    expect(answerWithout(wheel, EXT, "b11")).toBe("42");
    expect(answerWithout(wheel, `demo/_y.${SUFFIX}`, "b11")).toBe("3");
  });

  it("B12: armv6l stays armv6l", async () => {
    const { bytes } = buildElf({
      context: { variant: "elf32", littleEndian: true },
      header: { e_machine: EM.EM_ARM, e_flags: 0x05000400 },
      needed: ["libc.musl-armhf.so.1"],
      symbols: [{ name: "PyInit__x", defined: true }],
    });
    const { files, status, err } = await repair({
      tag: "cp311-cp311-linux_armv6l",
      files: { "demo/_x.so": bytes },
    });
    // PyPI takes the bare tag and none that names a C library.
    expect(err).toContain("the tag `linux_armv6l` stays, for PyPI takes it");
    expect(status).toBe(0);
    expect(files.map(tagsIn)).toEqual(["linux_armv6l"]);
    const asked = await repair(
      { tag: "cp311-cp311-linux_armv6l", files: { "demo/_x.so": bytes } },
      ["--plat", "musllinux_1_2_armv6l"],
    );
    expect(asked.files.map(tagsIn)).toEqual(["musllinux_1_2_armv6l"]);
  });

  it("B13: an executable stack is told, and cleared where that is asked for", async () => {
    const stack = shop.module("_x", "5", { flags: ["-Wl,-z,execstack"] });
    const told = await repair({ files: { [EXT]: stack } });
    expect(told.err).toContain("with an executable stack stays as it is; `--clear-execstack`");
    const cleared = await repair({ files: { [EXT]: stack } }, ["--clear-execstack"]);
    expect(cleared.err).toBe("");
    expect(nativeMembersOf(cleared.wheel).get(EXT)?.execstack).toBe("no");
    expect(answerWithout(cleared.wheel, EXT)).toBe("5");
  });

  it("B14: another architecture is repaired from its root, whatever the host has", async () => {
    const context = { variant: "elf64", littleEndian: false } as const;
    const header = { e_machine: EM.EM_S390 };
    const symbols = [{ name: "PyInit__x", defined: true }];
    const library = buildElf({ context, header, soname: "libf.so.1", nulls: 6 });
    const needed = ["libf.so.1", "libc.so.6"];
    const module = buildElf({ context, header, needed, symbols, nulls: 6 });
    const root = join(folder, "s390x");
    mkdirSync(join(root, "opt/lib"), { recursive: true });
    mkdirSync(join(root, "etc"), { recursive: true });
    writeFileSync(join(root, "etc/ld.so.conf"), "/opt/lib\n");
    writeFileSync(join(root, "opt/lib/libf.so.1"), library.bytes);
    const { files, wheel, status, err } = await repair(
      { tag: "cp311-cp311-linux_s390x", files: { "demo/_x.so": module.bytes } },
      ["--sysroot", root, "--plat", "manylinux_2_17_s390x"],
      { LD_LIBRARY_PATH: join(folder, "ext") },
    );
    expect(err).toBe("");
    expect(status).toBe(0);
    expect(files.map(tagsIn)).toEqual(["manylinux2014_s390x.manylinux_2_17_s390x"]);
    const [, grafted] = [...nativeMembersOf(wheel).keys()];
    expect(grafted).toMatch(/^demo\.libs\/libf-[0-9a-f]{8}\.so\.1$/);
  });

  it("B16: a refusal prints JSON too where JSON is asked for", async () => {
    const spec = { files: { [EXT]: needsF } };
    const { out, status } = await repair(spec, ["--no-sys-paths", "-f", "json"]);
    expect(status).toBe(3);
    expect(JSON.parse(out)).toEqual({ schema: "wheelkit.repair/1", version: "0.1.0", wheels: [] });
  });
});

describe.skipIf(!hasTools)("smaller traps", () => {
  it("S1: a bad environment value is told where it is used, as an error of usage", async () => {
    const env = { AUDITWHEEL_PLAT: "nonsense", AUDITWHEEL_ZIP_COMPRESSION_LEVEL: "nonsense" };
    expect((await wheelkitWith({ env }, "--version")).status).toBe(0);
    expect(
      (await wheelkitWith({ env }, "audit", wheelOf({ files: { [EXT]: plain } }))).status,
    ).toBe(1);
    for (const [name, value] of Object.entries(env)) {
      const ran = await repair({ files: { [EXT]: plain } }, [], { [name]: value });
      expect([ran.status, ran.files]).toEqual([2, []]);
      expect(ran.err).toMatch(new RegExp(`^error: ${name}.*\n\nhint: `));
    }
  });

  it("S2, S4, S5, S6: show says everything, sorted, on standard output, and as JSON the same", async () => {
    const input = wheelOf({ files: { [EXT]: needsF } });
    const text = await wheelkitWith({}, "show", input);
    expect(text.err).toBe("");
    expect(text.out).toContain("libf.so.1");
    const json = JSON.parse((await wheelkitWith({}, "show", "-f", "json", input)).out);
    const external = json.wheels[0].external.map(({ name }: { name: string }) => name);
    expect(external).toEqual(["libf.so.1"]);
  });

  it("S3: a wheel that needs a repair fails its audit, and passes it afterwards", async () => {
    const input = wheelOf({ files: { [EXT]: needsF } });
    expect((await wheelkitWith({}, "audit", input)).status).toBe(1);
    const { wheel } = await repair(input, ldpaths());
    const after = await wheelkitWith({}, "audit", "--ignore", "HRD,ABI", wheel);
    expect(after.out).toMatch(/^ok /);
    expect(after.status).toBe(0);
  });

  it("S7: a wheel that fails does not stop the others", async () => {
    const out = fresh("out");
    const bad = wheelOf({ files: { [EXT]: needsF } });
    const good = wheelOf({ name: "other", files: { [EXT.replace("demo", "other")]: plain } });
    const args = ["repair", "--no-sys-paths", "-w", out, bad, good];
    const { status, out: printed } = await wheelkitWith({}, ...args);
    expect(status).toBe(3);
    expect(printed.trim()).toBe(join(out, readdirSync(out)[0] ?? ""));
    expect(readdirSync(out)).toHaveLength(1);
  });

  it("S8: a name that is not a wheel's, or no archive at all, is told", async () => {
    const input = wheelOf({ files: { [EXT]: plain } });
    const bad = join(folder, "demo.whl");
    writeFileSync(bad, readFileSync(input));
    refused(await repair(bad), "NAM001");
    writeFileSync(bad, "no archive");
    const ran = await repair(bad);
    expect(ran.status).toBe(4);
    expect(ran.files).toEqual([]);
  });

  it("S9: files that RECORD does not list are repaired too, and RECORD is fixed", async () => {
    const hidden = "demo/hidden.py";
    const spec = {
      files: { [EXT]: plain, [hidden]: needsF },
      record: (lines: string[]) => [
        ...lines.filter((line) => !line.startsWith(hidden)),
        "demo/gone.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0",
      ],
    };
    const { wheel, status, err } = await repair(spec, ldpaths());
    expect(status).toBe(0);
    expect(err).toContain("fixed RECORD: it was wrong about `demo/gone.py`");
    expect(nativeMembersOf(wheel).get(hidden)?.searchPaths[0]?.path).toBe("$ORIGIN/../demo.libs");
    const { out } = await wheelkitWith({}, "audit", "-f", "json", "--select", "REC", wheel);
    const codes = JSON.parse(out).wheels[0].findings.map(({ code }: { code: string }) => code);
    expect(codes).toEqual([]);
  });

  it("S10: what a file needs is seen without section headers", async () => {
    const bytes = Uint8Array.from(needsF);
    const view = new DataView(bytes.buffer);
    view.setBigUint64(0x28, 0n, true);
    view.setUint32(0x3c, 0, true);
    const { wheel, status } = await repair({ files: { [EXT]: bytes } }, ldpaths());
    expect(status).toBe(0);
    expect(answerWithout(wheel, EXT, "ext")).toBe("42");
    const fails = shop.module("_x", "new_call()", {
      needs: [
        shop.library("s10/libc.so.6", "int new_call(void) { return 1; }", {
          soname: "libc.so.6",
          flags: [`-Wl,--version-script=${textFile("s10.map", "GLIBC_2.99 { new_call; };")}`],
        }),
      ],
    });
    const stripped = Uint8Array.from(fails);
    new DataView(stripped.buffer).setBigUint64(0x28, 0n, true);
    new DataView(stripped.buffer).setUint32(0x3c, 0, true);
    refused(await repair({ files: { [EXT]: stripped } }), "`GLIBC_2.99` of `libc.so.6`");
  });

  it("S11: modules with a name beyond ASCII are modules", async () => {
    const code = "void *PyInitU_xyz(void) { return 0; }";
    const path = shop.library("s11/x.so", code);
    const input = wheelOf({ files: { "demo/_ü.so": readFileSync(path) } });
    const { out } = await wheelkitWith({}, "show", "-f", "json", input);
    expect(JSON.parse(out).wheels[0].binaries[0].pythonExtension).toBe(true);
  });

  it("S12: native code in `purelib` is repaired with the rest", async () => {
    const odd = "demo-1.0.data/purelib/demo/_y.so";
    const { wheel, status } = await repair({ files: { [EXT]: needsF, [odd]: needsF } }, ldpaths());
    expect(status).toBe(0);
    const natives = nativeMembersOf(wheel);
    expect(natives.get(odd)?.searchPaths[0]?.path).toBe("$ORIGIN/../demo.libs");
    expect(natives.get(EXT)?.searchPaths[0]?.path).toBe("$ORIGIN/../demo.libs");
  });

  it("S13: files for another architecture are named, and left alone", async () => {
    const foreign = buildElf({
      header: { e_machine: ARCH === "x86_64" ? EM.EM_AARCH64 : EM.EM_X86_64 },
      needed: ["libgone.so.1"],
    }).bytes;
    const { wheel, err, status } = await repair({
      files: { [EXT]: plain, "demo/foreign.so": foreign },
    });
    expect(status).toBe(0);
    expect(err).toContain("`demo/foreign.so` for another architecture is left unchanged");
    expect(membersOf(wheel).get("demo/foreign.so")).toEqual(foreign);
  });

  it("S14: a relative search path is not an absolute one, and goes", async () => {
    const relative = join(folder, "ext").slice(1);
    const module = shop.module("_x", "f()", { needs: [libf], flags: [`-Wl,-rpath,${relative}`] });
    refused(await repair({ files: { [EXT]: module } }, ["--no-sys-paths"]), "was not found");
    const { wheel } = await repair({ files: { [EXT]: module } }, ldpaths());
    expect(
      nativeMembersOf(wheel)
        .get(EXT)
        ?.searchPaths.map(({ path }) => path),
    ).toEqual(["$ORIGIN/../demo.libs"]);
  });

  it("S17: versions of a library that the wheel brings don't limit the platform", async () => {
    const map = textFile("s17.map", "GLIBCXX_3.4.99 { own; };");
    const own = shop.library("s17/libstdc++.so.6", "int own(void) { return 6; }", {
      soname: "libstdc++.so.6",
      flags: [`-Wl,--version-script=${map}`],
    });
    const module = shop.module("_x", "own()", { needs: [own], flags: ["-Wl,-rpath,$ORIGIN"] });
    const files = { [EXT]: module, "demo/libstdc++.so.6": readFileSync(own) };
    const { wheel, status } = await repair({ files });
    expect(status).toBe(0);
    expect(answerWithout(wheel, EXT, "s17")).toBe("6");
    refused(await repair({ files: { [EXT]: module } }), "GLIBCXX_3.4.99");
  });

  it("S18: a version of a kind that no policy knows is too new", async () => {
    const map = textFile("s18.map", "NEWKIND_1 { odd; };");
    const odd = shop.library("s18/libm.so.6", "int odd(void) { return 6; }", {
      soname: "libm.so.6",
      flags: [`-Wl,--version-script=${map}`],
    });
    const module = shop.module("_x", "odd()", { needs: [odd] });
    refused(await repair({ files: { [EXT]: module } }), "`NEWKIND_1` of `libm.so.6`");
  });

  it("S19: any manylinux_X_Y can be asked for", async () => {
    const plat = `manylinux_2_37_${ARCH}`;
    const between = `manylinux_2_33_${ARCH}`;
    const { files } = await repair({ files: { [EXT]: plain } }, ["--plat", between]);
    expect(tagsIn(files[0] ?? "").split(".")).toContain(between);
    const only = await repair({ files: { [EXT]: plain } }, ["--plat", plat, "--only-plat"]);
    expect(only.files.map(tagsIn)).toEqual([plat]);
  });

  it("S20: musl's policies are there on every host, and i386's other name is musl's", async () => {
    for (const [machine, tag, libc] of [
      [EM.EM_X86_64, "x86_64", "libc.musl-x86_64.so.1"],
      [EM.EM_386, "i686", "libc.musl-i386.so.1"],
    ] as const) {
      const variant = tag === "i686" ? "elf32" : "elf64";
      const { bytes } = buildElf({
        context: { variant, littleEndian: true },
        header: { e_machine: machine },
        needed: [libc],
        symbols: [{ name: "PyInit__x", defined: true }],
      });
      const spec = { tag: `cp311-cp311-linux_${tag}`, files: { "demo/_x.so": bytes } };
      expect((await repair(spec)).files.map(tagsIn)).toEqual([`musllinux_1_2_${tag}`]);
      const { files } = await repair(spec, ["--plat", `musllinux_1_1_${tag}`]);
      expect(files.map(tagsIn)).toEqual([`musllinux_1_1_${tag}`]);
    }
  });

  it("S21: a suffix that is not a part of a name is an error of usage", async () => {
    for (const suffix of ["/lib", ".libs/x", "", ".."]) {
      const ran = await repair({ files: { [EXT]: needsF } }, ["-L", suffix, ...ldpaths()]);
      expect(ran.status).toBe(2);
      expect(ran.err).toContain("`--lib-sdir` is a suffix such as `.libs`");
      expect(ran.files).toEqual([]);
    }
    const { wheel } = await repair({ files: { [EXT]: needsF } }, ["-L", "_libs", ...ldpaths()]);
    expect(answerWithout(wheel, EXT, "ext")).toBe("42");
    expect([...membersOf(wheel).keys()].some((name) => name.startsWith("demo_libs/"))).toBe(true);
  });

  it("S22: a tag that the content contradicts goes, and that is told", async () => {
    const tag = `cp311-cp311-manylinux_2_17_${ARCH}.linux_${ARCH}`;
    const module = shop.module("_x", "pthread_create() + dlsym()", {});
    const newer = needsGlibc(module);
    const { files, err, status } = await repair({ tag, files: { [EXT]: module } });
    expect(status).toBe(0);
    expect(files.map(tagsIn)).toEqual([`manylinux_${newer}_${ARCH}`]);
    expect(err).toContain(`the tag \`manylinux_2_17_${ARCH}\` goes`);
  });

  it("S23: a link entry is refused with a way out", async () => {
    const extra = [{ name: "demo/link.so", data: "_x.so", mode: 0o120777 }];
    const spec = { files: { [EXT]: plain }, extra };
    const ran = await repair(spec);
    refused(ran, /`demo\/link.so`: .*\[ZIP032\]/);
    expect(ran.err).toContain("wheelkit links import");
  });

  it("S24: tags in order, no empty line, RECORD last, every field once", async () => {
    const wheelFile = [
      "Wheel-Version: 1.0",
      "Generator: x",
      "Root-Is-Purelib: true",
      `Tag: cp311-cp311-linux_${ARCH}`,
      `Tag: cp310-cp311-linux_${ARCH}`,
      "Root-Is-Purelib: true",
      "",
    ].join("\n");
    const { wheel } = await repair(
      {
        tag: `cp311.cp310-cp311-linux_${ARCH}`,
        files: { [EXT]: needsF, "%/WHEEL": wheelFile, "%/licenses/LICENSE": "MIT\n" },
      },
      [...ldpaths(), "--plat", `manylinux_2_17_${ARCH}`],
    );
    const members = readWheel(wheel);
    expect([...members.keys()].at(-1)).toBe("demo-1.0.dist-info/RECORD");
    const lines = (members.get("demo-1.0.dist-info/WHEEL") ?? "").split("\n");
    expect(lines.slice(0, 3)).toEqual([
      "Wheel-Version: 1.0",
      "Generator: x",
      "Root-Is-Purelib: false",
    ]);
    const tags = lines.slice(3, -1);
    expect(tags.length).toBeGreaterThan(3);
    expect(tags).toEqual([...tags].sort());
    expect(tags.every((line) => line.startsWith("Tag: "))).toBe(true);
    expect(lines.at(-1)).toBe("");
  });

  it("S25: the bill of materials lists libraries of unknown origin", async () => {
    const { wheel } = await repair({ files: { [EXT]: needsF } }, ldpaths());
    const text = readWheel(wheel).get("demo-1.0.dist-info/sboms/wheelkit.cdx.json") ?? "";
    const [component] = JSON.parse(text).components;
    expect(component.name).toBe("libf.so.1.2");
    expect(component.hashes).toHaveLength(1);
    expect(component).not.toHaveProperty("purl");
    const without = await repair({ files: { [EXT]: needsF } }, [...ldpaths(), "--no-sbom"]);
    expect([...readWheel(without.wheel).keys()].some((name) => name.includes("sboms"))).toBe(false);
  });

  it("S26: members that stay keep their compressed bytes", async () => {
    const big = "x = 1\n".repeat(5000);
    const input = wheelOf({ files: { [EXT]: needsF, "demo/big.py": big } });
    const { wheel } = await repair(input, [...ldpaths(), "-z", "0"]);
    const packed = (path: string): Uint8Array => {
      const entry = entriesOf(path).find(({ name }) => name === "demo/big.py");
      const { dataOffset = 0, compressedSize = 0 } = entry ?? {};
      return readFileSync(path).subarray(dataOffset, dataOffset + compressedSize);
    };
    expect(packed(wheel)).toEqual(packed(input));
    const methods = new Map(entriesOf(wheel).map(({ name, method }) => [name, method]));
    expect(methods.get(EXT)).toBe(0);
  });
});

function textFile(path: string, text: string): string {
  const target = join(folder, path);
  mkdirSync(join(target, ".."), { recursive: true });
  writeFileSync(target, text);
  return target;
}

/** `2_34` for a file whose newest need is GLIBC_2.34. */
function needsGlibc(bytes: Uint8Array): string {
  const path = `${fresh("glibc")}.so`;
  writeFileSync(path, bytes);
  const text = execFileSync("readelf", ["-VW", path], { encoding: "utf8" });
  const minors = [...text.matchAll(/GLIBC_2\.(\d+)/g)].map(([, minor]) => Number(minor));
  return `2_${Math.max(...minors)}`;
}
