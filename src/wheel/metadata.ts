/**
 * METADATA in two layers: what is written (here), and what it means (`checks/metadata.ts`, which
 * collects every error instead of stopping at the first).
 */
import { decodeUtf8, decodeUtf8Lossy } from "../bytes.ts";
import type { HeaderField, Headers } from "./headers.ts";
import { fieldsNamed, parseHeaders } from "./headers.ts";

export interface RawMetadata extends Headers {
  /** The file is UTF-8 throughout. */
  readonly utf8: boolean;
  /** The file begins with a byte order mark. */
  readonly bom: boolean;
  /** The text behind the blank line; the long description of most wheels. */
  readonly body: string;
}

/** Reads METADATA (or PKG-INFO) without judging it. Never throws. */
export function parseMetadata(bytes: Uint8Array): RawMetadata {
  const bom = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  // Python's parser would take the whole file for a description; one finding says so, not ten.
  const headers = parseHeaders(bytes, bom ? 3 : 0);
  const bodyBytes = bytes.subarray(headers.bodyStart);
  const body = decodeUtf8(bodyBytes);
  const utf8 = body !== undefined && headers.fields.every((field) => field.utf8);
  return { ...headers, utf8, bom, body: body ?? decodeUtf8Lossy(bodyBytes) };
}

/**
 * The value of a field that stands at most once; the first where it is repeated. What distutils
 * wrote for "nothing", `UNKNOWN`, counts as absent, as PyPI takes it.
 */
export function singleField(headers: Headers, name: string): HeaderField | undefined {
  const [field] = knownFields(headers, name);
  return field;
}

/** All fields of this name but those whose value is distutils' `UNKNOWN`. */
export function knownFields(headers: Headers, name: string): readonly HeaderField[] {
  return fieldsNamed(headers, name).filter((field) => field.value.trim() !== "UNKNOWN");
}
