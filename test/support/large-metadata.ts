/** Wheels that have very much of one thing beside native code: files, rows of RECORD, metadata. */
import { type LargeInput, padded, range, wheelOf } from "./large-inputs.ts";

/** `count` tiny modules, all listed in RECORD. */
export function modules(count: number): LargeInput {
  const paths = range(count, (at) => `demo/m${padded(at)}.py`);
  return wheelOf({ files: Object.fromEntries(paths.map((path) => [path, "x = 1\n"])) });
}

/** RECORD with `count` rows of `length` bytes for files that are not there. */
export function recordRows(count: number, length: number): LargeInput {
  const digest = `sha256=${"A".repeat(43)}`;
  const middle = "d".repeat(length - `demo/1234567.py,${digest},1\n`.length);
  const rows = range(count, (at) => `demo/${middle}${padded(at)}.py,${digest},1`);
  return wheelOf({ record: (lines) => [...rows, ...lines] });
}

/** METADATA with `count` fields: requirements, extras and classifiers in turn. */
export function metadataFields(count: number): LargeInput {
  const kinds = [
    (at: number) => `Requires-Dist: p${padded(at)} (>=1.0); extra == "e${padded(at + 1)}"`,
    (at: number) => `Provides-Extra: e${padded(at)}`,
    (at: number) => `Classifier: Topic :: t${padded(at)}`,
  ];
  const fields = range(count, (at) => kinds[at % kinds.length]?.(at)).join("\n");
  const text = `Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n${fields}\n`;
  return wheelOf({ files: { "%/METADATA": text } });
}

/** `count` scripts in entry_points.txt. */
export function entryPoints(count: number): LargeInput {
  const lines = range(count, (at) => `s${padded(at)} = demo:main`).join("\n");
  return wheelOf({ files: { "%/entry_points.txt": `[console_scripts]\n${lines}\n` } });
}

/** WHEEL with `count` tags. */
export function wheelTags(count: number): LargeInput {
  const lines = range(count, (at) => `Tag: py${at + 4}-none-any`).join("\n");
  const text = `Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n${lines}\n`;
  return wheelOf({ files: { "%/WHEEL": text } });
}

/** `count` folders with the name of installed metadata. */
export function distInfos(count: number): LargeInput {
  const paths = range(count, (at) => `p${padded(at)}-1.0.dist-info/METADATA`);
  return wheelOf({ files: Object.fromEntries(paths.map((path) => [path, "x"])) });
}

/** `count` links in LINKS, all to one library. */
export function links(count: number): LargeInput {
  const rows = range(count, (at) => `demo/l${padded(at)}.so,demo/__init__.py`).join("\n");
  return wheelOf({ files: { "%/LINKS": `${rows}\n` } });
}
