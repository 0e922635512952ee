/** Escapes for XML 1.0 and HTML. */
import { printable } from "../bytes.ts";

/** Text or an attribute value; characters that XML does not allow are shown escaped. */
export function xmlText(text: string): string {
  return printable(text)
    .replace(/[\ufffe\uffff]/g, (character) => `\\u{${character.charCodeAt(0).toString(16)}}`)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
