/** The bench's table, for the terminal and for `docs/benchmarks.md`. */

const MEGABYTE = 1e6;
const AUDITS = ["audit1", "audit2", "noHash1", "noHash2"];
const HEAD = "audit -j 1 | audit -j 2 | --no-hash -j 1 | --no-hash -j 2";
/** MiB, with any `-j` up to 4. */
const PEAK = 400;

/** What an audit is compared with, and the ratio that is wanted, by the size of the wheel in bytes. */
const GOALS = [
  { to: "node", name: "node -e 0", wanted: 1.8, from: 1, until: MEGABYTE },
  {
    to: "unzip",
    name: "unzip -tq",
    wanted: 1,
    from: 10 * MEGABYTE,
    until: 40 * MEGABYTE,
  },
  { to: "unzip", name: "unzip -tq", wanted: 0.7, from: 40 * MEGABYTE, until: 1e9 },
];

export function printTable(results) {
  for (const { file, size, wall, cpu, peak } of results) {
    console.log(size === 0 ? file : `${file.split("-").slice(0, 2).join(" ")}, ${megabytes(size)}`);
    const base = wall.unzip === undefined ? "node" : "unzip";
    for (const name of Object.keys(wall)) {
      const factors = `${factor(wall[name] / wall[base])} and ${factor(cpu[name] / cpu[base])} ${base}`;
      const times = `${milliseconds(wall[name])}, processor ${milliseconds(cpu[name])}`;
      console.log(`  ${name.padEnd(10)} ${times} (${factors}), ${Math.round(peak[name])} MiB`);
    }
  }
}

export function benchmarkPage(results, { unzip, text }) {
  const wheels = results.filter(({ wall }) => wall.unzip !== undefined);
  const table = (head, row) =>
    [
      `| wheel | size | ${head} |`,
      `|---|${"--:|".repeat(head.split("|").length + 1)}`,
      ...wheels.map(row),
    ].join("\n");
  const loads = results.map(({ load }) => Number(load));
  return `# Benchmarks

Written by \`npm run bench -- --write\`; do not edit by hand.

Audits of published Linux wheels. All commands run on the same wheel in one run, in turn, up to ${Math.max(...results.map(({ rounds }) => rounds))} rounds after
one that warms the page cache; the numbers are medians, measured from start to exit, so Node's own start is
part of them. \`audit\` is \`wheelkit audit\` with every CRC-32 and every hash of RECORD; \`--no-hash\` judges
structure and native code only. Measured: ${text}, unzip ${unzip}; one minute's load when a
wheel began: ${Math.min(...loads)} to ${Math.max(...loads)}.${certificates()}

Elsewhere: [beside the tools that wheelkit takes the place of](benchmarks-peers.md), [repairs](benchmarks-repair.md),
[macOS wheels](benchmarks-macos.md), [Windows wheels](benchmarks-windows.md), [shrinking](benchmarks-shrink.md), [very much of one thing](benchmarks-counts.md).

## What is wanted

${goals(results)}

## Wall time

The factors are to \`unzip -tq\`, for wheels below 1 MB to \`node -e 0\`.

${table(`node -e 0 | unzip -tq | ${HEAD}`, (result) => timeRow(result, "wall"))}

## Processor time

Over all threads: it depends less on what else the machine does.

${table(`node -e 0 | unzip -tq | ${HEAD}`, (result) => timeRow(result, "cpu"))}

## Memory

Peak resident size (\`ru_maxrss\` of \`wait4\`) of the whole process with its threads.

${table(`${HEAD} | audit -j 4`, memoryRow)}
`;
}

function certificates() {
  return process.env.NODE_EXTRA_CA_CERTS === undefined
    ? ""
    : "\nNODE_EXTRA_CA_CERTS was set: each start of Node reads those certificates.";
}

/** One row for each wheel with a goal; what is missed is marked. */
function goals(results) {
  const mark = (value, limit) => (value <= limit ? "" : " ✗");
  const row = (what, name, wanted, wall, cpu, peak) =>
    `| ${what} | \`${name}\` | ${wanted} | ${wall.toFixed(2)}${mark(wall, wanted)} | ${cpu.toFixed(2)} | ${Math.round(peak)}${mark(peak, PEAK)} |`;
  const rows = results.flatMap(({ file, size, wall, cpu, peak }) => {
    if (wall.version !== undefined) {
      const of = (unit) => unit.version / unit.node;
      return row("`--version`", "node -e 0", 1.3, of(wall), of(cpu), peak.version);
    }
    const goal = GOALS.find(({ from, until }) => size >= from && size < until);
    if (goal === undefined) return [];
    const most = Math.max(peak.audit1, peak.audit2, peak.audit4);
    const of = (unit) => unit.audit2 / unit[goal.to];
    const what = `audit ${file.split("-").slice(0, 2).join(" ")}, ${megabytes(size)}`;
    return row(what, goal.name, goal.wanted, of(wall), of(cpu), most);
  });
  return `Ratios of \`-j 2\`, and the most memory with one, two or four threads. ✗: missed.

| what | to | wanted | wall | processor | peak, MiB (${PEAK} at most) |
|---|---|--:|--:|--:|--:|
${rows.join("\n")}`;
}

function timeRow({ file, size, ...units }, unit) {
  const times = units[unit];
  const small = size < MEGABYTE;
  const cells = AUDITS.map(
    (name) =>
      `${milliseconds(times[name])} (${factor(times[name] / times[small ? "node" : "unzip"])})`,
  );
  const left = [
    `\`${file}\``,
    megabytes(size),
    milliseconds(times.node),
    milliseconds(times.unzip),
  ];
  return `| ${[...left, ...cells].join(" | ")} |`;
}

function memoryRow({ file, size, peak }) {
  const cells = [...AUDITS, "audit4"].map((name) => `${Math.round(peak[name])} MiB`);
  return `| ${[`\`${file}\``, megabytes(size), ...cells].join(" | ")} |`;
}

function milliseconds(ms) {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(2)} s`;
}

function megabytes(size) {
  return `${(size / MEGABYTE).toFixed(size < MEGABYTE ? 2 : 1)} MB`;
}

function factor(value) {
  return `${value < 10 ? value.toFixed(2) : Math.round(value)} ×`;
}
