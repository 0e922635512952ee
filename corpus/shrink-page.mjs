/** The table of `docs/shrink-proof.md`. */

export function proofPage(wheels, known) {
  const rows = wheels.flatMap(({ file }) =>
    Object.entries(known[file] ?? {}).map(([way, proof]) => rowOf(file, way, proof)),
  );
  const head =
    "wheel | options | MB | files | changed | cubins | PTX | differ | load | fat binaries | strip -s | strip -g | llvm-strip | patchelf | again | -j 1";
  return `# What was proved of shrunk wheels

Written by \`node corpus/shrink.mjs --write\`; do not edit by hand. One wheel: \`node corpus/shrink.mjs --only NAME\`.
No GPU took part: what one has to show is \`bench/gpu/compare.py\`'s.

* options: none, or \`--min-driver 550\`; MB: download before and after
* files: ELF and PE files, each of which went through NVIDIA's \`cuobjdump\` before and after; what it took out, and
  how much of that is not in both with the same bytes. Where it stops early in the published file, each container is
  given to it alone
* load: libraries that load in a process with stand-ins for what the wheel needs and this machine lacks, of those that
  loaded before; fat binaries that were registered, with their entries, each walked to its end and read
* strip, llvm-strip, patchelf (\`--set-rpath\` with 300 characters): the same after the tool changed every file that the shrink changed; in
  parentheses files that the tool refused
* again: shrinking the result gives the result; -j 1: one thread gives the same bytes

| ${head} |
|---|---|${"--:|".repeat(head.split("|").length - 2)}
${rows.join("\n")}
`;
}

function rowOf(
  file,
  way,
  { packed, files, changed: touched, device, load: [before, after], tools, again, alone },
) {
  const name = file.split("-").slice(0, 2).join(" ");
  const megabytes = packed.map((bytes) => (bytes / 1e6).toFixed(0)).join(" → ");
  const loaded = (each) => `${each.libraries} of ${before.libraries}`;
  const changed = Object.values(tools).map((each) => {
    const rest = each.refused.length === 0 ? "" : ` (${each.refused.length})`;
    const same = each.entries === before.entries && each.broken === 0;
    return same ? `${each.libraries}${rest}` : `${each.libraries}${rest}, ${each.entries} ENTRIES`;
  });
  return `| ${[
    name,
    way === "default" ? "none" : way,
    megabytes,
    files,
    touched,
    device.cubins,
    device.texts,
    device.differ,
    loaded(after),
    `${after.containers} (${after.entries})`,
    ...changed,
    again ? "same" : "DIFFERS",
    alone ? "same" : "DIFFERS",
  ].join(" | ")} |`;
}
