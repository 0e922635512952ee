/** REC001-REC007 and REC009-REC013; REC008 is checked where the members are inflated. */
import { compareText } from "../../bytes.ts";
import { foldersOf } from "../folders.ts";
import type { ParsedRecord, RecordRow } from "../record.ts";
import { digestDefect, recordSize } from "../record.ts";
import { quoted } from "../text.ts";
import type { CheckContext } from "../view.ts";

/** PEP 427: "SHA-256 or better", and what Python's hashlib always has. */
const STRONG: readonly string[] = ["sha256", "sha384", "sha512"];

interface Own {
  readonly record: string;
  /** Signatures of RECORD, which RECORD need not list. */
  readonly signatures: readonly string[];
}

export function checkRecord(context: CheckContext, parsed: ParsedRecord | undefined): void {
  const { distInfo, files, problems } = context;
  if (distInfo === undefined) return;
  const record = `${distInfo}/RECORD`;
  if (parsed === undefined) {
    const entry = files.get(record);
    if (entry?.broken === true) return;
    problems.add({
      code: "REC001",
      path: record,
      message: entry === undefined ? `\`${record}\` is missing` : `\`${record}\` can't be read`,
    });
    return;
  }
  if (!parsed.utf8) {
    problems.add({ code: "REC001", path: record, message: "RECORD is not UTF-8" });
  }
  for (const problem of parsed.problems) problems.add({ ...problem, path: record });
  const own = { record, signatures: [`${record}.jws`, `${record}.p7s`] };
  const first = new Map<string, RecordRow>();
  /** Paths that PyPI reads otherwise than they are written. */
  const respelled = new Set<string>();
  let directories: ReadonlySet<string> | undefined;
  for (const row of parsed.rows) {
    let { path } = row;
    if (path.includes("\\")) {
      path = path.replaceAll("\\", "/");
      respelled.add(path);
    }
    const earlier = first.get(row.path);
    if (earlier !== undefined) {
      reportRepeated(context, own, earlier, row);
      continue;
    }
    first.set(row.path, row);
    if (isUnsafe(row.path)) {
      report(context, own, row, "REC011", `RECORD lists the unsafe path ${quoted(row.path)}`);
    }
    if (path.endsWith("/")) {
      report(context, own, row, "REC012", `RECORD lists the directory ${quoted(row.path)}`);
      continue;
    }
    const entry = files.get(path);
    if (entry === undefined) {
      directories ??= foldersOf(files.keys());
      if (directories.has(path)) {
        report(context, own, row, "REC012", `RECORD lists the directory ${quoted(row.path)}`);
        continue;
      }
      report(
        context,
        own,
        row,
        "REC004",
        `RECORD lists ${quoted(row.path)}, which is not in the wheel`,
      );
    }
    if (path === own.record || own.signatures.includes(path)) checkOwnRow(context, own, row, path);
    else checkRow(context, own, row, entry?.size);
  }
  for (const path of files.keys()) {
    if (first.has(path) || respelled.has(path) || own.signatures.includes(path)) continue;
    problems.add({ code: "REC003", path, message: `${quoted(path)} is not in RECORD` });
  }
  checkOrder(context, own, parsed);
}

type RowCode =
  | "REC004"
  | "REC005"
  | "REC006"
  | "REC007"
  | "REC009"
  | "REC010"
  | "REC011"
  | "REC012";

function report(
  { problems }: CheckContext,
  own: Own,
  row: RecordRow,
  code: RowCode,
  message: string,
  level?: "warning",
): void {
  problems.add({
    code,
    path: row.path === "" ? own.record : row.path,
    message,
    at: { record: "RECORD", offset: row.start, value: `line ${row.line}` },
    ...(level === undefined ? {} : { level }),
  });
}

function checkRow(
  context: CheckContext,
  own: Own,
  row: RecordRow,
  actual: number | undefined,
): void {
  if (row.algorithm === "" && row.digest === "") {
    report(context, own, row, "REC005", `RECORD has no hash for ${quoted(row.path)}`);
  } else if (!STRONG.includes(row.algorithm)) {
    report(
      context,
      own,
      row,
      "REC006",
      `RECORD has the hash ${quoted(row.algorithm)} for ${quoted(row.path)}, not SHA-256 or better`,
    );
  } else {
    const defect = digestDefect(row);
    if (defect === "padded") {
      report(
        context,
        own,
        row,
        "REC007",
        `the hash of ${quoted(row.path)} in RECORD is padded with \`=\``,
        "warning",
      );
    } else if (defect !== undefined) {
      report(
        context,
        own,
        row,
        "REC007",
        `the hash of ${quoted(row.path)} in RECORD can't be read: ${defect.why}`,
      );
    }
  }
  if (row.size === "") {
    report(context, own, row, "REC009", `RECORD has no size for ${quoted(row.path)}`, "warning");
    return;
  }
  const size = recordSize(row);
  if (size === undefined) {
    report(
      context,
      own,
      row,
      "REC009",
      `the size of ${quoted(row.path)} in RECORD is ${quoted(row.size)}, no number`,
    );
  } else if (actual !== undefined && size !== actual) {
    report(
      context,
      own,
      row,
      "REC009",
      `RECORD promises ${size} bytes of ${quoted(row.path)}, the file has ${actual}`,
    );
  }
}

/** RECORD and its signatures stand without hash and size, where they stand at all. */
function checkOwnRow(context: CheckContext, own: Own, row: RecordRow, path: string): void {
  if (path !== own.record) {
    report(context, own, row, "REC012", `RECORD lists its own signature ${quoted(row.path)}`);
  } else if (row.algorithm !== "" || row.digest !== "") {
    report(context, own, row, "REC012", "RECORD has a hash for itself, which can't be right");
  }
}

function reportRepeated(context: CheckContext, own: Own, earlier: RecordRow, row: RecordRow): void {
  const same =
    earlier.algorithm === row.algorithm &&
    earlier.digest === row.digest &&
    earlier.size === row.size;
  report(
    context,
    own,
    row,
    "REC010",
    `RECORD lists ${quoted(row.path)} in line ${earlier.line} and in line ${row.line}${same ? "" : ", with different values"}`,
    same ? "warning" : undefined,
  );
}

function isUnsafe(path: string): boolean {
  return (
    /^[\\/]|^[A-Za-z]:/.test(path) ||
    path.includes("\\") ||
    path.includes("\0") ||
    (path.includes("..") && path.split("/").includes(".."))
  );
}

function checkOrder(
  { problems, distInfo }: CheckContext,
  own: Own,
  { rows, carriageReturns }: ParsedRecord,
): void {
  const complaints: string[] = [];
  const last = rows.at(-1);
  if (last !== undefined && last.path !== own.record) complaints.push("RECORD is not its last row");
  // Sorted as a whole, or with `.dist-info` behind the rest.
  const paths = rows.map((row) => row.path).filter((path) => path !== own.record);
  const inInfo = (path: string): boolean => path.startsWith(`${distInfo}/`);
  const split = paths.findIndex(inInfo);
  const parted =
    split !== -1 &&
    isSorted(paths.slice(0, split)) &&
    isSorted(paths.slice(split)) &&
    paths.slice(split).every(inInfo);
  if (!parted && !isSorted(paths)) complaints.push("its rows are not sorted");
  if (carriageReturns) complaints.push("its lines end in CR LF");
  if (complaints.length === 0) return;
  problems.add({
    code: "REC013",
    path: own.record,
    message: `RECORD is not canonical: ${complaints.join(", ")}`,
  });
}

function isSorted(paths: readonly string[]): boolean {
  for (let index = 1; index < paths.length; index++) {
    const [before = "", path = ""] = [paths[index - 1], paths[index]];
    // The plain comparison is fast; only texts beyond U+D7FF can make it differ.
    if (before > path && compareText(before, path) > 0) return false;
  }
  return true;
}
