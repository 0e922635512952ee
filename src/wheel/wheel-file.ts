/** The WHEEL file: format version, generator, purity, build and tags (PEP 427). */
import type { HeaderField, Headers } from "./headers.ts";
import { fieldsNamed, parseHeaders } from "./headers.ts";

export interface WheelFile {
  readonly headers: Headers;
  /** `Wheel-Version` as a pair of numbers; `undefined` when it is missing or no such pair. */
  readonly version?: { readonly major: number; readonly minor: number };
  readonly generator?: string;
  /** `undefined` when it is missing or neither `true` nor `false`. */
  readonly rootIsPurelib?: boolean;
  readonly build?: string;
  /** Values of the `Tag` lines, in file order. */
  readonly tags: readonly string[];
}

/** Reads WHEEL without judging it. Never throws. */
export function parseWheelFile(bytes: Uint8Array): WheelFile {
  const headers = parseHeaders(bytes);
  const first = (name: string): string | undefined => fieldsNamed(headers, name)[0]?.value.trim();
  const version = /^([0-9]{1,9})\.([0-9]{1,9})$/.exec(first("Wheel-Version") ?? "");
  const generator = first("Generator");
  const purelib = first("Root-Is-Purelib")?.toLowerCase();
  const build = first("Build");
  return {
    headers,
    ...(version === null
      ? {}
      : { version: { major: Number(version[1]), minor: Number(version[2]) } }),
    ...(generator === undefined ? {} : { generator }),
    ...(purelib === "true" || purelib === "false" ? { rootIsPurelib: purelib === "true" } : {}),
    ...(build === undefined ? {} : { build }),
    tags: tagFields(headers).map((field) => field.value.trim()),
  };
}

export function tagFields(headers: Headers): readonly HeaderField[] {
  return fieldsNamed(headers, "Tag");
}
