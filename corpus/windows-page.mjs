/** `docs/agreement-windows.md`: what others say of the Windows wheels of the corpus. */

export function windowsPage(rows, versions) {
  const sum = (field) => rows.reduce((total, row) => total + row[field], 0);
  const problems = rows.flatMap(({ file, found }) =>
    found.map((problem) => `* \`${file}\`: ${problem}`),
  );
  const repaired = rows.filter(({ dlls }) => dlls > 0);
  const renamed = repaired.filter(({ dlls, sameNames }) => dlls > sameNames);
  return [
    "# Agreement with the peers for Windows",
    "",
    `Written by \`npm run corpus -- --part windows\` (\`corpus/\`); do not edit by hand. ${versions}.`,
    "",
    `${rows.length} wheels, pinned by SHA-256 in \`corpus/windows-wheels.json\`, with ${sum("files")} PE files. Compared of each`,
    "file with pefile and LIEF: imports, delayed imports, exports, forwarders, machine, overlay, checksum, the",
    "name in the export directory; with `delvewheel needed`: the DLLs that it names; of each wheel with",
    "`delvewheel show`: which DLLs count as given and which would have to be found.",
    "",
    `${repaired.length} wheels that delvewheel repaired are taken back (names restored, grafted DLLs put outside) and`,
    `repaired again in both layouts. ${sum("dlls")} DLLs come back, ${sum("sameNames")} of them under the name that delvewheel gave, which`,
    `is a hash of content. Of the ${sum("looked")} files in those results ${sum("changed")} were changed; pefile has no new warning about`,
    "them, LIEF finds no new fault in their layout and the same imports, llvm-readobj reads what it read before, osslsigncode",
    "finds no signature, and sizes, checksums and pointers in their headers are what the sections say. A second repair changes nothing.",
    "",
    ...(problems.length === 0
      ? ["No difference is left.", ""]
      : ["Differences:", "", ...problems, ""]),
    "| wheel | PE files | grafted again | delvewheel's names |",
    "|---|--:|--:|--:|",
    ...rows.map(
      ({ file, files, dlls, sameNames }) =>
        `| \`${file}\` | ${files} | ${dlls || ""} | ${dlls === 0 ? "" : sameNames} |`,
    ),
    `| **all** | ${sum("files")} | ${sum("dlls")} | ${sum("sameNames")} |`,
    "",
    ...(renamed.length === 0
      ? []
      : [
          "Other names than delvewheel's: it takes a signature off before it hashes (pyarrow), and had another formula before",
          "1.11 (shapely 2.0.1); such a file can't be restored byte for byte.",
          "",
        ]),
  ].join("\n");
}
