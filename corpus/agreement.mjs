/** `docs/agreement.md`: the table of a complete corpus run. No times, no paths of this host. */

/**
 * @param rows what `run.mjs` found, in the order of the list.
 * @param before the page so far: of wheels that this run did not look at its lines stay.
 */
export function agreementPage(rows, versions, before, files) {
  const judged = rows.filter(({ peer }) => peer !== null);
  const differences = rows.flatMap((row) =>
    row.differences.map((difference) => ({ row, difference })),
  );
  const verdicts = differences.filter(({ difference }) => difference.member === undefined);
  const differing = new Set(verdicts.map(({ row }) => row.wheel.file));
  const elfFiles = rows.reduce((sum, row) => sum + row.elfFiles, 0);
  const factual = differences.length - verdicts.length;
  const seen = new Set(rows.map(({ wheel }) => wheel.file));
  const stays = linesOf(before, new Set(files.filter((file) => !seen.has(file))));
  const all = {
    wheels: rows.length + stays.wheels.size,
    judged: judged.length + stays.judged,
    differing: differing.size + stays.differing,
    elfFiles: elfFiles + stays.elfFiles,
  };
  return `# Agreement with auditwheel and readelf

Written by \`npm run corpus\` (\`corpus/\`); do not edit by hand. auditwheel ${versions.auditwheel}, GNU readelf ${versions.readelf}.

${all.wheels} wheels, pinned by SHA-256 in \`corpus/wheels.json\`. auditwheel runs with \`--json --ldpaths ""\` and
without \`LD_LIBRARY_PATH\`, wheelkit with \`--ldpaths ""\`, so that neither depends on this host.
Compared of each wheel: \`supported\` with auditwheel's overall tag; \`reachable\` with its symbol tag,
lowered by forbidden symbols, PyFPE, UCS2 and instruction sets; the external libraries; the versions
needed of each library. Of each ELF file, with readelf: needed libraries, SONAME, RPATH, RUNPATH, interpreter,
version needs and definitions, executable stack, the number and the names of dynamic symbols.

- ${all.judged} wheels for Linux and Android and pure ones: ${all.judged - all.differing} with the same verdict in every field, ${all.differing} with a difference explained below.
- ${all.wheels - all.judged} wheels for macOS, Windows and iOS, which auditwheel can't judge; what others say of such wheels is compared
  by \`npm run corpus -- --part macos\` and \`--part windows\`.
- ${all.elfFiles} ELF files: ${factual === 0 ? "no fact differs from readelf's" : `${factual} facts differ from readelf's, explained below`}.
${stays.wheels.size === 0 ? "" : notAsked([...stays.wheels.keys()])}
## Differences

${differencesTable(differences, stays.differences)}

## All wheels

\`=\`: auditwheel says the same. The last column is auditwheel's symbol tag.

${wheelsTable(rows, stays.wheels)}
`;
}

/** Differences of one wheel that have the same reason share a row. */
function differencesTable(differences, kept) {
  if (differences.length + kept.length === 0) {
    return "None.";
  }
  const rows = new Map();
  for (const { row, difference } of differences) {
    const key = `${row.wheel.file} ${difference.member ?? ""} ${difference.reason?.why ?? ""}`;
    const known = rows.get(key) ?? { row, differences: [] };
    known.differences.push(difference);
    rows.set(key, known);
  }
  const lines = [
    "| wheel | field | auditwheel or readelf | wheelkit | why wheelkit is right | readelf |",
    "|---|---|---|---|---|---|",
  ];
  for (const { row, differences: group } of rows.values()) {
    const [{ member, reason, evidence }] = group;
    const cells = [
      `\`${row.wheel.file}\``,
      `${group.map(({ field }) => field).join("<br>")}${member === undefined ? "" : ` of \`${member}\``}`,
      group.map(({ peer, ours }) => cell(only(peer, ours))).join("<br>"),
      group.map(({ peer, ours }) => cell(only(ours, peer))).join("<br>"),
      reason === undefined ? "**not explained**" : `${reason.why} (${reason.code})`,
      (evidence ?? []).map(evidenceText).join("<br>"),
    ];
    lines.push(`| ${cells.join(" | ")} |`);
  }
  return sortedByFile(lines, kept);
}

/** The head of a table and its rows, those of another page among them, in the order of the list. */
function sortedByFile(lines, kept) {
  const file = (line) => line.split("`")[1] ?? "";
  const sorted = [...lines.slice(2), ...kept].sort((a, b) =>
    file(a) < file(b) ? -1 : file(a) > file(b) ? 1 : 0,
  );
  return [...lines.slice(0, 2), ...sorted].join("\n");
}

/** Lines of a page about these wheels, and what they count. */
function linesOf(page, files) {
  const [text, table = ""] = page.split("\n## All wheels\n");
  const about = (part) =>
    part.split("\n").flatMap((line) => {
      const [, file] = /^\| `([^`]+\.whl)` \|/.exec(line) ?? [];
      return files.has(file) ? [[file, line]] : [];
    });
  const wheels = new Map(about(table.split("\n## ")[0]));
  const differences = about(text);
  const cells = [...wheels.values()].map((line) => line.split(" | "));
  return {
    wheels,
    differences: differences.map(([, line]) => line),
    differing: new Set(differences.map(([file]) => file)).size,
    judged: cells.filter((cell) => cell[3] !== "–").length,
    elfFiles: cells.reduce((sum, cell) => sum + Number(cell[1]), 0),
  };
}

function notAsked(files) {
  const names = files.map((file) => `\`${file.split("-")[0]}\``).join(", ");
  return `- ${files.length} of these wheels, too large for the last run, stand here as in the one before: ${names}.\n`;
}

/** Of two lists what the other one lacks. */
function only(list, other) {
  if (!Array.isArray(list) || !Array.isArray(other)) {
    return list;
  }
  const rest = list.filter((item) => !other.includes(item));
  return rest.length === 0 ? null : `${rest.join(", ")}`;
}

function evidenceText({ member, readelf, text, line }) {
  const file = member.slice(member.lastIndexOf("/") + 1);
  const what =
    line === null ? `no \`${text}\`` : `\`${line.replace(/\s+/g, " ").replaceAll("|", "\\|")}\``;
  return `\`${readelf} ${file}\`: ${what}`;
}

function cell(value) {
  if (value === null) {
    return "none";
  }
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const escaped = text.replaceAll("|", "\\|");
  return escaped.length > 160 ? `\`${escaped.slice(0, 160)}…\`` : `\`${escaped}\``;
}

function wheelsTable(rows, kept) {
  const lines = [
    "| wheel | ELF files | supported | auditwheel | reachable | auditwheel |",
    "|---|--:|---|---|---|---|",
  ];
  for (const { wheel, ours, peer, elfFiles } of rows) {
    const { supported, reachable } = ours.wheel?.platform ?? {};
    const theirs = peer === null ? ["–", "–"] : peerCells(peer);
    lines.push(
      `| \`${wheel.file}\` | ${elfFiles} | ${tag(supported)} | ${same(theirs[0], supported)} | ${tag(reachable)} | ${same(theirs[1], reachable)} |`,
    );
  }
  return sortedByFile(lines, [...kept.values()]);
}

function peerCells(peer) {
  if (peer.error !== undefined) {
    return ["error", "error"];
  }
  return peer.result.pure ? ["pure", "pure"] : [peer.result.overall_tag, peer.result.sym_tag];
}

function same(theirs, ours) {
  return theirs === ours ? "=" : tag(theirs);
}

function tag(value) {
  return value ?? "none";
}
