/** VAR001-VAR004. */
import { listed, quoted } from "../text.ts";
import { NULL_LABEL, parseVariantFile, VARIANT_FILE, type Variant } from "../variant-file.ts";
import type { CheckContext } from "../view.ts";

/** @returns what the label of the file name stands for. */
export function checkVariants(context: CheckContext): Variant | undefined {
  const { filename, distInfo, files, view, problems } = context;
  if (distInfo === undefined || filename === undefined) return undefined;
  const path = `${distInfo}/${VARIANT_FILE}`;
  const entry = files.get(path);
  const label = filename.variant;
  if (entry === undefined || label === undefined) {
    if (entry === undefined && label === undefined) return undefined;
    problems.add({
      code: "VAR001",
      path,
      message:
        label === undefined
          ? `\`${VARIANT_FILE}\` describes a variant, but the file name has no label`
          : `the file name ends in the label ${quoted(label)}, but there is no \`${VARIANT_FILE}\``,
    });
    return undefined;
  }
  const bytes = view.read(path);
  if (bytes === undefined) {
    if (!entry.broken) {
      problems.add({ code: "VAR002", path, message: `\`${VARIANT_FILE}\` can't be read` });
    }
    return undefined;
  }
  const { file, problems: found } = parseVariantFile(bytes);
  problems.addAll(found.map((problem) => ({ ...problem, path })));
  if (file === undefined) return undefined;
  const report = (message: string): void => problems.add({ code: "VAR003", path, message });
  const { variants, priorities } = file;
  if (variants.length !== 1) {
    report(
      `\`${VARIANT_FILE}\` describes ${variants.length} variants${variants.length === 0 ? "" : `, ${listed(variants.map((each) => each.label))}`}, not just this wheel's`,
    );
  }
  for (const variant of variants) checkVariant(variant, label, priorities, report);
  return variants.find((variant) => variant.label === label);
}

function checkVariant(
  { label, properties }: Variant,
  wanted: string,
  priorities: readonly string[],
  report: (message: string) => void,
): void {
  if (label !== wanted) {
    report(`the variant is ${quoted(label)}, the file name says ${quoted(wanted)}`);
  }
  if (label === NULL_LABEL && properties.size > 0) {
    report("the variant `null` has properties, and may have none");
  }
  const known = new Set(priorities);
  const missing = [...properties.keys()].filter((namespace) => !known.has(namespace));
  if (missing.length > 0 && priorities.length > 0) {
    report(`\`default-priorities.namespace\` lacks ${listed(missing)}`);
  }
}
