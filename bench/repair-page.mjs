/** The page of `bench/repair.mjs`. */
import { basename } from "node:path";
import { megabytes, ratio, seconds } from "./setup.mjs";

const JOBS = ["1", "2", "3", "4"];
/** MiB, with any `-j` up to 4: 400 MB. */
const MOST = 400e6 / 2 ** 20;

export function repairPage(rows, machine) {
  // Rows of which all is known.
  const [large, grafts] = [rows.large, rows.grafts].map((part) =>
    Object.fromEntries(
      Object.entries(part).filter(([, row]) => row.repair !== undefined && row.peaks !== undefined),
    ),
  );
  const loads = [...Object.values(large), ...Object.values(grafts)].map(({ load }) => Number(load));
  const rounds = [...Object.values(large), ...Object.values(grafts)].map((row) => row.rounds);
  return `# Benchmarks of repairs

Written by \`node bench/repair.mjs --write\`; do not edit by hand. A part of it: \`--part large\` or
\`--part grafts\`, with \`--only TEXT\` for some wheels.

Medians of ${range(rounds)} rounds after one that warms the page cache, all commands in turn, from start to exit:
wall and processor time. \`wheelkit repair -j 2\`, ${machine.text}, auditwheel ${machine.auditwheel};
one minute's load when each wheel began: ${range(loads)}. Where other work shares the processor, wall times say
little; the factors of the processor times are over all threads. Peaks are the resident size that \`wait4\`
gives, of one run for each \`-j\`, whose results are the same bytes. auditwheel ran once.

## A large library that must be patched

A library that the wheel brings was taken out of it, and is found on the host: the repair grafts it
and patches what needs it. The peer is \`unzip -tq\` of the input; the goal is 2 ×. A library of 100 MB
for macOS is in benchmarks-macos.md.

${table(["wheel", "taken out"], ["size", "unzip, wall", "processor", "repair, wall", "processor", "wall", "processor", "peak, -j 1", "-j 2", "-j 3", "-j 4"], Object.entries(large).map(largeRow))}

## Many grafts

Wheels that \`npm run corpus\` built against this host's libraries. The yardstick is one thread of zlib
at level 6 over the members that the repair changed or added, without reading or hashing them; the
goal is 0.7 × in sum, and a sixth of auditwheel's time.

${graftTable(grafts)}

## Small repairs

Those that change less than 5 MB, beside \`node -e 0\`; the goal is 3 × for one or two grafts.

${table(
  ["wheel"],
  ["changed", "node, wall", "repair, wall", "wall", "processor"],
  Object.entries(grafts)
    .filter(([, row]) => row.changed < 5e6)
    .map(smallRow),
)}

## Sizes

The result beside auditwheel's, which takes zlib at level 6; the goal is to be no larger. Whole members are
compressed by libdeflate at level 6.

${sizeTable(grafts)}

## Memory

The peak of each repair; the goal is 400 MB, which are ${Math.round(MOST)} MiB.

${table(
  ["wheel"],
  JOBS.map((jobs) => `-j ${jobs}`),
  Object.entries(grafts).map(([file, { peaks }]) => [nameOf(file), ...peakCells(peaks)]),
)}
`;
}

function graftTable(grafts) {
  const all = Object.entries(grafts);
  const beside = all.filter(([, { peer }]) => peer !== undefined);
  const head = [
    "changed",
    "zlib, wall",
    "processor",
    "repair, wall",
    "processor",
    "wall",
    "processor",
    "auditwheel",
    "auditwheel / repair",
  ];
  const sums = ["all", ...graftCells(sumOf(all), sumOf(beside))];
  return table(["wheel"], head, [
    ...all.map(([file, row]) => [nameOf(file), ...graftCells(row, row)]),
    ...(all.length === 0 ? [] : [sums]),
  ]);
}

/** @param beside the same of those wheels that auditwheel repairs. */
function graftCells({ changed, deflate, repair }, beside) {
  const { peer } = beside;
  return [
    megabytes(changed),
    seconds(deflate.wall),
    seconds(deflate.cpu),
    seconds(repair.wall),
    seconds(repair.cpu),
    changed === 0 ? "" : ratio(repair.wall, deflate.wall),
    changed === 0 ? "" : ratio(repair.cpu, deflate.cpu),
    peer === undefined ? "" : seconds(peer.wall),
    peer === undefined ? "" : ratio(peer.wall, beside.repair.wall),
  ];
}

function sumOf(entries) {
  const sum = (pick) => entries.reduce((total, [, row]) => total + pick(row), 0);
  const times = (name) => ({
    wall: sum((row) => row[name].wall),
    cpu: sum((row) => row[name].cpu),
  });
  return {
    changed: sum((row) => row.changed),
    deflate: times("deflate"),
    repair: times("repair"),
    size: sum((row) => row.size),
    peer: { wall: sum((row) => row.peer?.wall ?? 0), size: sum((row) => row.peer?.size ?? 0) },
  };
}

function smallRow([file, { changed, node, repair }]) {
  const factors = [ratio(repair.wall, node.wall), ratio(repair.cpu, node.cpu)];
  return [nameOf(file), megabytes(changed), seconds(node.wall), seconds(repair.wall), ...factors];
}

function sizeTable(grafts) {
  const beside = Object.entries(grafts).filter(([, { peer }]) => peer !== undefined);
  const cells = ({ size, peer }) => [
    `${size}`,
    `${peer.size}`,
    `${((size / peer.size - 1) * 100).toFixed(1)} %`,
  ];
  return table(
    ["wheel"],
    ["bytes", "auditwheel's", "more"],
    [
      ...beside.map(([file, row]) => [nameOf(file), ...cells(row)]),
      ...(beside.length === 0 ? [] : [["all", ...cells(sumOf(beside))]]),
    ],
  );
}

function largeRow([file, { size, member, unzip, repair, peaks }]) {
  return [
    `\`${file}\``,
    `\`${basename(member)}\``,
    megabytes(size),
    seconds(unzip.wall),
    seconds(unzip.cpu),
    seconds(repair.wall),
    seconds(repair.cpu),
    ratio(repair.wall, unzip.wall),
    ratio(repair.cpu, unzip.cpu),
    ...peakCells(peaks),
  ];
}

function peakCells(peaks) {
  return JOBS.map((jobs) => `${Math.round(peaks[jobs])} MiB${peaks[jobs] > MOST ? " ✗" : ""}`);
}

function nameOf(file) {
  return `\`${file.split("-").slice(0, 2).join(" ")}\``;
}

function range(values) {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return least === most ? `${least}` : `${least} to ${most}`;
}

function table(left, right, rows) {
  const lines = [[...left, ...right], ...rows].map((cells) => `| ${cells.join(" | ")} |`);
  lines.splice(1, 0, `|${left.map(() => "---|").join("")}${right.map(() => "--:|").join("")}`);
  return lines.join("\n");
}
