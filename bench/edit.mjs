/**
 * Edits of a wheel of 500 MB in one run with what they are measured against: `node -e 0`, `cp`, and
 * `wheel unpack` with `wheel pack`. strace counts what an edit in place reads and writes of the file.
 */
import { spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { crc32, deflateRawSync } from "node:zlib";
import { cacheFolder } from "../corpus/cache.mjs";
import { findPython } from "../corpus/python.mjs";
import { measureRun, median } from "./measure.mjs";

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "9" },
    wheel: { type: "string" },
    "no-pack": { type: "boolean", default: false },
  },
});
const rounds = Number(options.rounds);
const cli =
  process.env.WHEELKIT_CLI ?? fileURLToPath(new URL("../dist/src/cli.cjs", import.meta.url));
const python = findPython();
const NAME = "large-1.0-py3-none-any.whl";
const MEMBERS = 500;
const MEMBER_SIZE = 1_000_000;

/** 500 MB of random bytes, or a real wheel: its members are deflated, which others do again. */
const wheel = options.wheel ?? largeWheel();
const work = mkdtempSync(join(cacheFolder(), "bench", "edit-"));
try {
  const home = join(work, "home");
  mkdirSync(home);
  copyFileSync(wheel, join(home, basename(wheel)));
  const node = [];
  const inPlace = [];
  const cp = [];
  const copy = [];
  // The two sides of a ratio one after the other, so that both meet the same load.
  for (let round = 0; round < rounds; round++) {
    node.push(measured([process.execPath, "-e", "0"]));
    inPlace.push(measured([process.execPath, cli, "edit", "--post", "--in-place", only(home)]));
    const out = emptied(join(work, "out"));
    cp.push(measured(["cp", wheel, join(out, "copy")]));
    emptied(out);
    copy.push(measured([process.execPath, cli, "edit", "--post", "-w", out, wheel]));
    emptied(out);
  }
  report("node -e 0", node);
  report("edit --post --in-place", inPlace, node, "node -e 0");
  report("cp", cp);
  report("edit --post -w", copy, cp, "cp");
  const { read, written } = traced(only(home));
  console.log(
    `edit --post --in-place reads ${read} and writes ${written} bytes of the file's ${statSync(wheel).size}`,
  );
  if (!options["no-pack"]) {
    const tree = emptied(join(work, "tree"));
    const unpack = measured([python, "-m", "wheel", "unpack", "-d", tree, wheel]);
    const unpacked = join(tree, readdirSync(tree)[0]);
    const pack = measured([python, "-m", "wheel", "pack", "-d", tree, unpacked]);
    const both = [{ wall: unpack.wall + pack.wall, cpu: unpack.cpu + pack.cpu }];
    report("wheel unpack, wheel pack", both);
    const middle = (key) => (both[0][key] / median(inPlace.map((run) => run[key]))).toFixed(0);
    console.log(
      `  ${middle("wall")} x edit --post --in-place, by processor time ${middle("cpu")} x`,
    );
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** Medians; ratios of the rounds' own pairs. */
function report(name, runs, others, other) {
  const of = (key) => `${Math.round(median(runs.map((run) => run[key])))} ms`;
  const ratio = (key) => median(runs.map((run, at) => run[key] / others[at][key])).toFixed(2);
  const against =
    others === undefined
      ? ""
      : `: ${ratio("wall")} x ${other}, by processor time ${ratio("cpu")} x`;
  console.log(`${name}: ${of("wall")}, processor ${of("cpu")}${against}`);
}

function measured(command) {
  const run = measureRun(python, command);
  if (run.status !== 0) throw new Error(`${command.join(" ")} ended with status ${run.status}`);
  return run;
}

function emptied(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  return folder;
}

function only(folder) {
  const wheel = readdirSync(folder).find((name) => name.endsWith(".whl"));
  if (wheel === undefined) throw new Error(`no wheel in ${folder}`);
  return join(folder, wheel);
}

/** Bytes that one edit reads from and writes to the wheel itself. */
function traced(path) {
  const log = join(work, "strace");
  const calls = "openat,close,pread64,pwrite64,read,write,copy_file_range,sendfile";
  const run = spawnSync("strace", [
    "-f",
    "-y",
    "-e",
    `trace=${calls}`,
    "-o",
    log,
    process.execPath,
    cli,
    "edit",
    "--post",
    "--in-place",
    path,
  ]);
  if (run.status !== 0) return { read: "?", written: "?" };
  const count = { read: 0, written: 0 };
  for (const line of readFileSync(log, "utf8").split("\n")) {
    const call =
      /(pread64|pwrite64|read|write|copy_file_range|sendfile)\([0-9]+<([^>]*)>.*= ([0-9]+)$/.exec(
        line,
      );
    if (call === null || !call[2].endsWith(".whl")) continue;
    count[/write/.test(call[1]) ? "written" : "read"] += Number(call[3]);
  }
  return count;
}

/** 500 members that deflate makes no smaller, and metadata at the end. */
function largeWheel() {
  const folder = join(cacheFolder(), "bench");
  const path = join(folder, NAME);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  const part = `${path}.part`;
  const file = openSync(part, "w");
  const directory = [];
  const rows = [];
  let at = 0;
  const add = (name, bytes, packed = bytes) => {
    const stored = packed === bytes;
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(stored ? 0 : 8, 4);
    fields.writeUInt16LE((44 << 9) | (1 << 5) | 1, 8);
    fields.writeUInt32LE(crc32(bytes), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(bytes.length, 18);
    fields.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), fields, Buffer.from(name), packed]);
    const end = Buffer.alloc(14);
    end.writeUInt32LE(0o100644 * 0x10000, 6);
    end.writeUInt32LE(at, 10);
    directory.push(
      Buffer.concat([Buffer.from("PK\x01\x02\x14\x03"), fields, end, Buffer.from(name)]),
    );
    if (!name.endsWith("/RECORD")) {
      const digest = createHash("sha256").update(bytes).digest("base64url");
      rows.push(`${name},sha256=${digest},${bytes.length}\n`);
    }
    writeSync(file, local);
    at += local.length;
  };
  for (let index = 0; index < MEMBERS; index++)
    add(`large/data${index}.bin`, randomBytes(MEMBER_SIZE));
  const info = "large-1.0.dist-info";
  add("large/__init__.py", Buffer.from("# large\n"));
  add(`${info}/METADATA`, Buffer.from("Metadata-Version: 2.1\nName: large\nVersion: 1.0\n"));
  add(
    `${info}/WHEEL`,
    Buffer.from("Wheel-Version: 1.0\nGenerator: bench\nRoot-Is-Purelib: true\nTag: py3-none-any\n"),
  );
  const record = Buffer.from(`${rows.join("")}${info}/RECORD,,\n`);
  add(`${info}/RECORD`, record, deflateRawSync(record));
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(directory.length, 8);
  end.writeUInt16LE(directory.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(at, 16);
  writeSync(file, central);
  writeSync(file, end);
  closeSync(file);
  renameSync(part, path);
  return path;
}
