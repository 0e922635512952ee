// Writes dist/src/program.VERSION-PLATFORM-ARCH.v8: what V8 compiles of the program in a run of its commands.
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Script } from "node:vm";

const url = new URL("../dist/src/program.cjs", import.meta.url);
const wheel = fileURLToPath(
  new URL("../fixtures/wheels/demo-1.0-cp312-cp312-manylinux_2_17_x86_64.whl", import.meta.url),
);
const script = new Script(readFileSync(url, "utf8"), {
  filename: fileURLToPath(url),
});
const module = { exports: {} };
script.runInThisContext()({}, createRequire(url), module, url.href);

const folder = mkdtempSync(join(tmpdir(), "wheelkit-build-"));
const copy = join(folder, basename(wheel));
copyFileSync(wheel, copy);
const { write } = process.stdout;
process.stdout.write = process.stderr.write = () => true;
for (const args of [
  ["audit", wheel],
  ["audit", "--no-hash", "-f", "json", wheel],
  ["show", wheel],
  ["repair", "--exclude", "libgreeting.so.1", "-w", folder, wheel],
  ["edit", "--post", "-w", folder, wheel],
  ["edit", "--add-requires", "numpy", "--in-place", copy],
  ["tags", "--dry-run", "--build", "1", wheel],
]) {
  process.argv.splice(2, process.argv.length, ...args);
  await module.exports.run();
}
process.stdout.write = write;
process.exitCode = 0;
rmSync(folder, { recursive: true });
const { platform, arch, versions } = process;
const name = `program.${versions.v8}-${platform}-${arch}.v8`;
writeFileSync(new URL(name, url), script.createCachedData());
