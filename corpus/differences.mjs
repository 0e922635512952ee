/**
 * The known differences, `differences.json`: each says of one wheel and one field why wheelkit is
 * right, names the defect of the peer (`code`) and the readelf output that shows it. An entry holds
 * only for the value it was written for, so a change of wheelkit's verdict is noticed.
 *
 * `[{file, field, member?, ours, code, why, evidence: [{member, readelf, text, absent?}]}]`:
 * `readelf -W READELF MEMBER` prints a line with `text` (or none, with `absent`).
 */
import { readFileSync } from "node:fs";
import { readelfLines } from "./readelf.mjs";

const KNOWN = JSON.parse(readFileSync(new URL("differences.json", import.meta.url), "utf8"));

/** The entry that explains this difference, if any. */
export function explain(wheel, difference) {
  return KNOWN.find(
    (known) =>
      known.file === wheel.file &&
      known.field === difference.field &&
      (known.member ?? difference.member) === difference.member &&
      JSON.stringify(known.ours) === JSON.stringify(difference.ours),
  );
}

/**
 * Readelf's lines behind an explanation, the first of each kind.
 *
 * @throws Error when readelf does not say what the entry claims.
 */
export function checkEvidence(reason, path) {
  return reason.evidence.map(({ member, readelf, text, absent = false }) => {
    const lines = readelfLines(path, member, readelf.split(" "), text);
    if (absent === lines.length > 0) {
      throw new Error(
        `readelf ${readelf} of \`${member}\`: \`${text}\` is ${absent ? "" : "not "}there`,
      );
    }
    return { member, readelf, text, line: lines[0]?.trim() ?? null };
  });
}
