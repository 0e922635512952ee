/** The npm package, the `any` wheel and this machine's wheel, made once for all tests of a file. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT: string = fileURLToPath(new URL("../../", import.meta.url));
export const CLI: string = process.env.WHEELKIT_CLI ?? join(ROOT, "dist/src/cli.cjs");

export interface Release {
  readonly folder: string;
  readonly tarball: string;
  readonly anyWheel: string;
  readonly platformWheel: string;
  remove(): void;
}

/** `WHEELKIT_RELEASE`: a folder with what `npm run dist` made. @throws Error with what was printed. */
export function makeRelease(): Release {
  const given = process.env.WHEELKIT_RELEASE;
  const folder = given ?? mkdtempSync(join(tmpdir(), "wheelkit-release-"));
  if (given === undefined) {
    if (!existsSync(CLI)) throw new Error("run `npm run build` first");
    const run = spawnSync(
      process.execPath,
      [join(ROOT, "scripts/dist.mjs"), "--no-build", "--out", folder],
      { encoding: "utf8" },
    );
    if (run.status !== 0) throw new Error(run.stdout + run.stderr);
  }
  const find = (pattern: RegExp): string =>
    join(folder, readdirSync(folder).find((name) => pattern.test(name)) ?? `no ${pattern.source}`);
  return {
    folder,
    tarball: find(/\.tgz$/),
    anyWheel: find(/-any\.whl$/),
    platformWheel: find(hostPattern()),
    remove() {
      if (given === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

function hostPattern(): RegExp {
  const arch = process.arch === "arm64" ? "(?:aarch64|arm64)" : "(?:x86_64|amd64)";
  const system = { darwin: "macosx", win32: "win" }[process.platform.toString()] ?? "manylinux";
  return new RegExp(`${system}.*${arch}\\.whl$`);
}
