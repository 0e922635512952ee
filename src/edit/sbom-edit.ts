/**
 * A new version in an SBOM (CycloneDX or SPDX as JSON): the component that is the wheel itself, and
 * every package URL that names it. Everything else keeps its bytes.
 */
import { decodeUtf8, encodeUtf8 } from "../bytes.ts";
import { isTable, parseJson } from "../tables.ts";
import { normalizeName } from "../wheel/names.ts";

export interface SbomMove {
  readonly project: string;
  /** Every version that the wheel states of itself, as spelled. */
  readonly before: readonly string[];
  readonly after: string;
}

interface Token {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** What is no JSON is left as it is. */
export function editSbom(bytes: Uint8Array, move: SbomMove): Uint8Array {
  const text = decodeUtf8(bytes);
  const document = text === undefined ? undefined : parseJson(text);
  if (text === undefined || document === undefined) return bytes;
  const purl = `pkg:pypi/${normalizeName(move.project)}@`;
  const own = ownVersion(document, move.project);
  const versions = new Set([...move.before, ...(own === undefined ? [] : [own])]);
  const olds = [...versions].flatMap((version) => [version, encodePurl(version)]);
  const changes: { readonly token: Token; readonly value: string }[] = [];

  const movedPurl = (value: string): string | undefined => {
    for (const old of olds) {
      const prefix = purl + old;
      const next = value.charAt(prefix.length);
      if (value.startsWith(prefix) && (next === "" || next === "?" || next === "#")) {
        return purl + encodePurl(move.after) + value.slice(prefix.length);
      }
    }
    return undefined;
  };

  for (const { token, key, siblings } of strings(text)) {
    const purlNow = movedPurl(token.text);
    if (purlNow !== undefined) {
      changes.push({ token, value: purlNow });
    } else if (
      (key === "version" || key === "versionInfo") &&
      versions.has(token.text) &&
      isSelf(siblings())
    ) {
      changes.push({ token, value: move.after });
    }
  }

  /** The object is the wheel: by its package URL, or, where it has none, by its name. */
  function isSelf(object: ReadonlyMap<string, string>): boolean {
    const own = object.get("purl");
    if (own !== undefined) return movedPurl(own) !== undefined;
    return normalizeName(object.get("name") ?? "") === normalizeName(move.project);
  }

  if (changes.length === 0) return bytes;
  let result = "";
  let at = 0;
  for (const { token, value } of changes) {
    result += text.slice(at, token.start) + JSON.stringify(value);
    at = token.end;
  }
  return encodeUtf8(result + text.slice(at));
}

/** Percent-encoding of a package URL's version. */
function encodePurl(version: string): string {
  return encodeURIComponent(version).replaceAll("!", "%21");
}

interface FoundString {
  readonly token: Token;
  /** Key in the object that holds it; empty in an array. */
  readonly key: string;
  /** The string members of that object; complete once the whole text is read. */
  siblings(): ReadonlyMap<string, string>;
}

/** Every string value of a valid JSON text, in order, with its place. */
function strings(text: string): readonly FoundString[] {
  const found: FoundString[] = [];
  const stack: { readonly members: Map<string, string>; readonly object: boolean; key: string }[] =
    [];
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === "{" || character === "[") {
      stack.push({ members: new Map(), object: character === "{", key: "" });
    } else if (character === "}" || character === "]") {
      stack.pop();
    } else if (character === '"') {
      const end = stringEnd(text, at);
      const value = String(JSON.parse(text.slice(at, end)));
      const frame = stack.at(-1);
      const isKey = frame?.object === true && /^[ \t\r\n]*:/.test(text.slice(end, end + 64));
      if (frame !== undefined && isKey) {
        frame.key = value;
      } else if (frame !== undefined) {
        if (frame.object) frame.members.set(frame.key, value);
        const token = { start: at, end, text: value };
        found.push({ token, key: frame.object ? frame.key : "", siblings: () => frame.members });
      }
      at = end - 1;
    }
  }
  return found;
}

function stringEnd(text: string, open: number): number {
  let at = open + 1;
  while (at < text.length && text.charAt(at) !== '"') at += text.charAt(at) === "\\" ? 2 : 1;
  return at + 1;
}

/** What a CycloneDX document says of the wheel itself, right or wrong. */
function ownVersion(document: unknown, project: string): string | undefined {
  const metadata = isTable(document) ? document.metadata : undefined;
  const component = isTable(metadata) ? metadata.component : undefined;
  if (!isTable(component)) return undefined;
  const { name, version } = component;
  const isOwn = typeof name === "string" && normalizeName(name) === normalizeName(project);
  return isOwn && typeof version === "string" && version !== "" ? version : undefined;
}
