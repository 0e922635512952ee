/** `--baseline`: reads what is compared of both wheels. */
import type { Engine } from "../audit/audit.ts";
import { compareWithBaseline, type Shape } from "../audit/baseline.ts";
import { FormatError, UsageError } from "../errors.ts";
import type { Problem } from "../finding.ts";
import type { Format } from "../format.ts";
import type { AnyNative } from "../formats.ts";
import { formatOf, readerOf } from "../formats.ts";
import { baseNameOf } from "../paths.ts";
import { memorySource } from "../source.ts";
import { openSoundWheel } from "../wheel/open.ts";
import { readMember } from "../zip/read.ts";
import { describeFailure } from "./failure.ts";

/** Members up to this size (bytes) are unpacked for their exports. */
const LARGEST = 512 << 20;

/** @throws UsageError when the baseline can't be read. */
export function checkBaseline(
  path: string,
  baseline: { readonly path: string; readonly growth: number },
  engine: Engine,
): readonly Problem[] {
  let after: Shape;
  try {
    after = shapeOf(path, engine);
  } catch {
    // The audit has said already what is wrong with it.
    return [];
  }
  try {
    return compareWithBaseline(shapeOf(baseline.path, engine), after, baseline.growth);
  } catch (error) {
    throw new UsageError(`\`--baseline\`: ${describeFailure(error, baseline.path).message}`);
  }
}

function shapeOf(path: string, engine: Engine): Shape {
  const source = engine.open(path);
  try {
    const file = baseNameOf(path.replaceAll("\\", "/"));
    const wheel = openSoundWheel(source, file, engine.compression);
    const members: string[] = [];
    const exports = new Map<string, readonly string[]>();
    for (const entry of wheel.index.entries) {
      const { name, directory, broken, size } = entry;
      if (directory) continue;
      members.push(name);
      if (broken || size > LARGEST || !/\.so(?:\.|$)/.test(name)) continue;
      const { bytes } = readMember(source, entry, engine.compression);
      const format = formatOf(bytes);
      const reader = format === undefined ? undefined : readerOf(format);
      if (reader !== undefined) exports.set(name, exportsOf(reader, bytes));
    }
    return { file, size: source.size, members, exports };
  } finally {
    source.close();
  }
}

function exportsOf(reader: Format<AnyNative>, bytes: Uint8Array): readonly string[] {
  try {
    return reader
      .open(memorySource(bytes))
      .symbols("exports")
      .map(({ name }) => name);
  } catch (error) {
    if (error instanceof FormatError) return [];
    throw error;
  }
}
