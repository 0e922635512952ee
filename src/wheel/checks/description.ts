/** MET007 and MET008: the long description. */
import { parseContentType } from "../content-type.ts";
import { singleField } from "../metadata.ts";
import { quoted } from "../text.ts";
import type { MetadataContext } from "./metadata-context.ts";
import { report } from "./metadata-context.ts";

const TYPES: readonly string[] = ["text/plain", "text/x-rst", "text/markdown"];
const VARIANTS: readonly string[] = ["GFM", "CommonMark"];

/** Roles and directives of Sphinx, which docutils alone does not know. */
const SPHINX =
  /^ *\.\. +(?:toctree|automodule|autoclass|autofunction|versionadded|versionchanged|deprecated|seealso|literalinclude|include|raw)::|:(?:ref|doc|class|meth|func|mod|attr|exc|obj|py:[a-z]+):`/m;

export function checkDescription(context: MetadataContext): void {
  const { metadata } = context;
  const field = singleField(metadata, "Description-Content-Type");
  const parsed = field === undefined ? undefined : parseContentType(field.value);
  if (field !== undefined && field.value.trim() !== "") {
    const refuse = (what: string): void => report(context, "MET007", what, field);
    if (parsed === undefined) {
      refuse(`\`Description-Content-Type\` ${quoted(field.value)} is not a content type`);
    } else if (!TYPES.includes(parsed.type)) {
      refuse(`\`Description-Content-Type\` is ${quoted(parsed.type)}, none of ${TYPES.join(", ")}`);
    } else {
      const charset = parsed.parameters.get("charset");
      if (charset !== undefined && charset.toLowerCase() !== "utf-8") {
        refuse(`the description's charset is ${quoted(charset)}, not UTF-8`);
      }
      const variant = parsed.parameters.get("variant");
      if (parsed.type === "text/markdown" && variant !== undefined && !VARIANTS.includes(variant)) {
        refuse(`the Markdown variant is ${quoted(variant)}, neither GFM nor CommonMark`);
      }
    }
  }
  // Without a content type, PyPI reads reStructuredText.
  if (parsed === undefined ? field !== undefined : parsed.type !== "text/x-rst") return;
  const text =
    metadata.body === "" ? (singleField(metadata, "Description")?.value ?? "") : metadata.body;
  const match = SPHINX.exec(text);
  if (match !== null) {
    report(
      context,
      "MET008",
      `the description uses ${quoted(match[0].trim())}, which PyPI's renderer does not know`,
    );
  }
}
