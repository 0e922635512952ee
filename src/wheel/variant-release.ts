/** VAR005: what the wheels of one release say of their variants must go together. */
import type { Problem } from "../finding.ts";
import type { VariantCode } from "./rules/variants.ts";
import { quoted } from "./text.ts";
import type { VariantFile } from "./variant-file.ts";

/** A wheel with a label, of which `variant.json` could be read. */
export interface LabelledWheel {
  /** Base name of the file. */
  readonly file: string;
  /** Path of `variant.json` in it. */
  readonly path: string;
  readonly label: string;
  readonly described: VariantFile;
}

/**
 * @param wheels those of one project and version.
 * @returns problems by file: of two wheels that disagree the later one has it.
 */
export function checkRelease(
  wheels: readonly LabelledWheel[],
): ReadonlyMap<LabelledWheel, readonly Problem<VariantCode>[]> {
  const found = new Map<LabelledWheel, Problem<VariantCode>[]>();
  const firsts = new Map<string, LabelledWheel>();
  let longest: LabelledWheel | undefined;
  for (const wheel of wheels) {
    const problems: Problem<VariantCode>[] = [];
    const report = (message: string): void => {
      problems.push({ code: "VAR005", path: wheel.path, message });
    };
    const first = firsts.get(wheel.label);
    if (first === undefined) firsts.set(wheel.label, wheel);
    else if (propertiesOf(first) !== propertiesOf(wheel)) {
      report(
        `the label ${quoted(wheel.label)} stands for other properties than in ${quoted(first.file)}`,
      );
    }
    const [ours, theirs] = [wheel.described.priorities, longest?.described.priorities ?? []];
    if (ours.some((name, at) => at < theirs.length && name !== theirs[at])) {
      report(
        `\`default-priorities.namespace\` contradicts that of ${quoted(longest?.file ?? "")}: one must be the beginning of the other`,
      );
    } else if (ours.length > theirs.length) longest = wheel;
    if (problems.length > 0) found.set(wheel, problems);
  }
  return found;
}

/** The same text for the same properties. */
function propertiesOf({ label, described }: LabelledWheel): string {
  const { properties } = described.variants.find((each) => each.label === label) ?? {};
  const rows = [...(properties ?? [])].flatMap(([namespace, features]) =>
    [...features].map(([feature, values]) =>
      [namespace, feature, ...new Set([...values].sort())].join(" "),
    ),
  );
  return rows.sort().join("\n");
}
