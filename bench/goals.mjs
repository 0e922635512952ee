/**
 * `node bench/goals.mjs`: the ratios that the project wants to reach, in one run of some minutes, medians
 * of interleaved rounds with two threads. Repairs: `node bench/repair.mjs`, whose page it prints too.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { fetchWheel } from "../corpus/fetch.mjs";
import { findPython } from "../corpus/python.mjs";
import { measureRun, median } from "./measure.mjs";

/** Wheels of the corpus, by the start of the file name; what they are compared with; the wanted ratio. */
const AUDITS = [
  ["wrapt-2.0.1-", "node", 1.8],
  ["psutil-7.0.0-cp36-abi3-manylinux", "node", 1.8],
  ["greenlet-3.2.3-cp312-cp312-manylinux_2_24_x86_64", "node", 1.8],
  ["ruff-0.15.5-py3-none-manylinux_2_31_riscv64", "unzip", 1],
  ["numpy-1.26.4-", "unzip", 1],
  ["ortools-9.12.4544-", "unzip", 1],
  ["scipy-1.17.1-", "unzip", 1],
  ["pyarrow-21.0.0-", "unzip", 0.7],
  ["opencv_python_headless-", "unzip", 0.7],
  ["tensorflow_cpu-2.20.0-", "unzip", 0.7],
];
/** MiB, with any `-j` up to 4. */
const PEAK = 400;

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    only: { type: "string", default: "" },
    "no-repair": { type: "boolean", default: false },
  },
});
const rounds = Number(options.rounds);
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const cli = process.env.WHEELKIT_CLI ?? here("../dist/src/cli.cjs");
if (!existsSync(cli)) {
  console.error(`error: no ${cli}\n\nhint: \`npm run build\` makes it`);
  process.exit(2);
}
const python = findPython();
const list = JSON.parse(readFileSync(here("../corpus/wheels.json"), "utf8"));
const node = [process.execPath, "-e", "0"];
const extra =
  process.env.NODE_EXTRA_CA_CERTS === undefined
    ? ""
    : " NODE_EXTRA_CA_CERTS is set: each start of Node reads those certificates.";
console.log(`one minute's load: ${loadavg()[0].toFixed(1)}; ${rounds} rounds.${extra}\n`);
console.log("| what | to | wanted | wall | processor | peak, MiB |\n|---|---|--:|--:|--:|--:|");
compare("--version", "node -e 0", 1.3, node, [[process.execPath, cli, "--version"]]);
for (const [start, peer, wanted] of AUDITS) {
  const wheel = list.find(({ file }) => file.startsWith(start));
  if (!wheel.file.includes(options.only)) continue;
  const path = await fetchWheel(python, wheel);
  const audit = (jobs) => [process.execPath, cli, "audit", "--no-config", "-j", jobs, path];
  const other = peer === "node" ? node : ["unzip", "-tq", path];
  const name = peer === "node" ? "node -e 0" : "unzip -tq";
  const what = wheel.file.split("-").slice(0, 2).join(" ");
  compare(`audit ${what}`, name, wanted, other, [audit("2"), audit("1"), audit("4")]);
}
if (!options["no-repair"]) {
  spawnSync(process.execPath, [here("repair.mjs"), "--rounds", "2"], { stdio: "inherit" });
}

/** Prints the first command's ratios, and the most memory of all of them; the others run once. */
function compare(what, name, wanted, peer, commands) {
  /** @type {Record<"own" | "peer", any[]>} */
  const runs = { own: [], peer: [] };
  let peak = 0;
  for (let round = 0; round <= rounds; round++) {
    const other = measureRun(python, peer);
    const own = measureRun(python, commands[0]);
    peak = Math.max(peak, own.peak);
    // Round 0 warms the page cache.
    if (round === 0) continue;
    runs.peer.push(other);
    runs.own.push(own);
  }
  for (const command of commands.slice(1)) peak = Math.max(peak, measureRun(python, command).peak);
  const ratio = (unit) =>
    median(runs.own.map((run) => run[unit])) / median(runs.peer.map((run) => run[unit]));
  const mark = (value, limit) => (value <= limit ? "" : " ✗");
  const wall = `${ratio("wall").toFixed(2)}${mark(ratio("wall"), wanted)}`;
  const cells = [what, `\`${name}\``, wanted, wall, ratio("cpu").toFixed(2)];
  console.log(`| ${[...cells, `${Math.round(peak)}${mark(peak, PEAK)}`].join(" | ")} |`);
}
