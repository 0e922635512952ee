/** Load commands of Mach-O files: what `wheelkit show` says beside llvm-objdump and llvm-otool. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Fields that both print under the same name, as numbers. */
const NUMBERS = [
  "cmdsize",
  "vmaddr",
  "vmsize",
  "fileoff",
  "filesize",
  "nsects",
  "symoff",
  "nsyms",
  "stroff",
  "strsize",
  "ilocalsym",
  "nlocalsym",
  "iextdefsym",
  "nextdefsym",
  "iundefsym",
  "nundefsym",
  "indirectsymoff",
  "nindirectsyms",
  "rebase_off",
  "rebase_size",
  "bind_off",
  "bind_size",
  "weak_bind_off",
  "weak_bind_size",
  "lazy_bind_off",
  "lazy_bind_size",
  "export_off",
  "export_size",
  "dataoff",
  "datasize",
  "entryoff",
  "stacksize",
  "ntools",
];
const TEXTS = ["cmd", "segname", "name", "path", "uuid", "minos", "sdk", "version", "platform"];
/** What `otool -L` lists. */
const LOADS = /^LC_(?:ID|LOAD|LOAD_WEAK|LOAD_UPWARD|REEXPORT|LAZY_LOAD)_DYLIB$/;
/** Files for one run of the command line: each path is an argument. */
const BATCH = 200;

/** True where both programs can be run. */
export function hasObjdump() {
  return ["llvm-objdump", otool()].every(
    (program) => spawnSync(program, ["--version"]).status === 0,
  );
}

function otool() {
  return process.env.LLVM_OTOOL ?? "llvm-otool-19";
}

/**
 * Every slice of every Mach-O member of a wheel.
 *
 * @param {string} cli
 * @param {string} python
 * @param {string} wheel
 */
export function compareDumps(cli, python, wheel) {
  const check = fileURLToPath(new URL("macos-check.py", import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), "wheelkit-macos-"));
  try {
    const files = execFileSync(python, [check, "unpack", wheel, folder], { maxBuffer: 1 << 30 });
    return compareCommands(cli, JSON.parse(files.toString()));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} cli
 * @param {readonly (readonly [member: string, file: string])[]} files
 * @returns {{problems: string[], slices: number}}
 */
function compareCommands(cli, files) {
  const problems = [];
  let slices = 0;
  for (let at = 0; at < files.length; at += BATCH) {
    const batch = files.slice(at, at + BATCH);
    const shown = run(process.execPath, [
      cli,
      "show",
      "-f",
      "json",
      ...batch.map(([, file]) => file),
    ]);
    for (const [index, { macho }] of JSON.parse(shown).binaries.entries()) {
      const [member, file] = batch[index];
      const loaded = macho.slices.filter(({ header }) => header !== null);
      slices += loaded.length;
      const found = compareFile(file, loaded);
      if (found !== undefined) problems.push(`${member}: ${found}`);
    }
  }
  return { problems, slices };
}

/**
 * @param {string} file
 * @param {readonly any[]} slices
 * @returns {string | undefined} the first difference.
 */
function compareFile(file, slices) {
  const headers = run("llvm-objdump", ["--macho", "--arch=all", "--private-headers", file]);
  if (/malformed|truncated/.test(headers)) return "llvm-objdump calls it malformed";
  const theirs = headers.split(/^Load command \d+$/m).slice(1);
  const ours = slices.flatMap(({ commands }) => commands);
  if (ours.length !== theirs.length) return `${ours.length} load commands, llvm ${theirs.length}`;
  for (const [index, fields] of ours.entries()) {
    const found = compareCommand(fields, theirs[index]);
    if (found !== undefined) return `${fields.cmd}: ${found}`;
  }
  for (const { arch, commands } of slices) {
    const own = commands.filter(({ cmd }) => LOADS.test(cmd)).map(({ name }) => name);
    // llvm-otool 19 takes no notice of `-arch`; a thin file may be of an architecture without a name.
    const text =
      slices.length > 1
        ? run("llvm-objdump", ["--macho", `--arch=${arch}`, "--dylibs-used", file])
        : run(otool(), ["-L", file]);
    const listed = text
      .split("\n")
      .flatMap((line) => /^\t(.*) \(compatibility version/.exec(line)?.[1] ?? []);
    if (own.join("\n") !== listed.join("\n")) {
      return `${arch} loads ${own.join(", ")}, llvm-otool ${listed.join(", ")}`;
    }
  }
  return undefined;
}

/** @param {Record<string, any>} fields @param {string} text */
function compareCommand(fields, text) {
  const [head] = text.split(/^Section$/m);
  const line = (/** @type {string} */ label) =>
    new RegExp(`^ *${label} (.*)$`, "m").exec(head)?.[1];
  for (const label of NUMBERS) {
    const found = line(label);
    if (found === undefined || fields[label] === undefined) continue;
    if (Number(found.split(" ")[0]) !== Number(fields[label])) {
      return `${label} ${fields[label]}, llvm ${found}`;
    }
  }
  for (const label of TEXTS) {
    const found = line(label)?.replace(/ \(offset \d+\)$/, "");
    const own = fields[label];
    if (found === undefined || own === undefined || found === "n/a") continue;
    const plain = String(own).replace(/^PLATFORM_/, "");
    if (plain.toLowerCase() !== found.toLowerCase()) return `${label} ${own}, llvm ${found}`;
  }
  return undefined;
}

/** @param {string} program @param {readonly string[]} args */
function run(program, args) {
  const result = spawnSync(program, args, { encoding: "utf8", maxBuffer: 1 << 30 });
  if (result.status !== 0) throw new Error(`${program}: ${result.stderr}`);
  return result.stdout;
}
