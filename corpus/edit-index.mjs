/**
 * One patch file for every wheel of a project, and pip against an index that serves the results: as
 * `.metadata` files beside untouched wheels (PEP 658), then as `.post1` wheels.
 */
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { wheelFolder } from "./cache.mjs";
import { download } from "./fetch.mjs";
import { findPython } from "./python.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const cli = process.env.WHEELKIT_CLI ?? here("../dist/src/cli.cjs");
const python = findPython();

const PYTHONS = ["cp310", "cp311", "cp312", "cp313"];
const PLATFORMS = [
  "manylinux_2_17_x86_64.manylinux2014_x86_64",
  "manylinux_2_17_aarch64.manylinux2014_aarch64",
  "musllinux_1_2_x86_64",
  "macosx_11_0_arm64",
  "win_amd64",
];
const PROJECT = PYTHONS.flatMap((tag) =>
  PLATFORMS.map((platform) => `yarl-1.18.3-${tag}-${tag}-${platform}.whl`),
);
const platform = PLATFORMS[0];
const DEPENDENCIES = [
  "idna-3.10-py3-none-any.whl",
  `propcache-0.2.1-cp312-cp312-${platform}.whl`,
  `multidict-6.0.5-cp312-cp312-${platform}.whl`,
  `multidict-6.1.0-cp312-cp312-${platform}.whl`,
];
const PATCH = `[[patch]]
name = "yarl"
version = "==1.18.3"
requires = "multidict"
reason = "shows that a bound is taken"
constrain = "multidict<6.1"
`;

const work = mkdtempSync(join(tmpdir(), "wheelkit-index-"));
const problems = [];
try {
  for (const file of [...PROJECT, ...DEPENDENCIES]) {
    if (!existsSync(join(wheelFolder(), file))) await download(python, file);
  }
  writeFileSync(join(work, "fixes.toml"), PATCH);
  const wheels = PROJECT.map((file) => join(wheelFolder(), file));
  const patch = (...args) =>
    spawnSync(
      process.execPath,
      [cli, "edit", "--patch", join(work, "fixes.toml"), ...args, ...wheels],
      { encoding: "utf8" },
    );

  const before = await resolved(
    [...PROJECT, ...DEPENDENCIES].map((file) => join(wheelFolder(), file)),
  );
  expect("without the patch", before.multidict, "6.1.0");

  const metadata = join(work, "metadata");
  const first = patch("--metadata-only", "-w", metadata);
  expect("status of --metadata-only", first.status, 0);
  expect(".metadata files", readdirSync(metadata).length, PROJECT.length);
  const served = await resolved(
    [...PROJECT, ...DEPENDENCIES].map((file) => join(wheelFolder(), file)),
    metadata,
  );
  expect("with .metadata files", served.multidict, "6.0.5");
  expect("with .metadata files, version", served.yarl, "1.18.3");

  const out = join(work, "out");
  const second = patch("-w", out);
  expect("status of the patch", second.status, 0);
  const results = readdirSync(out);
  expect("patched wheels", results.length, PROJECT.length);
  const digest = () =>
    results
      .map((file) =>
        createHash("sha256")
          .update(readFileSync(join(out, file)))
          .digest("hex"),
      )
      .join();
  const once = digest();
  patch("-w", out);
  expect("the same bytes on each run", digest() === once, true);
  const fixed = await resolved([
    ...wheels,
    ...results.map((file) => join(out, file)),
    ...DEPENDENCIES.map((file) => join(wheelFolder(), file)),
  ]);
  expect("with the patched wheels", fixed.multidict, "6.0.5");
  expect("with the patched wheels, version", fixed.yarl, "1.18.3.post1");
} finally {
  rmSync(work, { recursive: true, force: true });
}
console.log(
  problems.length === 0
    ? `${PROJECT.length} wheels patched; pip takes the new bound`
    : problems.join("\n"),
);
process.exitCode = problems.length === 0 ? 0 : 1;

function expect(what, is, wanted) {
  if (is !== wanted) problems.push(`${what}: ${is}, expected ${wanted}`);
}

/** What pip would install for `yarl` on Linux, as versions by project. */
async function resolved(files, metadata) {
  const projects = new Map();
  for (const path of files) {
    const [name] = basename(path).split("-");
    projects.set(name, [...(projects.get(name) ?? []), path]);
  }
  const metadataOf = (file) => {
    const path = metadata === undefined ? "" : join(metadata, `${file}.metadata`);
    return existsSync(path) ? readFileSync(path) : undefined;
  };
  const server = createServer((request, response) => {
    const [, kind, name = ""] = decodeURIComponent(request.url ?? "").split("/");
    if (kind === "simple") {
      const links = (projects.get(name) ?? []).map((path) => {
        const file = basename(path);
        const extra = metadataOf(file);
        const hash = extra && createHash("sha256").update(extra).digest("hex");
        return `<a href="/files/${encodeURIComponent(file)}"${hash ? ` data-core-metadata="sha256=${hash}"` : ""}>${file}</a>`;
      });
      response.setHeader("content-type", "text/html").end(`<!doctype html>\n${links.join("\n")}`);
      return;
    }
    const file = name.replace(/\.metadata$/, "");
    const path = files.find((each) => basename(each) === file);
    const body = name === file ? path && readFileSync(path) : metadataOf(file);
    response.statusCode = body ? 200 : 404;
    response.end(body);
  });
  await /** @type {Promise<void>} */ (
    new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve()))
  );
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  try {
    const report = join(work, "report.json");
    const target = join(work, "target");
    mkdirSync(target, { recursive: true });
    const args = [
      "-m",
      "pip",
      "install",
      "--quiet",
      "--dry-run",
      "--ignore-installed",
      "--no-cache-dir",
      "--disable-pip-version-check",
    ];
    args.push("--index-url", `http://127.0.0.1:${address.port}/simple`, "--report", report);
    args.push(
      "--only-binary=:all:",
      "--target",
      target,
      "--python-version",
      "3.12",
      "--implementation",
      "cp",
      "--abi",
      "cp312",
    );
    args.push("--platform", "manylinux_2_17_x86_64", "yarl");
    // Not spawnSync: this process is the server.
    const child = spawn(python, args, { stdio: ["ignore", "ignore", "pipe"] });
    let stderr = "";
    child.stderr.on("data", (data) => {
      stderr += data;
    });
    const status = await new Promise((resolve) => child.on("close", resolve));
    if (status !== 0) {
      problems.push(`pip: ${stderr.trim().split("\n").at(-1)}`);
      return {};
    }
    const { install } = JSON.parse(readFileSync(report, "utf8"));
    return Object.fromEntries(install.map(({ metadata: { name, version } }) => [name, version]));
  } finally {
    server.close();
  }
}
