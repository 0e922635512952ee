/**
 * `node corpus/strip.mjs [--most 30]`: strips libraries of the Linux wheels in the cache, by
 * `wheelkit shrink --strip`, by GNU strip and by llvm-strip, and prints the sizes side by side, with the
 * complaints of eu-elflint before and after. Exits with 1 where another leaves less, or a complaint is new.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { cacheFolder, wheelFolder } from "./cache.mjs";

const CLI =
  process.env.WHEELKIT_CLI ?? fileURLToPath(new URL("../dist/src/cli.cjs", import.meta.url));
/** Larger wheels (bytes) take long and hold the same kinds of libraries. */
const LARGEST = 40e6;
const { values } = parseArgs({ options: { most: { type: "string", default: "30" } } });

const rows = [];
for (const file of readdirSync(wheelFolder()).filter((name) => /linux.*x86_64\.whl$/.test(name))) {
  if (rows.length >= Number(values.most)) break;
  if (statSync(join(wheelFolder(), file)).size > LARGEST) continue;
  rows.push(...stripped(file));
}
const worse = rows.filter(({ ours, theirs, llvm }) => ours > Math.min(theirs, llvm));
const complained = rows.filter(({ added }) => added.length > 0);
console.log(
  "| wheel | library | before | wheelkit | strip --strip-unneeded | llvm-strip -x |\n|---|---|--:|--:|--:|--:|",
);
for (const { file, name, before, ours, theirs, llvm } of rows) {
  console.log(
    `| ${file} | ${name} | ${before} | ${ours} | ${theirs} | ${Number.isFinite(llvm) ? llvm : "can't be loaded"} |`,
  );
}
for (const { name, added } of complained) console.log(`${name}: ${added.join("; ")}`);
console.log(
  `${rows.length} libraries, ${worse.length} where another leaves less, ${complained.length} with new complaints`,
);
process.exitCode = worse.length + complained.length > 0 ? 1 : 0;

/** The libraries of a wheel that can be stripped. */
function stripped(file) {
  const folder = mkdtempSync(join(cacheFolder(), "strip-"));
  try {
    const wheel = join(wheelFolder(), file);
    const out = join(folder, "out");
    const command = [CLI, "shrink", "--strip", "-w", out, wheel];
    if (spawnSync(process.execPath, command, { stdio: "ignore" }).status !== 0) return [];
    const [old, now] = [join(folder, "old"), join(folder, "new")];
    execFileSync("unzip", ["-qo", wheel, "-d", old]);
    execFileSync("unzip", ["-qo", join(out, file), "-d", now]);
    const libraries = readdirSync(old, { recursive: true, encoding: "utf8" }).filter((name) =>
      /\.so[.\d]*$/.test(name),
    );
    return libraries.slice(0, 2).map((name) => {
      const by = (tool, option) => {
        const reference = join(folder, "reference");
        copyFileSync(join(old, name), reference);
        execFileSync(tool, [option, reference], { stdio: "ignore" });
        return canLoad(readFileSync(reference)) ? statSync(reference).size : Infinity;
      };
      const known = new Set(complaints(join(old, name)));
      return {
        file: file.split("-").slice(0, 2).join(" "),
        name: relative(".", name),
        before: statSync(join(old, name)).size,
        ours: statSync(join(now, name)).size,
        theirs: by("strip", "--strip-unneeded"),
        llvm: by("llvm-strip", "-x"),
        added: complaints(join(now, name)).filter((line) => !known.has(line)),
      };
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** False where a segment lies on another place of its page than in memory: LLVM's tools leave such files. */
function canLoad(data) {
  const [table, count] = [Number(data.readBigUInt64LE(0x20)), data.readUInt16LE(0x38)];
  return Array.from({ length: count }, (_, index) => table + index * 56).every((at) => {
    const distance = BigInt(data.readBigUInt64LE(at + 16)) - BigInt(data.readBigUInt64LE(at + 8));
    return data.readUInt32LE(at) !== 1 || distance % 4096n === 0n;
  });
}

/** What eu-elflint says, without numbers: those of sections change. */
function complaints(path) {
  const { stdout } = spawnSync("eu-elflint", ["--gnu-ld", path], { encoding: "utf8" });
  return stdout
    .split("\n")
    .map((line) => line.replace(/\[ ?\d+\]|\d+/g, "#"))
    .filter((line) => line !== "" && line !== "No errors");
}
