/** WHL001-WHL007. */
import { compareText, decodeUtf8 } from "../../bytes.ts";
import { fieldsNamed } from "../headers.ts";
import { isExtensionName } from "../modules.ts";
import { countTags, expandTags, MAX_TAGS } from "../tag.ts";
import { listed, quoted } from "../text.ts";
import type { CheckContext } from "../view.ts";
import type { WheelFile } from "../wheel-file.ts";

export function checkWheelFile(context: CheckContext): void {
  const { distInfo, wheelFile, files, view, problems } = context;
  if (distInfo === undefined) return;
  const path = `${distInfo}/WHEEL`;
  checkDrafts(context);
  if (wheelFile === undefined) {
    const entry = files.get(path);
    // What is damaged in the archive has been told by the archive's rules.
    if (entry?.broken === true) return;
    problems.add({
      code: "WHL001",
      path,
      message: entry === undefined ? `\`${path}\` is missing` : `\`${path}\` can't be read`,
    });
    return;
  }
  if (decodeUtf8(view.read(path) ?? new Uint8Array()) === undefined) {
    problems.add({ code: "WHL001", path, message: "WHEEL is not UTF-8" });
  }
  checkVersion(context, wheelFile, path);
  checkPurelib(context, wheelFile, path);
  checkTags(context, wheelFile, path);
  checkBuild(context, wheelFile, path);
  checkContent(context, path);
}

function checkVersion(
  { problems }: CheckContext,
  { headers, version }: WheelFile,
  path: string,
): void {
  const fields = fieldsNamed(headers, "Wheel-Version");
  const [first] = fields;
  if (first === undefined) {
    problems.add({ code: "WHL002", path, message: "WHEEL has no `Wheel-Version`" });
    return;
  }
  const at = { record: "WHEEL", field: "Wheel-Version", offset: first.start };
  if (version === undefined) {
    problems.add({
      code: "WHL002",
      path,
      message: `\`Wheel-Version\` is ${quoted(first.value)}, not a version such as \`1.0\``,
      at,
    });
  } else if (version.major !== 1) {
    problems.add({
      code: "WHL002",
      path,
      message: `\`Wheel-Version\` is \`${version.major}.${version.minor}\`; installers know 1.0`,
      at,
    });
  } else if (version.minor > 0) {
    problems.add({
      code: "WHL002",
      level: "warning",
      path,
      message: `\`Wheel-Version\` is \`1.${version.minor}\`; installers know 1.0 and warn`,
      at,
    });
  }
  if (fields.length > 1) {
    problems.add({
      code: "WHL002",
      level: "warning",
      path,
      message: `\`Wheel-Version\` stands ${fields.length} times`,
      at: { ...at, offset: fields[1]?.start ?? 0 },
    });
  }
}

function checkPurelib({ problems }: CheckContext, { headers }: WheelFile, path: string): void {
  const fields = fieldsNamed(headers, "Root-Is-Purelib");
  const [first] = fields;
  if (first === undefined) {
    problems.add({ code: "WHL003", path, message: "WHEEL has no `Root-Is-Purelib`" });
    return;
  }
  const at = { record: "WHEEL", field: "Root-Is-Purelib", offset: first.start };
  if (fields.length > 1) {
    const values = new Set(fields.map(({ value }) => value.trim().toLowerCase()));
    problems.add({
      code: "WHL003",
      path,
      // Tools differ in which of them counts.
      ...(values.size > 1 ? { level: "error", profiles: { pypi: "warning" } } : {}),
      message: `\`Root-Is-Purelib\` stands ${fields.length} times: ${listed(fields.map((field) => field.value))}`,
      at: { ...at, offset: fields[1]?.start ?? 0 },
    });
  }
  if (first.value !== "true" && first.value !== "false") {
    const known = /^(?:true|false)\s*$/i.test(first.value);
    problems.add({
      code: "WHL003",
      path,
      // pip reads it without regard to case; what uv then takes for `false` goes to platlib.
      ...(known ? { level: "info" } : {}),
      message: `\`Root-Is-Purelib\` is ${quoted(first.value)}, not \`true\` or \`false\``,
      at,
    });
  }
}

function checkTags({ filename, problems }: CheckContext, { tags }: WheelFile, path: string): void {
  if (filename === undefined) return;
  const wanted = new Set(expandTags(filename));
  const written = new Set(tags);
  const missing = [...wanted].filter((tag) => !written.has(tag));
  const extra = [...written].filter((tag) => !wanted.has(tag)).sort(compareText);
  if (missing.length === 0 && extra.length === 0) return;
  if (tags.length <= MAX_LINES && sameSet(wanted, new Set(tags.flatMap(expandLine)))) {
    problems.add({
      code: "WHL004",
      // The same tags in the wrong form: no tool goes astray, and maturin wrote them so for years.
      level: "warning",
      path,
      message: `WHEEL has the compressed tag ${listed(extra)} instead of one line for each combination`,
      hint: "write one `Tag` line for each combination, without dots",
    });
    return;
  }
  const parts: string[] = [];
  if (missing.length > 0) parts.push(`WHEEL lacks ${listed(missing)} of the file name`);
  if (extra.length > 0) {
    parts.push(
      `${parts.length === 0 ? "WHEEL" : "it"} has ${listed(extra)}, which the file name lacks`,
    );
  }
  problems.add({
    code: "WHL004",
    path,
    message: parts.join("; "),
  });
}

/** Compressed lines are only expanded in files of a real size. */
const MAX_LINES = 100;
const MAX_LENGTH = 4096;

/** The tags that a line stands for, were it part of a file name. */
function expandLine(line: string): readonly string[] {
  if (line.length > MAX_LENGTH) return [line];
  const [python, abi, platform, ...rest] = line.split("-");
  if (python === undefined || abi === undefined || platform === undefined || rest.length > 0) {
    return [line];
  }
  const sets = {
    pythonTags: python.split("."),
    abiTags: abi.split("."),
    platformTags: platform.split("."),
  };
  return countTags(sets) > MAX_TAGS ? [line] : expandTags(sets);
}

function sameSet(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((item) => b.has(item));
}

function checkBuild(
  { filename, problems }: CheckContext,
  { build }: WheelFile,
  path: string,
): void {
  if (filename === undefined || filename.build === build) return;
  problems.add({
    code: "WHL005",
    path,
    message: `the build tag is ${shown(build)} in WHEEL and ${shown(filename.build)} in the file name`,
  });
}

function shown(build: string | undefined): string {
  return build === undefined ? "absent" : quoted(build);
}

function checkContent({ rootIsPurelib, view, files, problems }: CheckContext, path: string): void {
  if (rootIsPurelib === true) {
    const extensions = [...view.nativeMembers]
      .filter((name) => !/^[^/]*\.data\//.test(name) && isExtensionName(name))
      .sort(compareText);
    if (extensions.length === 0) return;
    problems.add({
      code: "WHL006",
      path,
      message: `\`Root-Is-Purelib\` is \`true\`, but the root holds extension modules: ${listed(extensions)}`,
    });
  } else if (rootIsPurelib === false && view.nativeMembers.size === 0) {
    // Static archives and WebAssembly are as good a reason for platlib as what the formats know.
    const other = [...files.keys()].some((name) =>
      /\.(?:so(?:\.[0-9.]+)?|pyd|dll|dylib|a|lib|o|wasm|exe)$/i.test(name),
    );
    if (other) return;
    problems.add({
      code: "WHL006",
      path,
      message: "`Root-Is-Purelib` is `false`, but the wheel holds no native code",
    });
  }
}

/** PEP 777 is a draft: what it adds does not work with installers of today. */
function checkDrafts({ distInfo, metadata, problems }: CheckContext): void {
  const field = metadata && fieldsNamed(metadata, "Wheel-Version")[0];
  if (field !== undefined) {
    problems.add({
      code: "WHL007",
      path: `${distInfo}/METADATA`,
      message: `METADATA has the field \`Wheel-Version\` (${quoted(field.value)}), which only a draft defines`,
      at: { record: "METADATA", field: "Wheel-Version", offset: field.start },
    });
  }
}
