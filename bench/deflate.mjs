/**
 * `node bench/deflate.mjs [--file LIBRARY] [--megabytes 200]`: deflate on several threads, and spliced
 * streams, beside zlib's own on one thread. Prints a table; without a file the largest library of the
 * wheels to shrink that are in the cache is taken. The sources are bundled on the fly.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { build } from "esbuild";
import { fetchWheel } from "../corpus/fetch.mjs";
import { here, loadNow, machineText, megabytes, pinned, python, ratio, seconds } from "./setup.mjs";

const { values } = parseArgs({
  options: { file: { type: "string" }, megabytes: { type: "string", default: "200" } },
});
const LEVEL = 6;
const folder = mkdtempSync(join(tmpdir(), "wheelkit-bench-"));
try {
  await measure(await engineOf(folder), await libraryBytes());
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The functions to measure, which the package does not export. */
async function engineOf(place) {
  const source = (name) => JSON.stringify(here(`../src/${name}.ts`));
  const outfile = join(place, "engine.mjs");
  await build({
    stdin: {
      contents: `
        export { deflateContent } from ${source("node/deflate")};
        export { deflatedMember, spliceMember } from ${source("node/splice-member")};
        export { indexBlocks } from ${source("zip/deflate-scan")};
        export { rewriteOf, rewrittenSource } from ${source("rewrite")};
        export { memorySource } from ${source("source")};`,
      resolveDir: here(".."),
    },
    bundle: true,
    platform: "node",
    format: "esm",
    outfile,
    logLevel: "error",
  });
  return await import(pathToFileURL(outfile).href);
}

async function libraryBytes() {
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

async function measure(engine, bytes) {
  console.log(`${machineText()}; load ${loadNow()}; ${megabytes(bytes.length)}, level ${LEVEL}`);
  const options = (jobs) => ({ level: LEVEL, jobs, spoolBeside: join(folder, "x") });
  const source = engine.memorySource(bytes);
  const whole = await timed(() => deflateRawSync(bytes, { level: LEVEL }));
  console.log(`zlib, one stream: ${seconds(whole.ms)}, ${whole.result.length} bytes`);
  let first;
  for (const jobs of [1, 2, 4]) {
    const { result, ms } = await timed(() => engine.deflateContent(source, options(jobs)));
    const digest = digestOf(result.packed);
    first ??= { ms, digest };
    const larger = (result.packed.compressedSize / whole.result.length - 1) * 100;
    const same = digest === first.digest ? "same bytes" : "OTHER BYTES";
    console.log(
      `parts, ${jobs} at once: ${seconds(ms)}, ${ratio(first.ms, ms)}, ${larger.toFixed(3)} % larger, ${same}`,
    );
    result.packed.close();
    if (digest !== first.digest) process.exitCode = 1;
  }
  await measureSplice(engine, bytes, whole.result, options(1));
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
    console.log(
      `spliced (${name}): ${seconds(spliced.ms)} beside ${seconds(again.ms)} to deflate again on one thread, ${ratio(again.ms, spliced.ms)}, ${packed.compressedSize - again.result.packed.compressedSize} bytes more, ${same ? "inflates to the same" : "INFLATES TO SOMETHING ELSE"}`,
    );
    if (!same) process.exitCode = 1;
    packed.close();
    again.result.packed.close();
  }
}

function bytesOf({ data }) {
  return data.source.read(data.start, data.size);
}

function digestOf(packed) {
  return createHash("sha256").update(bytesOf(packed)).digest("hex");
}
