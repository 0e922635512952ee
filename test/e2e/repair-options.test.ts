/** Every option of `repair`, seen in what comes out. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EM } from "../../src/elf/constants.ts";
import { entriesOf, readWheel, wheelkitWith } from "../support/commands.ts";
import { codeLike } from "../support/deflate-streams.ts";
import { buildElf } from "../support/elf-builder.ts";
import {
  ARCH,
  answerOf,
  LINUX_TAG,
  membersOf,
  nativeMembersOf,
  repairBench,
  SUFFIX,
  unpack,
  type Workshop,
  workshop,
} from "../support/repair-workshop.ts";
import { python, requireTool } from "../support/tools.ts";

const hasTools = ["gcc", "python3", "unzip"].every((name) => requireTool(name) !== undefined);
const EXT = `demo/_x.${SUFFIX}`;

let folder = "";
let shop: Workshop;
let libf = "";
let needsF: Uint8Array;
let plain: Uint8Array;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "wheelkit-options-"));
  if (!hasTools) return;
  shop = workshop(folder);
  libf = shop.library("ext/libf.so.1.2", "int f(void) { return 41; }", { soname: "libf.so.1" });
  symlinkSync("libf.so.1.2", join(folder, "ext/libf.so.1"));
  needsF = shop.module("_x", "f() + 1", { needs: [libf] });
  plain = shop.module("_x", "1");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const { fresh, repair, wheelOf } = repairBench(() => shop);

const ext = (): readonly string[] => ["--ldpaths", join(folder, "ext")];

function needed(wheel: string, member = EXT): readonly string[] {
  return (
    nativeMembersOf(wheel)
      .get(member)
      ?.dependencies.map(({ name }) => name) ?? []
  );
}

function away<T>(path: string, use: () => T): T {
  renameSync(join(folder, path), join(folder, `${path}.away`));
  try {
    return use();
  } finally {
    renameSync(join(folder, `${path}.away`), join(folder, path));
  }
}

const site = (): string => fresh("site");

describe.skipIf(!hasTools)("which libraries", () => {
  it("--exclude leaves out by name and by real path, and several at once", async () => {
    for (const pattern of ["libf.so.*", "*/ext/libf.so.1.2", "libother.so:libf.so.1;x"]) {
      const { wheel, status } = await repair({ files: { [EXT]: needsF } }, [
        ...ext(),
        ...["--exclude", pattern],
      ]);
      expect(status).toBe(0);
      expect([...nativeMembersOf(wheel).keys()]).toEqual([EXT]);
      expect(needed(wheel)).toContain("libf.so.1");
    }
  });

  it("--include brings a library that the code opens, where the code finds it", async () => {
    const plug = shop.library("plug/libplug.so.1.5", "int plug(void) { return 77; }", {
      soname: "libplug.so.1",
    });
    symlinkSync(basename(plug), join(folder, "plug/libplug.so.1"));
    const code = `#include <dlfcn.h>
      void *PyInit__x(void) { return 0; }
      int answer(void) {
        void *plug = dlopen("libplug.so.1", RTLD_NOW);
        return plug == 0 ? -1 : ((int (*)(void))dlsym(plug, "plug"))();
      }`;
    const module = readFileSync(shop.library("plug/_x.so", code, { flags: ["-ldl"] }));
    for (const flag of ["--include", "--add-dll"]) {
      const args = ["--ldpaths", join(folder, "plug"), flag, "libplug.so.1"];
      const { wheel, status } = await repair({ files: { [EXT]: module } }, args);
      expect(status).toBe(0);
      expect([...nativeMembersOf(wheel).keys()]).toContain("demo.libs/libplug.so.1");
      expect(away("plug", () => answerOf(join(unpack(wheel, site()), EXT)))).toBe("77");
    }
    const gone = await repair({ files: { [EXT]: plain } }, ["--include", "libgone.so"]);
    expect([gone.status, gone.files]).toEqual([3, []]);
    expect(gone.err).toContain("`libgone.so`, asked for with `--include`, was not found");
    const path = await repair({ files: { [EXT]: plain } }, ["--include", plug]);
    expect(path.status).toBe(2);
  });

  it("--no-mangle keeps names, one or all", async () => {
    for (const flags of [["--no-mangle", "libx.so;libf.so.1"], ["--no-mangle-all"]]) {
      const { wheel } = await repair({ files: { [EXT]: needsF } }, [...ext(), ...flags]);
      expect([...nativeMembersOf(wheel).keys()]).toContain("demo.libs/libf.so.1");
      expect(needed(wheel)).toContain("libf.so.1");
      expect(away("ext", () => answerOf(join(unpack(wheel, site()), EXT)))).toBe("42");
    }
  });

  it("--provided-by leaves libraries to another wheel, and leads to it", async () => {
    const core = shop.library("core/libcore.so.3", "int core(void) { return 30; }", {
      soname: "libcore.so.3",
      flags: [`-Wl,--version-script=${text("core.map", "CORE_3 { core; };")}`],
    });
    const provider = shop.wheel("provider", {
      name: "basis",
      tag: LINUX_TAG,
      files: { "basis/lib/libcore.so.3": readFileSync(core) },
    });
    const module = shop.module("_x", "core() + f()", { needs: [core, libf] });
    const files = { [EXT]: module };
    const METADATA = "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\nRequires-Dist: Basis>=1\n";
    const args = [...ext(), "--provided-by", provider];
    const { wheel, status, err } = await repair(
      { files: { ...files, "%/METADATA": METADATA } },
      args,
    );
    expect(err).toBe("");
    expect(status).toBe(0);
    expect([...nativeMembersOf(wheel).keys()].some((name) => name.includes("libcore"))).toBe(false);
    const target = site();
    unpack(wheel, target);
    unpack(provider, target);
    expect(away("core", () => answerOf(join(target, EXT)))).toBe("71");

    const loose = await repair({ files }, args);
    expect([loose.status, loose.files]).toEqual([3, []]);
    expect(loose.err).toContain("`basis` is to provide `libcore.so.3`");
    const unknown = await repair({ files }, [...ext(), "--provided-by", "nobody-knows"]);
    expect(unknown.status).toBe(3);
    const gone = await repair({ files }, [...ext(), "--provided-by", "gone.whl"]);
    expect([gone.status, gone.err]).toEqual([2, expect.stringContaining("gone.whl")]);
  });

  it("looks in the folders that are given before those of the environment and the system", async () => {
    const other = shop.library("other/libf.so.1", "int f(void) { return 1; }", {
      soname: "libf.so.1",
    });
    const [first, second] = [join(folder, "ext"), join(other, "..")];
    const answer = async (
      args: readonly string[],
      env: Readonly<Record<string, string>>,
    ): Promise<string> => {
      const { wheel, status } = await repair({ files: { [EXT]: needsF } }, args, env);
      return status === 0 ? answerOf(join(unpack(wheel, site()), EXT)) : `status ${status}`;
    };
    expect(await answer([], { LD_LIBRARY_PATH: first })).toBe("42");
    expect(await answer([], { AUDITWHEEL_LD_LIBRARY_PATH: first, LD_LIBRARY_PATH: second })).toBe(
      "42",
    );
    expect(await answer(["--lib-path", first], { LD_LIBRARY_PATH: second })).toBe("42");
    expect(await answer(["--add-path", `${second}:${first}`], {})).toBe("2");
    const none = { LD_LIBRARY_PATH: first };
    expect(await answer(["--no-sys-paths"], none)).toBe("status 3");
    expect(await answer(["--no-sys-paths", "--ldpaths", first], {})).toBe("42");
  });

  it("-L names the folder", async () => {
    const { wheel } = await repair({ files: { [EXT]: needsF } }, [...ext(), "-L", ".native"]);
    expect([...membersOf(wheel).keys()].some((name) => name.startsWith("demo.native/libf-"))).toBe(
      true,
    );
    expect(away("ext", () => answerOf(join(unpack(wheel, site()), EXT)))).toBe("42");
  });

  it("--sysroot knows the packages of that system", async () => {
    const context = { variant: "elf64", littleEndian: true } as const;
    const header = { e_machine: EM.EM_RISCV };
    const root = join(folder, "riscv");
    for (const [path, content] of [
      ["etc/os-release", "ID=debian\n"],
      ["usr/lib/riscv64-linux-gnu/libf.so.1.2", buildElf({ context, header, nulls: 6 }).bytes],
      [
        "var/lib/dpkg/status",
        "Package: libf1\nStatus: install ok installed\nArchitecture: riscv64\nVersion: 1:2-3\n",
      ],
      ["var/lib/dpkg/info/libf1:riscv64.list", "/usr/lib/riscv64-linux-gnu/libf.so.1.2\n"],
      ["etc/ld.so.conf", "include /etc/ld.so.conf.d/*.conf\n"],
      ["etc/ld.so.conf.d/multiarch.conf", "/usr/lib/riscv64-linux-gnu\n"],
    ] as const) {
      mkdirSync(join(root, path, ".."), { recursive: true });
      writeFileSync(join(root, path), content);
    }
    // An absolute link means the root's, not this system's.
    symlinkSync(
      "/usr/lib/riscv64-linux-gnu/libf.so.1.2",
      join(root, "usr/lib/riscv64-linux-gnu/libf.so.1"),
    );
    const { bytes } = buildElf({
      ...{ context, header, needed: ["libf.so.1", "libc.so.6"], nulls: 6 },
      symbols: [{ name: "PyInit__x", defined: true }],
    });
    const spec = { tag: "cp311-cp311-linux_riscv64", files: { "demo/_x.so": bytes } };
    const ran = await repair(spec, ["--sysroot", root, "-f", "json"]);
    expect([ran.status, ran.err]).toEqual([0, ""]);
    const [wheel] = JSON.parse(ran.out).wheels;
    expect(wheel.grafted).toMatchObject([
      { original: "libf.so.1.2", package: "pkg:deb/debian/libf1@1:2-3?arch=riscv64" },
    ]);
    const bill = readWheel(ran.wheel).get("demo-1.0.dist-info/sboms/wheelkit.cdx.json") ?? "";
    expect(JSON.parse(bill).components[0]).toMatchObject({ name: "libf1", version: "1:2-3" });
    const gone = await repair(spec, ["--sysroot", join(root, "gone")]);
    expect([gone.status, gone.err]).toEqual([2, expect.stringContaining("is not a folder")]);
  });
});

describe.skipIf(!hasTools)("which tags", () => {
  it("--plat, --only-plat and AUDITWHEEL_PLAT", async () => {
    const tags = async (
      args: readonly string[],
      env: Readonly<Record<string, string>> = {},
    ): Promise<string> => {
      const { files } = await repair({ files: { [EXT]: plain } }, args, env);
      return files[0]?.split("-").at(-1)?.replace(".whl", "") ?? "";
    };
    const best = (await tags([])).split(".");
    const plat = `manylinux_2_35_${ARCH}`;
    expect((await tags(["--plat", plat])).split(".").sort()).toEqual([...best, plat].sort());
    expect(await tags([], { AUDITWHEEL_PLAT: plat })).toBe(await tags(["--plat", plat]));
    expect(await tags(["--plat", "auto"], { AUDITWHEEL_PLAT: plat })).toBe(best.join("."));
    expect(await tags(["--plat", plat, "--only-plat"])).toBe(plat);
  });

  it("--no-update-tags keeps name and tags", async () => {
    const input = wheelOf({ files: { [EXT]: needsF } });
    const { wheel, status } = await repair(input, [...ext(), "--no-update-tags"]);
    expect([status, basename(wheel)]).toEqual([0, basename(input)]);
    const path = "demo-1.0.dist-info/WHEEL";
    expect(readWheel(wheel).get(path)).toBe(readWheel(input).get(path));
    expect(away("ext", () => answerOf(join(unpack(wheel, site()), EXT)))).toBe("42");
  });

  it.each([
    ["macosx_11_0_arm64", 3, "its files are built for manylinux"],
    ["win_amd64", 3, "its files are built for manylinux"],
    ["nonsense", 2, "is not a platform tag"],
    ["manylinux_2_17", 2, "is not a platform tag"],
    [`linux_${ARCH}`, 2, "promises nothing"],
    ["manylinux_2_17_armv7l", 3, "is for another architecture"],
    [`musllinux_1_2_${ARCH}`, 3, "its files are built for manylinux"],
  ])("--plat %s: status %d", async (plat, status, why) => {
    const ran = await repair({ files: { [EXT]: plain } }, ["--plat", plat]);
    expect([ran.status, ran.err, ran.files]).toEqual([status, expect.stringContaining(why), []]);
  });
});

describe.skipIf(!hasTools)("how it is written", () => {
  it("--strip leaves out symbols and debug data, of members and grafts", async () => {
    const lib = shop.library("debug/libg.so.1", "int g(void) { return 8; }", {
      soname: "libg.so.1",
      flags: ["-g"],
    });
    const module = shop.module("_x", "g()", { needs: [lib], flags: ["-g"] });
    const args = ["--ldpaths", join(folder, "debug")];
    const whole = await repair({ files: { [EXT]: module } }, args);
    const stripped = await repair({ files: { [EXT]: module } }, [...args, "--strip"]);
    expect(stripped.status).toBe(0);
    const debug = (wheel: string): number[] =>
      [...nativeMembersOf(wheel).values()].map((each) => each.debug.dwarf + each.debug.symtab);
    expect(debug(whole.wheel).every((bytes) => bytes > 0)).toBe(true);
    expect(debug(stripped.wheel)).toEqual([0, 0]);
    expect(away("debug", () => answerOf(join(unpack(stripped.wheel, site()), EXT)))).toBe("8");
  });

  it("-z and its variable say how hard to compress", async () => {
    const size = async (
      args: readonly string[],
      env: Readonly<Record<string, string>> = {},
    ): Promise<number> => {
      const { wheel } = await repair({ files: { [EXT]: needsF } }, [...ext(), ...args], env);
      return entriesOf(wheel).find(({ name }) => name === EXT)?.compressedSize ?? 0;
    };
    const stored = await size(["-z", "0"]);
    expect(stored).toBeGreaterThan((await size(["-z", "9"])) * 2);
    expect(await size([], { AUDITWHEEL_ZIP_COMPRESSION_LEVEL: "0" })).toBe(stored);
  });

  it("--if-needed copies byte for byte what is right, and repairs the rest", async () => {
    const tag = `cp311-cp311-manylinux_2_5_${ARCH}`;
    // A data descriptor is not right, but no reason to rewrite a wheel.
    const right = wheelOf({ tag, files: { [EXT]: plain } });
    const copied = await repair(right, ["--if-needed"]);
    expect(copied.err).toBe("");
    expect(readFileSync(copied.wheel).equals(readFileSync(right))).toBe(true);
    const bare = await repair({ files: { [EXT]: plain } }, ["--if-needed"]);
    expect(bare.files[0]).toContain("manylinux");
    const wrong = await repair({ tag, files: { [EXT]: needsF } }, ["--if-needed", ...ext()]);
    expect(wrong.files).toHaveLength(1);
    expect(nativeMembersOf(wrong.wheel).size).toBe(2);
  });

  it("copies pure wheels byte for byte, and says so unless that is expected", async () => {
    const pure = shop.wheel("pure", { files: {} });
    const told = await repair(pure);
    expect(told.err).toContain("no native code to repair");
    expect(readFileSync(told.wheel).equals(readFileSync(pure))).toBe(true);
    const expected = await repair(pure, ["--allow-pure-python-wheel"]);
    expect([expected.status, expected.err]).toEqual([0, ""]);
    const { status } = await wheelkitWith({}, "repair", "-w", join(pure, ".."), pure);
    expect(status).toBe(0);
  });

  it("--dry-run says what it would do, and makes nothing", async () => {
    const input = wheelOf({ files: { [EXT]: needsF } });
    const ran = await repair(input, [...ext(), "-n"]);
    expect(existsSync(ran.folder)).toBe(false);
    const lines = ran.out.split("\n");
    expect(lines[0]).toMatch(/^would write demo-1\.0-cp311-cp311-manylinux/);
    expect(ran.out).toMatch(/- cp311-cp311-linux_/);
    expect(ran.out).toMatch(/DT_NEEDED libf\.so\.1 -> libf-[0-9a-f]{8}\.so\.1\.2/);
    expect(ran.out).toContain("DT_RPATH $ORIGIN/../demo.libs");
    expect(ran.out).toMatch(
      /grafted +libf-[0-9a-f]{8}\.so\.1\.2 \(libf\.so\.1\.2, needed by demo\/_x/,
    );
    const json = JSON.parse((await repair(input, [...ext(), "-n", "-f", "json"])).out);
    const real = JSON.parse((await repair(input, [...ext(), "-f", "json"])).out);
    expect(json.wheels[0].grafted).toEqual(real.wheels[0].grafted);
    expect(json.wheels[0].tags).toEqual(real.wheels[0].tags);
    expect(json.wheels[0].added).toEqual(real.wheels[0].added);
    expect(json.wheels[0].verified).not.toContain("audit");
    expect(real.wheels[0].verified).toContain("audit");
  });

  it("prints the path, and as JSON what was done, without any path of this host", async () => {
    const input = wheelOf({ files: { [EXT]: needsF } });
    const plainRun = await repair(input, ext());
    expect(plainRun.out).toBe(`${plainRun.wheel}\n`);
    const { out, wheel: path } = await repair(input, [...ext(), "-f", "json"]);
    expect(out).not.toContain(folder);
    const document = JSON.parse(out);
    expect(document.schema).toBe("wheelkit.repair/1");
    const [wheel] = document.wheels;
    expect(wheel).toMatchObject({
      file: basename(input),
      output: basename(path),
      removed: [],
      tags: { before: [LINUX_TAG] },
    });
    const changed = wheel.changed.find(({ path: member }: { path: string }) => member === EXT);
    expect(changed.edits).toHaveLength(2);
    const [graft] = wheel.grafted;
    expect(Object.keys(graft)).toEqual([
      ...["name", "path", "original", "package", "sha256", "neededBy", "edits"],
    ]);
    expect(graft).toMatchObject({ original: "libf.so.1.2", package: null, neededBy: [EXT] });
    expect(wheel.added).toContain(graft.path);
  });

  it("carries the LINKS record along", async () => {
    const own = shop.library("own/libown.so.1", "int own(void) { return 9; }", {
      soname: "libown.so.1",
    });
    const links = "demo/libown.so,demo/libown.so.1\n";
    const files = {
      [EXT]: shop.module("_x", "own() + f()", {
        needs: [own, libf],
        flags: ["-Wl,-rpath,$ORIGIN"],
      }),
      "demo/libown.so.1": readFileSync(own),
      "%/LINKS": links,
    };
    const { wheel, status, err } = await repair({ files }, ext());
    expect([status, err]).toEqual([0, ""]);
    expect(readWheel(wheel).get("demo-1.0.dist-info/LINKS")).toBe(links);

    // The extension is patched, so that the hash of it that LINKS has changes with it.
    const digest = createHash("sha256")
      .update(files[EXT] ?? "")
      .digest("base64url");
    const hashed = `${links}demo/_y.so,${EXT},sha256=${digest}\n`;
    const again = await repair({ files: { ...files, "%/LINKS": hashed } }, ext());
    expect([again.status, again.err]).toEqual([0, ""]);
    const rows = readWheel(again.wheel).get("demo-1.0.dist-info/RECORD")?.split("\n");
    const [, patched] = rows?.find((row) => row.startsWith(`${EXT},`))?.split(",") ?? [];
    expect(patched).not.toBe(`sha256=${digest}`);
    expect(readWheel(again.wheel).get("demo-1.0.dist-info/LINKS")).toBe(
      `demo/_y.so,${EXT},${patched}\n${links}`,
    );
  });
});

describe.skipIf(!hasTools)("options of other tools", () => {
  const idle: readonly (readonly [string, string | undefined, string])[] = [
    ["--patcher", "patchelf", "does nothing: wheelkit patches files itself"],
    ["--require-archs", "x86_64", "does nothing for a Linux wheel: it is for macOS"],
    ["--require-target-macos-version", "11.0", "does nothing for a Linux wheel: it is for macOS"],
    ["--ignore-missing-dependencies", undefined, "does nothing for a Linux wheel: it is for macOS"],
    ["--sanitize-rpaths", undefined, "does nothing for a Linux wheel: it is for macOS"],
    ["--no-sanitize-rpaths", undefined, "does nothing for a Linux wheel: it is for macOS"],
    ["--include-imports", undefined, "does nothing for a Linux wheel: it is for Windows"],
  ];

  it.each(idle)("%s: taken, with a warning", async (flag, value, why) => {
    const args = value === undefined ? [flag] : [flag, value];
    const ran = await repair({ files: { [EXT]: plain } }, args);
    expect([ran.status, ran.files.length]).toEqual([0, 1]);
    expect(ran.err).toMatch(/^warning: .*\n$/);
    expect(ran.err).toContain(`\`${flag}\` ${why}`);
    expect((await repair({ files: { [EXT]: plain } }, [...args, "-qq"])).err).toBe("");
  });
});

describe.skipIf(!hasTools)("--canonical", () => {
  it("makes one wheel of builds that differ in order, time, modes and level", async () => {
    const files = { [EXT]: needsF, "demo/data.txt": "data ".repeat(100) };
    const first = await repair({ files }, [...ext(), "--canonical"]);
    const second = await repair(
      {
        files: { "demo/data.txt": files["demo/data.txt"], [EXT]: needsF },
        members: { "demo/data.txt": { method: 0, mode: 0o100664 } },
        record: (lines) => [...lines].reverse(),
      },
      [...ext(), "--canonical"],
    );
    expect([first.status, first.err, second.err]).toEqual([0, "", ""]);
    const [a, b] = [first, second].map(({ wheel }) => readFileSync(wheel));
    expect(a !== undefined && b?.equals(a)).toBe(true);
    expect(away("ext", () => answerOf(join(unpack(first.wheel, site()), EXT)))).toBe("42");
    const dry = await repair({ files }, [...ext(), "--canonical", "-n"]);
    expect([dry.status, dry.files]).toEqual([0, []]);
  });

  it("keeps nothing of what earlier builds compressed, each in its way", async () => {
    writeFileSync(join(folder, "big.bin"), codeLike(1_500_000));
    writeFileSync(
      join(folder, "big.s"),
      `.section .rodata\n.incbin "${join(folder, "big.bin")}"\n`,
    );
    const big = shop.module("_x", "f() + 1", { needs: [libf], flags: [join(folder, "big.s")] });
    const wheels: Buffer[] = [];
    for (const level of [1, 9]) {
      const packed = deflateRawSync(big, { level });
      const spec = { files: { [EXT]: big }, members: { [EXT]: { packed } } };
      const { wheel, status } = await repair(spec, [...ext(), "--canonical"]);
      expect(status).toBe(0);
      wheels.push(readFileSync(wheel));
    }
    const [a, b] = wheels;
    expect(a !== undefined && b?.equals(a)).toBe(true);
  });
});

describe.skipIf(!hasTools)("permissions", () => {
  it("of group and others stay, the owner may read and write, folders are open", async () => {
    const modes = Array.from({ length: 64 }, (_, index) => ((index * 73) % 512) | 0o100000);
    const names = modes.map((mode) => `demo/${mode.toString(8)}.txt`);
    const files = Object.fromEntries(names.map((name) => [name, "x"]));
    const { wheel, status, err } = await repair(
      {
        files: { [EXT]: needsF, "demo/sub/": "", ...files },
        members: {
          "demo/sub/": { mode: 0o040700 },
          [EXT]: { mode: 0o100055 },
          ...Object.fromEntries(names.map((name, index) => [name, { mode: modes[index] ?? 0 }])),
        },
      },
      ext(),
    );
    expect([status, err]).toEqual([0, ""]);
    const after = new Map(
      entriesOf(wheel).map(({ name, externalAttributes }) => [name, externalAttributes]),
    );
    expect(names.map((name) => (after.get(name) ?? 0) >>> 16)).toEqual(
      modes.map((mode) => mode | 0o600),
    );
    expect((after.get(EXT) ?? 0) >>> 16).toBe(0o100655);
    expect(after.get("demo/sub/")).toBe(((0o040755 << 16) | 0x10) >>> 0);
    const again = await repair(wheel);
    expect(readFileSync(again.wheel).equals(readFileSync(wheel))).toBe(true);
  });
});

describe.skipIf(!hasTools)("what is refused", () => {
  it("a wheel whose tags and files contradict each other", async () => {
    const macho = new Uint8Array(64);
    new DataView(macho.buffer).setUint32(0, 0xcffaedfe);
    const odd = await repair({ files: { "demo/_x.so": macho } });
    expect([odd.status, odd.files]).toEqual([3, []]);
    expect(odd.err).toContain("is not a Linux binary");
    const empty = await repair({ files: { "demo/x.py": "" } });
    expect([empty.status, empty.files]).toEqual([3, []]);
    expect(empty.err).toContain("but there is no native code in it");
    const mac = await repair({
      tag: "cp311-cp311-macosx_11_0_arm64",
      files: { "demo/_x.so": macho },
    });
    expect([mac.status, mac.err]).toEqual([
      3,
      expect.stringContaining("no file has code for arm64"),
    ]);
  });

  it("a wheel with a damaged member", async () => {
    const input = wheelOf({ files: { [EXT]: needsF } });
    const bytes = readFileSync(input);
    const entry = entriesOf(input).find(({ name }) => name === EXT);
    const at = (entry?.dataOffset ?? 0) + 500;
    bytes[at] = (bytes[at] ?? 0) ^ 0xff;
    writeFileSync(input, bytes);
    const ran = await repair(input, ext());
    expect([ran.status, ran.files]).toEqual([3, []]);
    expect(ran.err).toMatch(/\[ZIP02[345]\]/);
  });
});

describe.skipIf(!hasTools)("a program in .data/scripts", () => {
  it("runs after pip installed the repaired wheel, with a grafted library", async () => {
    const program = shop.program("tool", "f()", { needs: [libf] });
    const script = "demo-1.0.data/scripts/tool";
    const { wheel, status, err } = await repair(
      {
        tag: "py3-none-any",
        files: {
          [script]: program,
          "%/WHEEL": "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        },
        members: { [script]: { mode: 0o100750 } },
      },
      ext(),
    );
    expect([status, err]).toEqual([0, ""]);
    expect(basename(wheel)).toMatch(/^demo-1\.0-py3-none-manylinux/);
    expect(readWheel(wheel).get("demo-1.0.dist-info/WHEEL")).toContain("Root-Is-Purelib: false\n");
    const moved = entriesOf(wheel).find(({ name }) => name === "demo.scripts/tool");
    expect((moved?.externalAttributes ?? 0) >>> 16).toBe(0o100751);
    const venv = join(folder, "venv");
    execFileSync(python(), ["-m", "venv", "--without-pip", venv]);
    const install = ["-m", "pip", "--python", join(venv, "bin/python"), "install", "--no-index"];
    execFileSync(python(), [...install, "--no-deps", "--quiet", wheel], {
      env: { ...process.env, PIP_DISABLE_PIP_VERSION_CHECK: "1" },
    });
    const said = away("ext", () =>
      execFileSync(join(venv, "bin/tool"), ["a b"], { encoding: "utf8" }),
    );
    expect(said).toBe("41 a b\n");
    // A second repair changes nothing.
    const copy = join(folder, "second", basename(wheel));
    mkdirSync(join(folder, "second"));
    copyFileSync(wheel, copy);
    const again = await repair(copy, ext());
    expect(readFileSync(again.wheel).equals(readFileSync(wheel))).toBe(true);
  });
});

function text(path: string, content: string): string {
  writeFileSync(join(folder, path), content);
  return join(folder, path);
}
