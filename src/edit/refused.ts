/**
 * The defects under which no command writes a wheel, and what to do about each.
 *
 * Nobody could say what such a wheel holds: readers see different members or different contents, a
 * member is damaged, or a name leads out of the folder that it is unpacked into. A result would pass
 * that on under a new name and date. All other defects are carried over, with a warning.
 */
import { ruleOf } from "../audit/rules/table.ts";
import { RefusalError } from "../errors.ts";
import type { Finding } from "../finding.ts";

const REBUILD = "build the wheel again; `wheelkit audit` says everything that is wrong";

/** Defects of the archive as a whole: what an edit does to single members does not help. */
const OF_ARCHIVE: readonly string[] = [
  "ZIP002",
  "ZIP006",
  "ZIP007",
  "ZIP008",
  "ZIP010",
  "ZIP012",
  "ZIP030",
  "ZIP041",
];

/** Defects of names, which the result shows as well: there the edit may have removed them. */
const OF_NAMES: readonly string[] = ["ZIP018", "ZIP019", "ZIP031", "ZIP032", "ZIP038"];

/** True for the codes under which nothing is written. */
export function isRefused(code: string): boolean {
  return ruleOf(code)?.repair === "refuse";
}

/**
 * @param remains where the findings are of the input: true for a member that is still in the result.
 * @throws RefusalError for the first defect under which nothing is written.
 */
export function refuseDefects(
  findings: readonly Finding[],
  remains?: (path: string) => boolean,
): void {
  const stays = ({ code, path }: Finding): boolean => {
    if (remains === undefined || OF_ARCHIVE.includes(code)) return true;
    return path !== undefined && !OF_NAMES.includes(code) && remains(path);
  };
  const grave = findings.find(
    (finding) => finding.level === "error" && isRefused(finding.code) && stays(finding),
  );
  if (grave !== undefined) throw refusalOf(grave);
}

/** The refusal of one defect, whoever found it. */
export function refusalOf({
  code,
  path,
  message,
}: Pick<Finding, "code" | "path" | "message">): RefusalError {
  const where = path === undefined ? "" : `\`${path}\`: `;
  // A file without which there is no wheel can't be taken out.
  const needed = path !== undefined && /^[^/]+\.dist-info\/(?:METADATA|WHEEL)$/.test(path);
  const hint = needed ? REBUILD : (ruleOf(code)?.repairHint ?? REBUILD);
  return new RefusalError(code, `${where}${message}`, hint);
}
