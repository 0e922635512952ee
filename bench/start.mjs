// The start of the installed executable beside `node -e 0`, taking turns: node bench/start.mjs EXECUTABLE [NODE]
//
// EXECUTABLE is `bin/wheelkit` of an environment into which a platform wheel was installed; NODE should
// be the same Node, so that only what is around it differs.
import { spawnSync } from "node:child_process";

const [executable, node = process.execPath] = process.argv.slice(2);
if (executable === undefined) {
  console.error("usage: node bench/start.mjs EXECUTABLE [NODE]");
  process.exit(2);
}
const ROUNDS = 40;
const COMMANDS = [
  ["node -e 0", [node, "-e", "0"]],
  ["wheelkit --version", [executable, "--version"]],
  ["wheelkit explain ZIP001", [executable, "explain", "ZIP001"]],
];
/** @type {number[][]} */
const times = COMMANDS.map(() => []);
for (let round = 0; round < ROUNDS; round++) {
  for (const [index, [, [command, ...args]]] of COMMANDS.entries()) {
    const start = performance.now();
    const { status } = spawnSync(command, args, { stdio: "ignore" });
    if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${status}`);
    times[index].push(performance.now() - start);
  }
}
const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];
const least = (list) => Math.min(...list);
console.log("| | median ms | least ms | of `node -e 0` |\n|---|---:|---:|---:|");
for (const [index, [name]] of COMMANDS.entries()) {
  const [mid, low] = [median(times[index]), least(times[index])];
  const ratio = `${(mid / median(times[0])).toFixed(2)} (least ${(low / least(times[0])).toFixed(2)})`;
  console.log(`| ${name} | ${mid.toFixed(1)} | ${low.toFixed(1)} | ${ratio} |`);
}
