/** MET012-MET014 and MET019: classifiers, URLs, e-mail addresses, import names. */
import { parseAddresses } from "../addresses.ts";
import type { HeaderField } from "../headers.ts";
import { knownFields, singleField } from "../metadata.ts";
import { importablePaths, missingModules } from "../modules.ts";
import { quoted } from "../text.ts";
import type { MetadataContext } from "./metadata-context.ts";
import { report } from "./metadata-context.ts";

const HTTP = /^https?:\/\/[^\s/?#]+(?:[/?#]\S*)?$/i;
const MAX_LABEL = 32;

/** Names are looked up in the wheel's files, so their number is bounded. */
const MAX_IMPORTS = 1000;

export function checkImports(context: MetadataContext): void {
  const names = new Map<string, HeaderField>();
  for (const name of ["Import-Name", "Import-Namespace"]) {
    for (const field of knownFields(context.metadata, name).slice(0, MAX_IMPORTS)) {
      // `name ; private` marks what is not meant to be imported; an empty value says "none".
      const module = (field.value.split(";", 1)[0] ?? "").trim();
      if (module !== "" && module.length < 1000) names.set(module, field);
    }
  }
  if (names.size === 0) return;
  const missing = missingModules([...names.keys()], importablePaths(context.wheel.files.keys()));
  for (const [module, field] of names) {
    if (!missing.has(module)) continue;
    report(
      context,
      "MET019",
      `\`${field.name}\` names ${quoted(module)}, which is not in the wheel`,
      field,
    );
  }
}

export function checkLinks(context: MetadataContext): void {
  const { metadata } = context;
  for (const field of knownFields(metadata, "Classifier")) {
    if (!/^private\s*::/i.test(field.value.trim())) continue;
    report(context, "MET012", `PyPI refuses the classifier ${quoted(field.value.trim())}`, field);
  }
  for (const name of ["Home-page", "Download-URL"]) {
    const field = singleField(metadata, name);
    const url = field?.value.trim() ?? "";
    if (field === undefined || url === "" || HTTP.test(url)) continue;
    report(context, "MET013", `\`${name}\` ${quoted(url)} is not an http or https address`, field);
  }
  for (const field of knownFields(metadata, "Project-URL")) {
    const comma = field.value.indexOf(",");
    const label = (comma === -1 ? field.value : field.value.slice(0, comma)).trim();
    const url = comma === -1 ? "" : field.value.slice(comma + 1).trim();
    if (comma === -1) {
      report(
        context,
        "MET013",
        `\`Project-URL\` ${quoted(label)} has no comma between label and address`,
        field,
      );
    } else if (label === "" || label.length > MAX_LABEL) {
      report(
        context,
        "MET013",
        `the label ${quoted(label)} of a \`Project-URL\` has ${label.length} characters, not 1 to ${MAX_LABEL}`,
        field,
      );
    } else if (!HTTP.test(url)) {
      report(
        context,
        "MET013",
        `\`Project-URL\` ${quoted(label)} leads to ${quoted(url)}, no http or https address`,
        field,
      );
    }
  }
  for (const name of ["Author-email", "Maintainer-email"]) {
    const field = singleField(metadata, name);
    if (field === undefined || field.value.trim() === "") continue;
    for (const address of parseAddresses(field.value)) {
      if (isAddress(address)) continue;
      report(context, "MET014", `\`${name}\` holds ${quoted(address)}, no e-mail address`, field);
    }
  }
}

/**
 * `local@domain.tld`: what a mail server could take, without comments and quoted local parts.
 * Letters beyond ASCII are all let through.
 */
function isAddress(text: string): boolean {
  const at = text.lastIndexOf("@");
  if (at <= 0 || at > 64 || text.length > 254) return false;
  const domain = text.slice(at + 1).split(".");
  return (
    /^[\w!#$%&'*+/=?^`{|}~\x80-\uffff-]+(?:\.[\w!#$%&'*+/=?^`{|}~\x80-\uffff-]+)*$/.test(
      text.slice(0, at),
    ) &&
    domain.length > 1 &&
    domain.every((label) => label.length <= 63 && isLabel(label))
  );
}

function isLabel(text: string): boolean {
  return /^[A-Za-z0-9\x80-\uffff](?:[A-Za-z0-9\x80-\uffff-]*[A-Za-z0-9\x80-\uffff])?$/.test(text);
}
