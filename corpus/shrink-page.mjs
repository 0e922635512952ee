/** The table of `docs/shrink-proof.md`. */

export function proofPage(wheels, known, thrown, fresh, options) {
  const rows = wheels.flatMap(({ file }) =>
    Object.entries(known[file] ?? {}).map(([way, proof]) => rowOf(file, way, proof)),
  );
  const runs = wheels.flatMap(({ file }) =>
    Object.entries(known[file] ?? {}).flatMap(([way, proof]) =>
      proof.runs === undefined ? [] : [runOf(file, way, proof)],
    ),
  );
  const head =
    "wheel | options | MB | files | changed | cubins | PTX | differ | load | fat binaries | strip -s | strip -g | llvm-strip | patchelf | again | -j 1";
  return `# What was proved of shrunk wheels

Written by \`node corpus/shrink.mjs --write\`; do not edit by hand. One wheel: \`node corpus/shrink.mjs --only NAME\`.
No GPU took part: what one has to show is \`bench/gpu/compare.py\`'s.

* options: none, or \`--min-driver 550\`, "best" at \`--level best\`, "4 GPUs" with \`--keep-archs sm_80,sm_90,sm_100,sm_120
  --ptx newest\`; MB: download before and after
* files: ELF and PE files, each of which went through NVIDIA's \`cuobjdump\` before and after; what it took out, and
  how much of that is not in both with the same bytes. Of files for Windows, which it does not read, and where
  it stops early in the published file, each container is given to it alone, and each entry where it stops again
* load: libraries that load in a process with stand-ins for what the wheel needs and this machine lacks, of those that
  loaded before; fat binaries that were registered, with their entries, each walked to its end and read
* strip, llvm-strip, patchelf (\`--set-rpath\` with 300 characters): the same after the tool changed every file that the shrink changed; in
  parentheses files that the tool refused
* again: shrinking the result gives the result; -j 1: one thread gives the same bytes; an empty cell was not tried

| ${head} |
|---|---|${"--:|".repeat(head.split("|").length - 2)}
${rows.join("\n")}

## Scripts that compute on the CPU

They run with the unpacked wheel first on the path, before and after, with stand-ins for NVIDIA's libraries that this
machine lacks; the CUDA runtime is NVIDIA's own where it is installed. Some of what they do throws in one library and
is caught in another.

${runs.join("\n")}

## Wheels that nobody chose

\`node corpus/shrink-fresh.mjs\` tries every way on more wheels, CUDA 11 to 13, Linux and Windows: the inventory beside
what \`cuobjdump\` lists of each file, MB of each result, what is taken out of it compared with the published wheel, new
findings of \`audit\`, and loading (all of the libraries that loaded before, on Linux). "2 GPUs":
\`--keep-archs sm_80,sm_90 --ptx newest\`; a word in place of MB is the code of a refusal. "not read by cuobjdump": entries
that it refuses when it is given them alone, and its reason. They count as found, for it reads those before and after
them; that nothing of them is lost is known from the shrink's own check alone.

| wheel | cubins | PTX | targets | MB | default | driver 550 | 2 GPUs | libraries load | not read by cuobjdump | faults |
|---|--:|--:|---|--:|--:|--:|--:|--:|---|---|
${Object.entries(fresh)
  .filter(([, { inventory }]) => Object.keys(inventory).length > 0)
  .map(freshRow)
  .join("\n")}

## Options on wheels that have what they act on

\`node corpus/shrink-options.mjs\` runs options that few wheels have a use for, where they must have one: MB of the
wheels, what the option's own step gained of them, members that were left out, what \`cuobjdump\` takes out of PTX.
Each result was installed with pip where modules are named, and they import; on Linux every library loads that loaded
before; shrinking again gives the same bytes; \`audit\` finds nothing new but that LINKS wait for installers. The steps
beside it are those of every shrink. "refused" is the code of a refusal: what was run in its place is what its hint
says.

| wheel | options | refused | MB | installed | the step: MB | installed | left out | PTX | libraries load | imports | faults |
|---|---|---|--:|--:|--:|--:|--:|--:|--:|---|---|
${Object.entries(options)
  .flatMap(([file, ways]) =>
    Object.entries(ways).map(([way, tried]) => optionRow(file, way, tried)),
  )
  .join("\n")}

## C++ exceptions

\`node corpus/throws.mjs\` makes libraries of published wheels throw, before and after a shrink, and counts what each
throws by a stand-in for \`__cxa_throw\`; functions of a DLL are called under wine, and what they print comes from their
own handlers.

| wheel | options | libraries changed | what arrived, and who threw | after |
|---|---|--:|---|---|
${Object.entries(thrown).map(thrownRow).join("\n")}
`;
}

function optionRow(file, way, tried) {
  const {
    packed = [],
    installed = [],
    gained,
    gone,
    refused,
    texts,
    libraries,
    imported,
    faults,
  } = tried;
  const megabytes = (sizes) => sizes.map((bytes) => (bytes / 1e6).toFixed(1)).join(" → ");
  const given = texts?.asked ?? way;
  return `| ${[
    platformTitle(file),
    given === way ? `\`${way}\`` : `\`${way}\`, then \`${given}\``,
    refused?.code ?? "",
    megabytes(packed),
    megabytes(installed),
    megabytes([gained?.packed ?? 0]),
    megabytes([gained?.size ?? 0]),
    gone,
    texts?.counts.join(" → ") ?? "",
    /win_|macosx/.test(file) ? "" : libraries,
    imported?.map((name) => `\`${name}\``).join(", ") ?? "",
    faults.length === 0 ? "none" : faults.join("<br>"),
  ].join(" | ")} |`;
}

function freshRow([file, { size, inventory, unread = {}, ways, faults }]) {
  const targets = Object.keys(inventory).filter((target) => target.startsWith("sm_"));
  const sum = (kind) =>
    Object.entries(inventory).reduce(
      (total, [target, count]) => (target.startsWith(kind) ? total + count : total),
      0,
    );
  const results = Object.values(ways).map(({ size: left, refused }) =>
    refused === undefined ? ((left ?? 0) / 1e6).toFixed(1) : `\`${refused}\``,
  );
  return `| ${[
    platformTitle(file),
    sum("sm_"),
    sum("compute_"),
    targets.map((target) => target.slice(3)).join(" "),
    (size / 1e6).toFixed(1),
    ...results,
    file.includes("win_") ? "" : ways.default.libraries,
    Object.entries(unread)
      .map(([reason, count]) => `${count} ${reason}`)
      .join("<br>"),
    faults.length === 0 ? "none" : faults.join("<br>"),
  ].join(" | ")} |`;
}

function platformTitle(file) {
  const system = file.includes("win_") ? " (Windows)" : file.includes("macosx") ? " (macOS)" : "";
  return titleOf(file) + system;
}

function thrownRow([file, { options, seen, changed }]) {
  const lines = seen[0]
    .split("\n")
    .map((line) => `\`${line.slice(0, 90).replaceAll("|", "\\|")}\``);
  const verdict = seen[0] === seen[1] ? "the same" : "DIFFERS";
  return `| ${[platformTitle(file), options.join(" "), changed.length, lines.join("<br>"), verdict].join(" | ")} |`;
}

function runOf(file, way, { runs: { script, prints } }) {
  const lines = prints[1].trim().split("\n").length - 1;
  const verdict = prints[0] === prints[1] ? "the same before and after" : "OTHERS after";
  return `* \`${script}\`, ${titleOf(file)}, options: ${wayOf(way)}: ${lines} lines of results, ${verdict}`;
}

function titleOf(file) {
  return file.split("-").slice(0, 2).join(" ");
}

function wayOf(way) {
  return way === "default" ? "none" : way;
}

function rowOf(
  file,
  way,
  { packed, files, changed: touched, device, load: [before, after], tools, again, alone },
) {
  const megabytes = packed.map((bytes) => (bytes / 1e6).toFixed(0)).join(" → ");
  const loaded = (each) => `${each.libraries} of ${before.libraries}`;
  const changed = Object.values(tools).map((each) => {
    const rest = each.refused.length === 0 ? "" : ` (${each.refused.length})`;
    const same = each.entries === after.entries && each.broken === 0;
    return same ? `${each.libraries}${rest}` : `${each.libraries}${rest}, ${each.entries} ENTRIES`;
  });
  return `| ${[
    titleOf(file),
    wayOf(way),
    megabytes,
    files,
    touched,
    device.cubins,
    device.texts,
    device.differ,
    loaded(after),
    `${after.containers} (${after.entries})`,
    ...changed,
    sameness(again),
    sameness(alone),
  ].join(" | ")} |`;
}

function sameness(same) {
  if (same === undefined) return "";
  return same ? "same" : "DIFFERS";
}
