/**
 * The executables for other machines, as far as this one can run them: musl with Debian's loader, arm64
 * under qemu, Windows under wine. On request, with all wheels:
 *
 *     npm run dist -- --all --out FOLDER && WHEELKIT_RELEASE=FOLDER npx vitest run test/e2e/dist-elsewhere.test.ts
 */
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { CLI, ROOT } from "../support/release.ts";
import { scratchFolder } from "../support/scratch.ts";

const release = process.env.WHEELKIT_RELEASE ?? "";
const DEMO = "demo-1.0-cp312-cp312-manylinux_2_17_x86_64.whl";
const LIBRARIES = join(ROOT, "fixtures/commands/libraries");

interface Machine {
  readonly tag: string;
  readonly says: string;
  /** What runs it, given the folder of this test. */
  readonly runner: (folder: string) => readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** A path of this machine as the executable knows it. */
  readonly path?: (path: string) => string;
}

const MACHINES: readonly Machine[] = [
  { tag: "musllinux_1_2_x86_64", says: "linux-x64", runner: () => [] },
  {
    tag: "manylinux_2_17_aarch64",
    says: "linux-arm64",
    runner: () => ["qemu-aarch64", "-L", "/usr/aarch64-linux-gnu"],
  },
  {
    tag: "musllinux_1_2_aarch64",
    says: "linux-arm64",
    // A folder with Debian's `musl` for arm64, unpacked.
    runner: () => ["qemu-aarch64", "-L", process.env.WHEELKIT_MUSL_ARM64 ?? "/none"],
  },
  {
    tag: "win_amd64",
    says: "win32-x64",
    runner: () => ["wine"],
    env: { WINEDEBUG: "-all", NODE_SKIP_PLATFORM_CHECK: "1" },
    path: (path) => `Z:${path.replaceAll("/", "\\")}`,
  },
];

function wheelOf(tag: string): string | undefined {
  const names = release === "" ? [] : readdirSync(release);
  const name = names.find((each) => each.endsWith(`-${tag}.whl`));
  return name === undefined ? undefined : join(release, name);
}

function canRun({ tag, runner }: Machine): boolean {
  if (wheelOf(tag) === undefined) return false;
  const [program, , root] = runner("");
  if (program === undefined) return existsSync("/lib/ld-musl-x86_64.so.1");
  if (root !== undefined && !existsSync(root)) return false;
  return spawnSync(program, ["--version"]).error === undefined;
}

/** As pip lays it out: programs in `bin`, what they need in `lib`. */
function unpack(wheel: string, folder: string): string {
  execFileSync("unzip", ["-qo", wheel, "*.data/*", "-d", folder]);
  const [data = ""] = readdirSync(folder).filter((name) => name.endsWith(".data"));
  const home = join(folder, "home");
  mkdirSync(join(home, "bin"), { recursive: true });
  const [name = ""] = readdirSync(join(folder, data, "scripts"));
  copyFileSync(join(folder, data, "scripts", name), join(home, "bin", name));
  chmodSync(join(home, "bin", name), 0o755);
  const more = join(folder, data, "data");
  if (existsSync(more)) execFileSync("cp", ["-r", `${more}/.`, home]);
  return join(home, "bin", name);
}

describe.each(MACHINES)("the executable of $tag", (machine) => {
  const { tag, says, runner, env = {}, path = (same) => same } = machine;
  it.skipIf(!canRun(machine))(
    "reports and writes what the program does here",
    { timeout: 600_000 },
    () => {
      const folder = scratchFolder();
      const executable = unpack(wheelOf(tag) ?? "", folder);
      copyFileSync(join(ROOT, "fixtures/wheels", DEMO), join(folder, DEMO));
      /** Wine's programs write to files only. */
      const call = (command: readonly string[], ...args: readonly string[]): void => {
        const out = join(folder, "out");
        const line = `exec "$@" > "${out}" 2> "${out}.err" < /dev/null`;
        const { status } = spawnSync("sh", ["-c", line, "sh", ...command, ...args], {
          cwd: folder,
          env: { ...process.env, WINEPREFIX: join(folder, "wine"), ...env },
        });
        if (status !== 0 && status !== 1) throw new Error(readFileSync(`${out}.err`, "utf8"));
      };
      const own = [...runner(folder), executable];
      call(own, "--version");
      expect(readFileSync(join(folder, "out"), "utf8")).toContain(`${says}, single executable`);
      const plain = [process.execPath, CLI];
      call(own, "audit", "-f", "json=own.json", DEMO);
      call(plain, "audit", "-f", "json=plain.json", DEMO);
      expect(readFileSync(join(folder, "own.json"))).toEqual(
        readFileSync(join(folder, "plain.json")),
      );
      call(own, "repair", "--plat", "auto", "--ldpaths", path(LIBRARIES), "-w", "own", DEMO);
      call(plain, "repair", "--plat", "auto", "--ldpaths", LIBRARIES, "-w", "plain", DEMO);
      const [name = ""] = readdirSync(join(folder, "plain"));
      expect(readdirSync(join(folder, "own")).map((each) => basename(each))).toEqual([name]);
      expect(readFileSync(join(folder, "own", name))).toEqual(
        readFileSync(join(folder, "plain", name)),
      );
    },
  );
});
