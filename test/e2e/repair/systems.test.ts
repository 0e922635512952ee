/** Wheels of other C libraries and machines, repaired here with their root folder, and run. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { wheelkit } from "../../support/commands.ts";
import type { System } from "../../support/foreign.ts";
import {
  buildForeign,
  isAvailable,
  loadModule,
  runProgram,
  unpack,
} from "../../support/foreign.ts";
import { scratchFolder } from "../../support/scratch.ts";
import { requireTool } from "../../support/tools.ts";

const GLIBC_ROOT = {
  folder: "opt/far/lib",
  files: {
    "etc/ld.so.conf": "include /etc/ld.so.conf.d/*.conf\n",
    "etc/ld.so.conf.d/far.conf": "# ours\n/opt/far/lib\n",
    "opt/far/lib/libc.so": "/* GNU ld script */\nGROUP ( /lib/libc.so.6 )\n",
  },
  versioned: true,
} as const;

const SYSTEMS: Readonly<Record<string, System & { readonly wanted: RegExp }>> = {
  "musl, with Alpine's layout": {
    cc: "musl-gcc",
    tag: "cp312-cp312-linux_x86_64",
    run: [],
    folder: "usr/local/lib",
    files: {
      "etc/ld-musl-x86_64.path": "/lib\n/usr/local/lib\n/usr/lib\n",
      lib64: { link: "/lib" },
    },
    versioned: false,
    wanted: /^musllinux_1_1_x86_64\.musllinux_1_2_x86_64$|^musllinux_1_[12]_x86_64$/,
  },
  "aarch64, 64 KB pages": {
    cc: "aarch64-linux-gnu-gcc",
    tag: "cp312-cp312-linux_aarch64",
    run: ["qemu-aarch64", "-L", "/usr/aarch64-linux-gnu"],
    wanted: /^manylinux_2_\d+_aarch64$/,
    ...GLIBC_ROOT,
  },
  "s390x, big-endian": {
    cc: "s390x-linux-gnu-gcc",
    tag: "cp312-cp312-linux_s390x",
    run: ["qemu-s390x", "-L", "/usr/s390x-linux-gnu"],
    wanted: /^manylinux_2_\d+_s390x$/,
    ...GLIBC_ROOT,
  },
};

describe.each(Object.entries(SYSTEMS))("%s", (_, system) => {
  it.skipIf(!isAvailable(system) || requireTool("unzip") === undefined)(
    "finds the libraries below the root, and the result runs without it",
    async () => {
      const folder = scratchFolder();
      const { wheel, root, loader } = buildForeign(system, folder);
      const out = join(folder, "out");
      const { status, err } = await wheelkit("repair", "--sysroot", root, "-w", out, wheel);
      expect(err).toBe("");
      expect(status).toBe(0);
      const [file = ""] = readdirSync(out);
      expect(readdirSync(out)).toHaveLength(1);
      expect(/-([^-]+)\.whl$/.exec(file)?.[1]).toMatch(system.wanted);

      const site = unpack(join(out, file), join(folder, "site"));
      const grafted = readdirSync(join(site, "demo.libs"));
      expect(grafted).toEqual([
        expect.stringMatching(/^libfar-[0-9a-f]{8}\.so\.2\.0\.1$/),
        expect.stringMatching(/^libnear-[0-9a-f]{8}\.so\.1$/),
      ]);
      rmSync(root, { recursive: true });
      const loaded = loadModule(system, loader, join(site, "demo/native/module.so"));
      expect(loaded).toMatchObject({ status: 0, said: "129" });
      expect(loaded.mapped).toEqual(expect.arrayContaining(grafted));
      expect(loaded.mapped).not.toContain("libfar.so.2");

      const program = join(site, "demo.scripts/tool");
      expect(statSync(program).mode & 0o111).toBe(0o111);
      expect(runProgram(system, program, "ok")).toBe("107 ok\n");
      const shim = join(site, "demo-1.0.data/scripts/tool");
      expect(readFileSync(shim, "utf8")).toMatch(/^#!python\n/);
      expect(statSync(shim).mode & 0o111).toBe(0o111);
      const files = [
        "demo/native/module.so",
        "demo.scripts/tool",
        ...grafted.map((name) => `demo.libs/${name}`),
      ];
      for (const name of files) {
        const dynamic = execFileSync("readelf", ["-dW", join(site, name)], { encoding: "utf8" });
        expect(dynamic, name).not.toContain("/opt/build");
      }
    },
  );

  it.skipIf(!isAvailable(system))(
    "is the same after a second repair, which needs no root",
    async () => {
      const folder = scratchFolder();
      const { wheel, root } = buildForeign(system, folder);
      await wheelkit("repair", "--sysroot", root, "-w", join(folder, "once"), wheel);
      const [file = ""] = readdirSync(join(folder, "once"));
      rmSync(root, { recursive: true });
      const again = [
        "repair",
        "--no-sys-paths",
        "-w",
        join(folder, "twice"),
        join(folder, "once", file),
      ];
      const { status, err } = await wheelkit(...again);
      expect(err).toBe("");
      expect(status).toBe(0);
      const bytes = (name: string): Buffer => readFileSync(join(folder, name, file));
      expect(bytes("twice").equals(bytes("once"))).toBe(true);
    },
  );

  it.skipIf(!isAvailable(system))("says what is missing when the root is not given", async () => {
    const folder = scratchFolder();
    const { wheel } = buildForeign(system, folder);
    const out = join(folder, "out");
    const { status, err } = await wheelkit("repair", "-w", out, wheel);
    expect(status).toBe(3);
    expect(err).toContain("`libfar.so.2`, which `demo");
    expect(existsSync(out) ? readdirSync(out) : []).toEqual([]);
  });
});
