/**
 * `node bench/deflate.mjs [--file LIBRARY] [--megabytes 200] [--rounds 2]`: deflate on several threads, and
 * spliced streams, beside zlib's own on one thread. Without a file the library of an xgboost wheel is taken.
 * The sources are bundled on the fly.
 *
 * `--fuzz 10000` runs so many random edits through `test/property/deflate-splice.test.ts` instead. `--write`
 * writes `docs/benchmarks-deflate.md` afterwards, from what was measured last; `--rounds 0` measures nothing.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { build } from "esbuild";
import { fetchWheel } from "../corpus/fetch.mjs";
import { ownParts } from "../scripts/own-parts.mjs";
import {
  builtProgram,
  commitOf,
  here,
  keptResults,
  loadNow,
  machineText,
  megabytes,
  pinned,
  python,
  ratio,
  seconds,
} from "./setup.mjs";

const { values } = parseArgs({
  options: {
    file: { type: "string" },
    fuzz: { type: "string" },
    megabytes: { type: "string", default: "200" },
    rounds: { type: "string", default: "2" },
    write: { type: "boolean", default: false },
  },
});
const LEVEL = 6;
const { results, keep } = keptResults("deflate");
if (values.fuzz !== undefined) {
  fuzz(values.fuzz);
} else if (values.rounds !== "0") {
  const folder = mkdtempSync(join(tmpdir(), "wheelkit-bench-"));
  try {
    results.measured = await measure(await engineOf(folder), await libraryBytes(folder), folder);
    keep();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
if (values.write && results.measured !== undefined) {
  writeFileSync(here("../docs/benchmarks-deflate.md"), page(results));
}

function fuzz(splices) {
  const commit = commitOf(here("."));
  const command = ["vitest", "run", "test/property/deflate-splice.test.ts", "-t", "whatever"];
  const env = { ...process.env, WHEELKIT_SPLICES: splices };
  const run = spawnSync("npx", command, { cwd: here(".."), env, encoding: "utf8" });
  console.log(run.stdout);
  results.fuzz = {
    splices: Number(splices),
    passed: run.status === 0,
    commit,
  };
  keep();
  if (run.status !== 0) process.exitCode = 1;
}

/** The functions to measure, which the package does not export. */
async function engineOf(place) {
  const source = (name) => JSON.stringify(here(`../src/${name}.ts`));
  const outfile = join(place, "engine.mjs");
  await build({
    stdin: {
      contents: `
        export { deflateContent } from ${source("node/deflate")};
        export { createDeflater, poolThreads } from ${source("node/deflater")};
        export { createPool, TASKS } from ${source("../workers/pool")};
        export { deflatedMember, spliceMember } from ${source("node/splice-member")};
        export { indexBlocks } from ${source("zip/deflate-scan")};
        export { rewriteOf, rewrittenSource } from ${source("rewrite")};
        export { memorySource } from ${source("source")};`,
      resolveDir: here(".."),
    },
    bundle: true,
    plugins: [ownParts(here(".."))],
    define: { __dirname: '""' },
    external: ["@napi-rs/nice"],
    platform: "node",
    format: "esm",
    // For piscina, which is no module; without threads all would be done by one.
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
    outfile,
    logLevel: "error",
  });
  // Threads run the built script.
  for (const part of ["worker.cjs", "libdeflate.wasm"]) {
    copyFileSync(join(dirname(builtProgram()), part), join(place, part));
  }
  return await import(pathToFileURL(outfile).href);
}

async function libraryBytes(folder) {
  const most = Number(values.megabytes) * 1e6;
  if (values.file !== undefined) return readFileSync(values.file).subarray(0, most);
  const wheel = pinned("shrink-wheels").wheels.find(({ file }) => file.startsWith("xgboost"));
  const path = await fetchWheel(python, wheel);
  const script = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    largest = max(archive.infolist(), key=lambda each: each.file_size)
    open(sys.argv[2], "wb").write(archive.read(largest))
`;
  execFileSync(python, ["-c", script, path, join(folder, "library")]);
  return readFileSync(join(folder, "library")).subarray(0, most);
}

async function timed(body) {
  const start = performance.now();
  const result = await body();
  return { result, ms: performance.now() - start };
}

/** The fastest of some rounds. */
async function fastest(body, close = (_result) => {}) {
  let best;
  for (let round = 0; round < Number(values.rounds); round++) {
    const now = await timed(body);
    if (best !== undefined) close(best.result);
    best = { result: now.result, ms: Math.min(now.ms, best?.ms ?? Infinity) };
  }
  return best;
}

async function measure(engine, bytes, folder) {
  const conditions = `${machineText()}; load ${loadNow()}; ${megabytes(bytes.length)}, level ${LEVEL}`;
  console.log(conditions);
  const pools = [];
  const options = (jobs) => {
    const pool = engine.createPool(jobs - 1, engine.TASKS, "deflate");
    pools.push(pool);
    const deflater = engine.createDeflater(engine.poolThreads(jobs, pool));
    return { level: LEVEL, jobs, deflater, spoolBeside: join(folder, "x") };
  };
  const source = engine.memorySource(bytes);
  const whole = await fastest(() => deflateRawSync(bytes, { level: LEVEL }));
  console.log(`zlib, one stream: ${seconds(whole.ms)}, ${whole.result.length} bytes`);
  const parts = [];
  let digest;
  for (const jobs of [1, 2, 4]) {
    const packing = options(jobs);
    const { result, ms } = await fastest(
      () => engine.deflateContent(source, packing),
      ({ packed }) => packed.close(),
    );
    const now = digestOf(result.packed);
    digest ??= now;
    const larger = (result.packed.compressedSize / whole.result.length - 1) * 100;
    parts.push({ jobs, ms, factor: (parts[0]?.ms ?? ms) / ms, larger, same: now === digest });
    console.log(JSON.stringify(parts.at(-1)));
    result.packed.close();
    if (now !== digest) process.exitCode = 1;
    await Promise.all(pools.splice(0).map((pool) => pool.close()));
  }
  const splices = await measureSplice(engine, bytes, whole.result, options(1));
  const commit = commitOf(here("."));
  return { conditions, commit, zlib: whole.ms, parts, splices };
}

/** Headers, a table near the end and a new tail, as a repair leaves them, and 1 % in the middle. */
async function measureSplice(engine, bytes, stream, options) {
  const { length } = bytes;
  const change = (at, remove, put) => ({
    at: Math.floor(at),
    remove,
    zeros: 0,
    bytes: Buffer.alloc(put, 7),
    what: "bench",
  });
  const edits = {
    "headers, a table, a tail": [
      change(0, 64, 64),
      change(length * 0.9, 300, 300),
      change(length, 0, 20_000),
    ],
    "almost 1 % at ten places": Array.from({ length: 10 }, (_, at) =>
      change(length * (at / 10 + 0.03), length / 1100, Math.floor(length / 1100)),
    ).map((edit) => ({ ...edit, remove: Math.floor(edit.remove) })),
  };
  const original = engine.memorySource(bytes);
  const rows = [];
  for (const [name, splices] of Object.entries(edits)) {
    const rewrite = engine.rewriteOf(original, splices);
    const content = engine.rewrittenSource(original, rewrite);
    const again = await timed(() => engine.deflateContent(content, options));
    const spliced = await timed(() => {
      const span = { method: 8, size: length, dataOffset: 0, compressedSize: stream.length };
      const archive = engine.memorySource(stream);
      const lookUp = async () => {
        const steps = engine.indexBlocks(archive, length);
        for (;;) {
          const { done, value } = steps.next();
          if (done) return value;
        }
      };
      const member = engine.deflatedMember(archive, span, lookUp);
      return engine.spliceMember(member, rewrite, content, options);
    });
    const { packed } = spliced.result;
    const inflated = inflateRawSync(bytesOf(packed), { maxOutputLength: content.size });
    const same = Buffer.compare(inflated, content.read(0, content.size)) === 0;
    const more = packed.compressedSize - again.result.packed.compressedSize;
    rows.push({ name, ms: spliced.ms, again: again.ms, more, same });
    console.log(JSON.stringify(rows.at(-1)));
    if (!same) process.exitCode = 1;
    packed.close();
    again.result.packed.close();
  }
  return rows;
}

function bytesOf({ data }) {
  return data.source.read(data.start, data.size);
}

function digestOf(packed) {
  return createHash("sha256").update(bytesOf(packed)).digest("hex");
}

function page({ measured: { conditions, commit, zlib, parts, splices }, fuzz: fuzzed }) {
  const partRows = parts.map(({ jobs, ms, factor, larger, same }) => {
    const size = `${Math.abs(larger).toFixed(3)} % ${larger < 0 ? "smaller" : "larger"}`;
    const bytes = same ? "the same" : "OTHERS";
    return `| ${jobs} | ${seconds(ms)} | ${factor.toFixed(2)} × | ${ratio(zlib, ms)} | ${size} | ${bytes} |`;
  });
  const spliceRows = splices.map(({ name, ms, again, more, same }) => {
    const verdict = same ? "the edited content" : "SOMETHING ELSE";
    return `| ${name} | ${seconds(ms)} | ${seconds(again)} | ${ratio(again, ms)} | ${more} | ${verdict} |`;
  });
  const fuzzText =
    fuzzed === undefined
      ? "Random edits were not tried with this page."
      : `${fuzzed.splices.toLocaleString("en")} random streams with up to six random edits each, spliced and inflated by zlib: ${fuzzed.passed ? "every one gives the edited content" : "NOT every one gives the edited content"} (commit ${fuzzed.commit}).`;
  return `# Deflate on several threads, and spliced streams

Written by \`node bench/deflate.mjs --write\`; do not edit by hand. The library of an xgboost wheel, as much of it as is named.
${conditions}; commit ${commit}. The fastest of some rounds.

Parts are compressed by libdeflate in WebAssembly. Node's zlib deflates all of it as one stream in ${seconds(zlib)}.

| threads | time | to one thread | to zlib | size beside zlib's | bytes |
|--:|--:|--:|--:|--:|---|
${partRows.join("\n")}

## An edit of less than 1 %

The blocks that an edit touches are deflated again, and the others copied, with the bits where they were.

| edit | spliced | deflated again, one thread | | bytes more | inflates to |
|---|--:|--:|--:|--:|---|
${spliceRows.join("\n")}

${fuzzText}
`;
}
