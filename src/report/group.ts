/**
 * Findings that differ only in the file, for people: one line with its files. Machines get each finding.
 *
 * A finding that names several libraries is taken apart first, so that each library stands once.
 */
import type { Finding } from "../finding.ts";
import { plural } from "./reported.ts";

export interface FindingGroup {
  readonly code: string;
  readonly level: Finding["level"];
  readonly message: string;
  readonly hint?: string;
  /** In the order of the findings; empty for the wheel as a whole. */
  readonly paths: readonly string[];
  /** Of a finding that stands alone. */
  readonly at?: Finding["at"];
}

/** Findings of one code are left as they are up to this many. */
const FEW_FINDINGS = 5;

export function groupFindings(findings: readonly Finding[]): readonly FindingGroup[] {
  const counts = new Map<string, number>();
  for (const each of findings) counts.set(kindOf(each), (counts.get(kindOf(each)) ?? 0) + 1);
  const groups = new Map<string, FindingGroup & { readonly paths: string[] }>();
  findings.forEach((finding, index) => {
    const { code, level, path, message, hint, at } = finding;
    const own = {
      code,
      level,
      ...(hint === undefined ? {} : { hint }),
      paths: path === undefined ? [] : [path],
    };
    if ((counts.get(kindOf(finding)) ?? 0) <= FEW_FINDINGS) {
      groups.set(`${index}`, { ...own, message, ...(at === undefined ? {} : { at }) });
      return;
    }
    const libraries = librariesOf(finding);
    const messages = libraries.length === 0 ? [message] : libraries.map(aboutLibrary(finding));
    for (const each of messages) {
      const key = JSON.stringify([kindOf(finding), each, libraries.length === 0 ? hint : ""]);
      const known = groups.get(key);
      if (known !== undefined && path !== undefined) known.paths.push(path);
      else if (known === undefined)
        groups.set(key, { ...own, paths: [...own.paths], message: each });
    }
  });
  return [...groups.values()];
}

function kindOf({ code, level }: Finding): string {
  return `${code} ${level}`;
}

/** Of LNK001, which names all that a file lacks. */
function librariesOf({ code, facts }: Finding): readonly string[] {
  const { libraries } = facts ?? {};
  return code === "LNK001" && Array.isArray(libraries) ? libraries : [];
}

function aboutLibrary(finding: Finding): (library: string) => string {
  const later = /and which no policy before .* allows$/.exec(finding.message)?.[0];
  return (library) => `\`${library}\` is not in the wheel ${later ?? "and no policy allows it"}`;
}

/** `118 files: a, b, c and 115 more`; one file is only named. */
export function filesText(paths: readonly string[], most: number): string {
  const shown = paths.slice(0, most);
  const rest = paths.length - shown.length;
  const names = shown.join(", ");
  if (paths.length === 1) return names;
  return `${plural(paths.length, "file")} (${names}${rest === 0 ? "" : ` and ${rest} more`})`;
}
