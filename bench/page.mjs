/** The bench's table, for the terminal and for `docs/benchmarks.md`. */

const MEGABYTE = 1e6;

export function printTable(results) {
  for (const { file, size, times, memory } of results) {
    const parts = [];
    for (const [name, ms] of Object.entries(times)) {
      const ratio =
        name === "unzip" || name === "node" ? "" : ` (${factor(ms / times.unzip)} unzip)`;
      parts.push(`${name} ${milliseconds(ms)}${ratio}`);
    }
    for (const [name, mib] of Object.entries(memory)) {
      parts.push(`${name} ${Math.round(mib)} MiB`);
    }
    console.log(`${file.split("-").slice(0, 2).join(" ")} ${megabytes(size)}: ${parts.join(", ")}`);
  }
}

export function benchmarkPage(results, machine) {
  const time = results.map(timeRow).join("\n");
  const memory = results.map(memoryRow).join("\n");
  return `# Benchmarks

Written by \`node bench/run.mjs --write\`; do not edit by hand.

All commands run on the same wheels in one run, in turn, ${machine.rounds} rounds after one that warms the page
cache; the numbers are medians of wall time from start to exit, so Node's own start is part of them. auditwheel ${machine.auditwheel} runs three times, above 20 MB once.
\`audit\` is \`wheelkit audit --format json\` with every CRC-32 and every hash of RECORD checked and the
SHA-256 of the wheel; \`--no-hash\` judges the structure and the native code only. ${machine.cores} cores (${machine.cpu}), Node ${machine.node}, unzip ${machine.unzip}.

## Time

The factors are to \`unzip -tq\` in the same run; below 1 MB those to \`node -e 0\` say more.

| wheel | size | node -e 0 | unzip -tq | audit -j 1 | audit -j 2 | audit --no-hash | auditwheel show | auditwheel / audit |
|---|--:|--:|--:|--:|--:|--:|--:|--:|
${time}

## Memory

Peak resident size (\`ru_maxrss\` of \`wait4\`), of the whole process with its threads.

| wheel | size | audit -j 1 | audit -j 2 | auditwheel show |
|---|--:|--:|--:|--:|
${memory}
`;
}

function timeRow({ file, size, times }) {
  const cells = ["audit1", "audit2", "noHash", "auditwheel"].map((name) => {
    const ms = times[name];
    if (ms === undefined) {
      return "";
    }
    const base =
      size < MEGABYTE && name !== "auditwheel" ? [times.node, "node"] : [times.unzip, ""];
    return `${milliseconds(ms)} (${factor(ms / base[0])}${base[1] === "" ? "" : ` ${base[1]}`})`;
  });
  const gain =
    times.auditwheel === undefined
      ? ""
      : factor(times.auditwheel / Math.min(times.audit1, times.audit2));
  const left = `| \`${file}\` | ${megabytes(size)} | ${milliseconds(times.node)} | ${milliseconds(times.unzip)}`;
  return `${left} | ${cells.join(" | ")} | ${gain} |`;
}

function memoryRow({ file, size, memory }) {
  const cells = ["audit1", "audit2", "auditwheel"].map((name) =>
    memory[name] === undefined ? "" : `${Math.round(memory[name])} MiB`,
  );
  return `| \`${file}\` | ${megabytes(size)} | ${cells.join(" | ")} |`;
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
