// Compiles the program as src/start.ts does, runs it, and keeps what V8 compiled of it meanwhile.
//
// With `--random-seed=1` and no flushing of what has not run for a while, the same program gives the
// same bytes. V8 compares its flags, so they are as they were when the code is taken.
const { readFileSync, writeFileSync } = require("node:fs");
const { setFlagsFromString } = require("node:v8");
const { Script } = require("node:vm");

const [program, code, ...args] = process.argv.slice(2);
process.argv.splice(2, Number.POSITIVE_INFINITY, ...args);
setFlagsFromString("--no-flush-bytecode");
const script = new Script(readFileSync(program, "latin1"), { filename: "program.cjs" });
const loaded = { exports: {} };
script.runInThisContext()({}, require, loaded, "file:///program.cjs");
process.stdout.write = () => true;
loaded.exports.run().then(() => {
  setFlagsFromString("--flush-bytecode");
  setFlagsFromString("--heap-growing-percent=0");
  writeFileSync(code, script.createCachedData());
  // The audit itself finds something.
  process.exitCode = 0;
});
