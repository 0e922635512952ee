/** Edited wheels through pip and uv, many at once, and what they then know of each. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { parseFileName, pipTagOptions } from "./fetch.mjs";

/** The edits of every wheel that is installed, and what `pip show` must say of them. */
export const INSTALL_ARGS = [
  ...["--post", "--add-requires", "wheelkit-probe>=1"],
  ...["--set", "Summary=edited by wheelkit"],
];
const SUMMARY = "edited by wheelkit";

/**
 * Sets `pip` and `uv` of each row to 1 where that installer took the result and knows the new
 * values. What it does not take of the input either is no problem of the edit.
 */
export function installWheels(python, work, rows, results) {
  const wheels = rows.flatMap((row) => {
    const path = results.get(row.file)?.path;
    return path === undefined ? [] : [{ row, path, ...parseFileName(basename(path)) }];
  });
  for (const tool of [pipTool(python), uvTool(python)]) {
    if (tool === undefined) continue;
    for (const group of groupsOf(wheels, tool.options)) {
      installGroup(tool, group, work);
    }
  }
}

function installGroup(tool, group, work) {
  const target = mkdtempSync(join(work, "site-"));
  try {
    const options = tool.options(group[0].row.file);
    const first = tool.install(
      options,
      target,
      group.map(({ path }) => path),
    );
    if (first.status === 0) {
      for (const wheel of group) {
        const found = tool.check(target, wheel);
        wheel.row.problems.push(...found.map((problem) => `${tool.name}: ${problem}`));
        if (found.length === 0) wheel.row[tool.name] = 1;
      }
    } else if (group.length > 1) {
      // One of them is refused: by halves it is found in few runs.
      const half = group.length >> 1;
      for (const part of [group.slice(0, half), group.slice(half)]) installGroup(tool, part, work);
    } else {
      const [{ row }] = group;
      rmSync(target, { recursive: true });
      const input = tool.install(options, target, [row.path]);
      const words = first.stderr.trim().split("\n").at(-1);
      if (input.status === 0) row.problems.push(`${tool.name}: ${words}`);
    }
  } finally {
    rmSync(target, { recursive: true, force: true });
  }
}

/** Wheels with the same options; no two of one project or with the same scripts together. */
function groupsOf(wheels, options) {
  const groups = new Map();
  for (const wheel of wheels) {
    const key = project(wheel.name);
    for (let at = 0; ; at++) {
      const place = `${JSON.stringify(options(wheel.row.file))} ${at}`;
      if (!groups.has(place)) groups.set(place, new Map());
      const group = groups.get(place);
      if (group.has(key)) continue;
      group.set(key, wheel);
      break;
    }
  }
  return [...groups.values()].map((group) => [...group.values()]);
}

/** A project's name in normal form. */
function project(name) {
  return name.toLowerCase().replace(/[-_.]+/g, "-");
}

function pipTool(python) {
  const pip = (args, environment = {}) =>
    spawnSync(python, ["-m", "pip", "--disable-pip-version-check", ...args], {
      encoding: "utf8",
      env: { ...process.env, ...environment },
      maxBuffer: 1 << 26,
    });
  const shown = new Map();
  return {
    name: "pip",
    options: pipTagOptions,
    install(options, target, paths) {
      const quiet = ["--quiet", "--no-index", "--no-deps", "--no-compile"];
      const rest = ["--ignore-requires-python", "--only-binary=:all:", "--target", target];
      return pip(["install", ...quiet, ...options, ...rest, ...paths]);
    },
    check(target, { name, version }) {
      if (!shown.has(target)) {
        shown.clear();
        const names = readdirSync(target).flatMap((each) =>
          each.endsWith(".dist-info") ? [each.slice(0, each.indexOf("-"))] : [],
        );
        shown.set(target, pip(["show", ...names], { PYTHONPATH: target }).stdout);
      }
      return checkShown(shown.get(target), name, version);
    },
  };
}

/** `pip show` prints paragraphs of `Name: value`, with lines of `---` between. */
function checkShown(text, name, version) {
  const values = text
    .split("\n---\n")
    .map((part) => Object.fromEntries(part.split("\n").map((line) => line.split(/: ?(.*)/s))))
    .find((each) => project(each.Name ?? "") === project(name));
  if (values === undefined) return ["`pip show` does not know it"];
  const problems = [];
  if (values.Version !== version) problems.push(`\`pip show\` says version ${values.Version}`);
  if (values.Summary !== SUMMARY) problems.push(`\`pip show\` says summary ${values.Summary}`);
  if (!values.Requires?.split(", ").includes("wheelkit-probe")) {
    problems.push("`pip show` does not know the new requirement");
  }
  return problems;
}

function uvTool(python) {
  const uv = join(dirname(python), "uv");
  if (!existsSync(uv)) return undefined;
  return {
    name: "uv",
    options: (file) => {
      const options = pipTagOptions(file);
      const version = options[options.indexOf("--python-version") + 1];
      return ["--python-version", version === "2.7" ? "3.11" : version, ...uvPlatform(file)];
    },
    install(options, target, paths) {
      const quiet = ["--quiet", "--offline", "--no-deps", "--no-index", "--no-cache"];
      const args = ["pip", "install", ...quiet, "--python", python, ...options];
      return spawnSync(uv, [...args, "--target", target, ...paths], { encoding: "utf8" });
    },
    check(target, { name, version }) {
      const found = readdirSync(target).find((each) => {
        const [, owner = "", its = ""] = /^([^-]+)-(.*)\.dist-info$/.exec(each) ?? [];
        return project(owner) === project(name) && its === version;
      });
      if (found === undefined) return ["another version was installed"];
      const metadata = readFileSync(join(target, found, "METADATA"), "utf8");
      const [, summary] = /^Summary:[ \t]*(.*?)\r?$/m.exec(metadata) ?? [];
      return summary === SUMMARY ? [] : ["not the new metadata"];
    },
  };
}

/** The platform that uv is to believe in; none for those that it doesn't know. */
function uvPlatform(file) {
  const [platform] = parseFileName(file).platforms;
  const arch = /(x86_64|aarch64|arm64|amd64)$/.exec(platform)?.[1];
  if (platform.startsWith("macosx") && arch === "arm64") {
    return ["--python-platform", "aarch64-apple-darwin"];
  }
  if (platform === "win_amd64") return ["--python-platform", "x86_64-pc-windows-msvc"];
  if (platform.startsWith("manylinux") && arch === "aarch64") {
    return ["--python-platform", "aarch64-manylinux_2_40"];
  }
  return platform.startsWith("manylinux") ? ["--python-platform", "x86_64-manylinux_2_40"] : [];
}
