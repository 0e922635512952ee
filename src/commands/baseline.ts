/** `--baseline`: what is compared of the wheel and of an earlier one. */
import { basename } from "node:path";
import type { Engine, Inspection } from "../audit/audit.ts";
import { inspectWheel } from "../audit/audit.ts";
import { compareWithBaseline, type Shape } from "../audit/baseline.ts";
import { UsageError } from "../errors.ts";
import type { Problem } from "../finding.ts";
import type { Wheel } from "../wheel/open.ts";
import { openSoundWheel } from "../wheel/open.ts";
import { describeFailure } from "./failure.ts";

/** @throws UsageError when the baseline can't be read. */
export async function checkBaseline(
  after: Shape,
  baseline: { readonly path: string; readonly growth: number },
  engine: Engine,
): Promise<readonly Problem[]> {
  try {
    return compareWithBaseline(await readShape(baseline.path, engine), after, baseline.growth);
  } catch (error) {
    throw new UsageError(`\`--baseline\`: ${describeFailure(error, baseline.path).message}`);
  }
}

/** @param inspection made with the exports of native members. */
export function shapeOf({ file, source, index }: Wheel, { symbols }: Inspection): Shape {
  return {
    file,
    size: source.size,
    members: index.entries.filter(({ directory }) => !directory).map(({ name }) => name),
    exports: new Map(
      [...(symbols ?? [])].map(([path, { exports = [] }]) => [
        path,
        exports.map(({ name }) => name),
      ]),
    ),
  };
}

async function readShape(path: string, engine: Engine): Promise<Shape> {
  const source = engine.open(path);
  try {
    const file = basename(path);
    const wheel = openSoundWheel(source, file, engine.compression);
    const options = { hash: false, symbols: ["exports"] } as const;
    return shapeOf(wheel, await inspectWheel(wheel, path, source, engine, options));
  } finally {
    source.close();
  }
}
