/** MET016-MET018: licences. */
import { baseNameOf } from "../../paths.ts";
import type { HeaderField } from "../headers.ts";
import { checkLicenseExpression } from "../license-expression.ts";
import { knownFields, singleField } from "../metadata.ts";
import { quoted } from "../text.ts";
import type { MetadataContext } from "./metadata-context.ts";
import { isAtLeast, report } from "./metadata-context.ts";

export function checkLicense(context: MetadataContext): void {
  checkExpression(context);
  for (const field of knownFields(context.metadata, "License-File")) checkFile(context, field);
}

function checkExpression(context: MetadataContext): void {
  const { metadata } = context;
  const field = singleField(metadata, "License-Expression");
  if (field === undefined) return;
  const license = singleField(metadata, "License");
  if (license !== undefined && license.value.trim() !== "") {
    report(context, "MET016", "METADATA has both `License` and `License-Expression`", license);
  }
  const classifier = knownFields(metadata, "Classifier").find((each) =>
    each.value.trim().startsWith("License ::"),
  );
  if (classifier !== undefined) {
    report(
      context,
      "MET016",
      `beside \`License-Expression\` stands the licence classifier ${quoted(classifier.value.trim())}`,
      classifier,
      { level: "warning" },
    );
  }
  const text = field.value.trim();
  const verdict = checkLicenseExpression(text);
  if (!verdict.ok) {
    report(
      context,
      "MET017",
      `\`License-Expression\` ${quoted(text)} is not valid: ${verdict.message}`,
      field,
    );
  } else if (verdict.unknown.length > 0) {
    const names = verdict.unknown.slice(0, 3).map(quoted).join(", ");
    report(
      context,
      "MET017",
      `\`License-Expression\` ${quoted(text)} names ${names}, which SPDX does not list; a licence of your own is called \`LicenseRef-…\``,
      field,
      { level: "warning" },
    );
  } else if (verdict.normal !== text) {
    report(
      context,
      "MET017",
      `\`License-Expression\` ${quoted(text)} is not in normal form, ${quoted(verdict.normal)}`,
      field,
      { level: "warning" },
    );
  }
}

function checkFile(context: MetadataContext, field: HeaderField): void {
  const path = field.value.trim();
  const { files, distInfo } = context.wheel;
  const specified = isAtLeast(context, "2.4");
  const milder = specified ? {} : ({ level: "info" } as const);
  const why = unsafe(path);
  if (why !== undefined) {
    report(context, "MET018", `\`License-File\` ${quoted(path)} ${why}`, field, milder);
    return;
  }
  if (files.has(`${distInfo}/licenses/${path}`)) return;
  // Before the field was specified, back ends put the files beside METADATA.
  if (
    !specified &&
    (files.has(`${distInfo}/${path}`) || files.has(`${distInfo}/${baseNameOf(path)}`))
  ) {
    return;
  }
  report(
    context,
    "MET018",
    `\`License-File\` ${quoted(path)} is not in \`${distInfo}/licenses\``,
    field,
    milder,
  );
}

function unsafe(path: string): string | undefined {
  if (path === "") return "is empty";
  if (path.startsWith("/") || /^[A-Za-z]:/.test(path)) return "is absolute";
  if (path.includes("\\")) return "has a backslash";
  if (path.includes("*")) return "is a pattern";
  return path.includes("..") ? "has `..`" : undefined;
}
