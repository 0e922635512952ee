/**
 * SPDX licence expressions (SPDX specification, annex "License expressions"; PEP 639). Identifiers are
 * compared with the list of the `spdx-license-ids` package, which newer licences may not be in yet;
 * exceptions after `WITH` are not looked up.
 */
import deprecated from "spdx-license-ids/deprecated.json" with { type: "json" };
import current from "spdx-license-ids/index.json" with { type: "json" };

export type LicenseVerdict =
  | {
      readonly ok: true;
      /** Operators in capitals, identifiers as SPDX spells them, blanks where they belong. */
      readonly normal: string;
      /** Identifiers that SPDX does not list. */
      readonly unknown: readonly string[];
    }
  | { readonly ok: false; readonly message: string };

const IDENTIFIER = /^[A-Za-z0-9][A-Za-z0-9.-]*\+?$/;
const REFERENCE = /^LicenseRef-[A-Za-z0-9.-]+$/i;
const MAX_LENGTH = 8192;

let spellings: ReadonlyMap<string, string> | undefined;

/** As SPDX spells it; identifiers are told apart without regard to case. */
function spelling(token: string): string | undefined {
  if (REFERENCE.test(token)) return token;
  spellings ??= new Map([...current, ...deprecated].map((id) => [id.toLowerCase(), id]));
  const exact = spellings.get(token.toLowerCase());
  if (exact !== undefined) return exact;
  // `+`: this version or a later one.
  const base = token.endsWith("+") ? spellings.get(token.slice(0, -1).toLowerCase()) : undefined;
  return base === undefined ? undefined : `${base}+`;
}

/** Checks the expression, without recursion. */
export function checkLicenseExpression(text: string): LicenseVerdict {
  if (text.length > MAX_LENGTH) return { ok: false, message: "it is too long" };
  const tokens = text.match(/[()]|[^\s()]+/g) ?? [];
  if (tokens.length === 0) return { ok: false, message: "it is empty" };
  const normal: string[] = [];
  const unknown: string[] = [];
  let depth = 0;
  let operand = true;
  let previous = "";
  for (const token of tokens) {
    const upper = token.toUpperCase();
    if (operand) {
      if (token === "(" && previous !== "WITH") {
        depth++;
        normal.push(token);
        continue;
      }
      if (["AND", "OR", "WITH", "(", ")"].includes(upper)) {
        return { ok: false, message: `a licence is missing before \`${token}\`` };
      }
      if (!IDENTIFIER.test(token) && !REFERENCE.test(token)) {
        return { ok: false, message: `\`${token.slice(0, 80)}\` is not a licence identifier` };
      }
      const listed = previous === "WITH" ? token : spelling(token);
      if (listed === undefined) unknown.push(token);
      normal.push(listed ?? token);
      operand = false;
    } else if (token === ")") {
      if (--depth < 0) return { ok: false, message: "`)` has no `(`" };
      normal.push(token);
    } else if (upper === "AND" || upper === "OR" || upper === "WITH") {
      // `WITH` binds one licence to one exception.
      if (upper === "WITH" && (previous === "WITH" || normal.at(-1) === ")")) {
        return { ok: false, message: "`WITH` must follow a single licence" };
      }
      normal.push(upper);
      previous = upper;
      operand = true;
    } else {
      return {
        ok: false,
        message: `\`AND\`, \`OR\` or \`WITH\` is missing before \`${token.slice(0, 80)}\``,
      };
    }
  }
  if (operand) return { ok: false, message: "a licence is missing at its end" };
  if (depth > 0) return { ok: false, message: "`)` is missing" };
  return {
    ok: true,
    normal: normal.join(" ").replaceAll("( ", "(").replaceAll(" )", ")"),
    unknown,
  };
}
