/** `docs/edit-corpus.md`: what became of the wheels that were edited. */

export function editPage(rows, plans) {
  const builders = new Map();
  for (const row of rows) {
    const builder = /^[\w.-]*/.exec(row.builder)?.[0] ?? "";
    if (!builders.has(builder)) builders.set(builder, []);
    builders.get(builder).push(row);
  }
  const sum = (list, key) => list.reduce((total, row) => total + (row[key] ?? 0), 0);
  const line = (name, list) =>
    `| ${[
      name,
      list.length,
      sum(list, "edits"),
      sum(list, "restored"),
      list.filter(({ errors }) => errors.length === 0).length,
      sum(list, "pip"),
      sum(list, "uv"),
      list.reduce((total, { problems }) => total + problems.length, 0),
    ].join(" | ")} |`;
  const sorted = [...builders].sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1));
  const refused = rows.flatMap(({ file, refusals, refuses }) =>
    refusals.map((name) => `* \`${file}\`: \`${name}\` is refused with ${refuses[name]}`),
  );
  const problems = rows.flatMap(({ file, problems: found }) =>
    found.map((problem) => `* \`${file}\`: ${problem}`),
  );
  return [
    "# Edits of real wheels",
    "",
    "<!-- Written by `npm run corpus -- --part edit`. -->",
    "",
    `${rows.length} wheels of many build back ends, pinned in \`corpus/edit-wheels.json\`, are each edited in`,
    `${plans.length} ways: ${plans.map(({ name }) => `\`${name}\``).join(", ")}. Of every result`,
    "",
    "* Python's `zipfile` finds no other difference than the planned ones, member by member, in content,",
    "  mode and time, and RECORD is right wherever that of the input is;",
    "* `packaging.metadata` finds no error that the input does not have;",
    "* `wheelkit audit` has no new finding;",
    "* the edit that takes it back gives the bytes of METADATA and RECORD again, where it can be asked",
    "  for: a version that is spelled otherwise in the file name than in METADATA can't.",
    "",
    "Then each wheel gets a `.post` version, another summary and another requirement at once, and pip",
    "and uv install it. `pip show` must say all three. An installer that refuses the input too (another",
    "Python, a platform that it doesn't know, a Metadata-Version of long ago) does not count.",
    "",
    "| built by | wheels | edits | taken back exactly | METADATA valid for packaging | pip installs | uv installs | problems |",
    "|---|--:|--:|--:|--:|--:|--:|--:|",
    ...sorted.map(([name, list]) => line(name, list)),
    line("**all**", rows),
    "",
    ...(refused.length === 0 ? [] : ["Rightly refused:", "", ...refused, ""]),
    ...(problems.length === 0 ? [] : ["Problems:", "", ...problems, ""]),
  ].join("\n");
}
