/** EPT001-EPT006. */
import { isInterpreterName, parseDataPath, scriptStem } from "../data-scheme.ts";
import type { EntryPoint, ObjectReference, ParsedEntryPoints } from "../entry-points.ts";
import { parseObjectReference } from "../entry-points.ts";
import { importablePaths, missingModules } from "../modules.ts";
import { normalizeName } from "../names.ts";
import { quoted } from "../text.ts";
import type { CheckContext } from "../view.ts";

export function checkEntryPoints(
  context: CheckContext,
  parsed: ParsedEntryPoints | undefined,
): void {
  const { distInfo, files, problems } = context;
  if (distInfo === undefined) return;
  const path = `${distInfo}/entry_points.txt`;
  if (parsed === undefined) {
    const entry = files.get(path);
    if (entry !== undefined && !entry.broken) {
      problems.add({ code: "EPT001", path, message: "`entry_points.txt` can't be read" });
    }
    return;
  }
  for (const problem of parsed.problems) problems.add({ ...problem, path });
  const references: { readonly entry: EntryPoint; readonly reference: ObjectReference }[] = [];
  for (const entry of parsed.entryPoints) {
    const reference = checkEntry(context, entry, path);
    if (reference !== undefined) references.push({ entry, reference });
  }
  checkModules(context, references, path);
  checkCollisions(context, parsed.entryPoints, path);
}

function isScript({ group }: EntryPoint): boolean {
  return group === "console_scripts" || group === "gui_scripts";
}

function checkEntry(
  { problems, name: project }: CheckContext,
  entry: EntryPoint,
  path: string,
): ObjectReference | undefined {
  const { name, value, line } = entry;
  const at = { record: "entry_points.txt", field: name.slice(0, 120), value: `line ${line}` };
  if (isScript(entry)) {
    const leadsOut = /[\\/]/.test(name) || name === "." || name === "..";
    if (!/^[\w.-]+$/.test(name) && !/^[\p{L}\p{N}_.-]+$/u.test(name)) {
      problems.add({
        code: "EPT002",
        path,
        message: `the script name ${quoted(name)} has characters other than letters, digits, \`_\`, \`.\` and \`-\``,
        at,
        ...(leadsOut ? { profiles: { install: "error" } } : {}),
      });
    }
    if (leadsOut) {
      problems.add({
        code: "EPT005",
        path,
        profiles: { pypi: "error" },
        message: `the script name ${quoted(name)} leads out of the scripts directory`,
        at,
      });
    } else if (isInterpreterName(name)) {
      problems.add({
        code: "EPT005",
        path,
        message: `the script ${quoted(name)} would be installed over the interpreter`,
        at,
      });
    } else if (isShadowing(name, project)) {
      problems.add({
        code: "EPT005",
        path,
        level: "warning",
        message: `the script ${quoted(name)} takes the place of the environment's own`,
        at,
      });
    }
  }
  const reference = parseObjectReference(value);
  if (reference === undefined) {
    problems.add({
      code: "EPT003",
      path,
      message: `${quoted(name)} of \`[${entry.group}]\` is ${quoted(value)}, no \`module:object\``,
      at,
    });
  } else if (isScript(entry) && reference.attribute === undefined) {
    problems.add({
      code: "EPT003",
      path,
      message: `the script ${quoted(name)} names the module ${quoted(value)} but no object to call`,
      at,
    });
  }
  return reference;
}

/** `activate`, `activate.fish`, …, and pip's own names in any other project. */
function isShadowing(script: string, project: string | null): boolean {
  const stem = scriptStem(script);
  if (/^activate(?:$|[._-])/.test(stem)) return true;
  return /^pip[0-9.]*$/.test(stem) && (project === null || normalizeName(project) !== "pip");
}

function checkModules(
  { files, problems }: CheckContext,
  references: readonly { readonly entry: EntryPoint; readonly reference: ObjectReference }[],
  path: string,
): void {
  if (references.length === 0) return;
  const missing = missingModules(
    references.map(({ reference }) => reference.module),
    importablePaths(files.keys()),
  );
  for (const { entry, reference } of references) {
    if (!missing.has(reference.module)) continue;
    problems.add({
      code: "EPT004",
      path,
      // Plug-ins may name a module of the project that they extend.
      ...(isScript(entry) ? {} : { level: "info" }),
      message: `${quoted(entry.name)} of ${quoted(`[${entry.group}]`)} names the module ${quoted(reference.module)}, which is not in the wheel`,
    });
  }
}

function checkCollisions(
  { files, problems }: CheckContext,
  entryPoints: readonly EntryPoint[],
  path: string,
): void {
  const names = new Set(entryPoints.filter(isScript).map((entry) => entry.name));
  for (const file of files.keys()) {
    const data = parseDataPath(file);
    if (data?.key === "scripts" && data.path !== "") names.add(data.path);
  }
  const byStem = new Map<string, string>();
  for (const name of names) {
    const stem = scriptStem(name);
    const other = byStem.get(stem);
    if (other === undefined) byStem.set(stem, name);
    else
      problems.add({
        code: "EPT006",
        path,
        message: `the scripts ${quoted(other)} and ${quoted(name)} are one file on Windows or macOS`,
      });
  }
}
