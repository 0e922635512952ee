/** The bench's table, for the terminal and for `docs/benchmarks.md`. */

const MEGABYTE = 1e6;
const AUDITS = ["audit1", "audit2", "noHash1", "noHash2"];
const HEAD = "audit -j 1 | audit -j 2 | --no-hash -j 1 | --no-hash -j 2 | auditwheel show";

export function printTable(results) {
  for (const { file, size, wall, cpu, peak } of results) {
    console.log(`${file.split("-").slice(0, 2).join(" ")}, ${megabytes(size)}`);
    for (const name of Object.keys(wall)) {
      const factors = `${factor(wall[name] / wall.unzip)} and ${factor(cpu[name] / cpu.unzip)} unzip`;
      const times = `${milliseconds(wall[name])}, processor ${milliseconds(cpu[name])}`;
      console.log(`  ${name.padEnd(10)} ${times} (${factors}), ${Math.round(peak[name])} MiB`);
    }
  }
}

export function benchmarkPage(results, machine) {
  const table = (head, row) =>
    [
      `| wheel | size | ${head} |`,
      `|---|${"--:|".repeat(head.split("|").length + 1)}`,
      ...results.map(row),
    ].join("\n");
  return `# Benchmarks

Written by \`node bench/run.mjs --write\`; do not edit by hand.

All commands run on the same wheels in one run, in turn, ${machine.rounds} rounds after one that warms the page
cache; the numbers are medians, measured from start to exit, so Node's own start is part of them.
auditwheel ${machine.auditwheel} runs three times, above 20 MB once. \`audit\` is \`wheelkit audit\` with every CRC-32
and every hash of RECORD; \`--no-hash\` judges structure and native code only. ${machine.cores} cores (${machine.cpu}), Node ${machine.node}, unzip ${machine.unzip}; one minute's load when it
began: ${machine.load}.

${goals(results)}
## Wall time

The factors are to \`unzip -tq\`, for wheels below 1 MB to \`node -e 0\`.

${table(`node -e 0 | unzip -tq | ${HEAD} | auditwheel / audit`, (result) => timeRow(result, "wall", true))}

## Processor time

Over all threads: it depends less on what else the machine does.

${table(`node -e 0 | unzip -tq | ${HEAD}`, (result) => timeRow(result, "cpu", false))}

## Memory

Peak resident size (\`ru_maxrss\` of \`wait4\`) of the whole process with its threads.

${table(HEAD, memoryRow)}
`;
}

/** What the project wants, and the range that was measured. */
function goals(results) {
  const range = (what, list, of) => {
    const values = list.map(of).filter((value) => Number.isFinite(value));
    if (values.length === 0) {
      return "";
    }
    const [least, most] = [Math.min(...values), Math.max(...values)];
    return `- ${what}: ${least === most ? factor(most) : `${factor(least)} to ${factor(most)}`}\n`;
  };
  const wheels = results.filter(({ wall }) => wall.unzip !== undefined);
  const small = wheels.filter(({ size }) => size < MEGABYTE);
  const large = wheels.filter(({ size }) => size > 10 * MEGABYTE && size < 1e9);
  const gain = ({ wall }) => wall.auditwheel / wall.audit2;
  return [
    range(
      "Below 1 MB, `audit` to `node -e 0` (goal: 4 × at most)",
      small,
      ({ wall }) => wall.audit2 / wall.node,
    ),
    range(
      "Above 10 MB, `audit -j 2` to `unzip -tq` (goal: 1 × at most)",
      large,
      ({ wall }) => wall.audit2 / wall.unzip,
    ),
    range(
      "Above 10 MB, `--no-hash -j 2` to `unzip -tq` (goal: 0.3 ×)",
      large,
      ({ wall }) => wall.noHash2 / wall.unzip,
    ),
    range("auditwheel to `audit -j 2`", wheels, gain),
  ].join("");
}

function timeRow({ file, size, ...units }, unit, withGain) {
  const times = units[unit];
  const small = size < MEGABYTE;
  const cells = [...AUDITS, "auditwheel"].map((name) => {
    if (times[name] === undefined) {
      return "";
    }
    const base = small && name !== "auditwheel" ? times.node : times.unzip;
    return `${milliseconds(times[name])} (${factor(times[name] / base)})`;
  });
  const left = [
    `\`${file}\``,
    megabytes(size),
    milliseconds(times.node),
    milliseconds(times.unzip),
  ];
  const best = Math.min(times.audit1, times.audit2);
  const gain = times.auditwheel === undefined ? "" : factor(times.auditwheel / best);
  return `| ${[...left, ...cells, ...(withGain ? [gain] : [])].join(" | ")} |`;
}

function memoryRow({ file, size, peak }) {
  const cells = [...AUDITS, "auditwheel"].map((name) =>
    peak[name] === undefined ? "" : `${Math.round(peak[name])} MiB`,
  );
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
