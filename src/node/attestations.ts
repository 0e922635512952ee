/**
 * Attestations lie beside a wheel, under its name (PEP 740: `NAME.whl.publish.attestation`), and hold
 * the digest of the whole file: any edit voids them. None is ever copied or changed here.
 */
import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { decodeUtf8Lossy, printable, toHex } from "../bytes.ts";
import { digestOf } from "../digest.ts";
import { isTable, parseJson } from "../tables.ts";
import { nodeCompression } from "./compression.ts";
import { openFile } from "./file.ts";
import { readRegular } from "./special-file.ts";

/** Larger than any of them; they have a few kilobytes. */
const MAX_BYTES = 1 << 20;

/**
 * Warnings on attestations that say nothing true of what is there now.
 *
 * @param written path of a wheel that was written.
 * @param replaced path of the wheel that it took the place of, where it had another name.
 */
export function voidAttestations(written: string, replaced: string): readonly string[] {
  const warnings = attestationsOf(written).flatMap((path) => {
    const promised = digestIn(path);
    return promised !== undefined && promised === sha256Of(written)
      ? []
      : [`\`${printable(basename(path))}\` is void: it attests another file than the one written`];
  });
  if (replaced === written || existsSync(replaced)) return warnings;
  const left = attestationsOf(replaced).map(
    (path) => `\`${printable(basename(path))}\` is void: the wheel that it attests is gone`,
  );
  return [...warnings, ...left];
}

function attestationsOf(wheel: string): readonly string[] {
  const prefix = `${basename(wheel)}.`;
  return readdirSync(dirname(wheel))
    .filter((name) => name.startsWith(prefix) && name.endsWith(".attestation"))
    .sort()
    .map((name) => join(dirname(wheel), name));
}

/** SHA-256 of the subject; `undefined` where nothing can be made of the file. */
function digestIn(path: string): string | undefined {
  const document = parseJson(textOf(path));
  const envelope = isTable(document) ? document.envelope : undefined;
  const encoded = isTable(envelope) ? envelope.statement : undefined;
  if (typeof encoded !== "string") return undefined;
  const statement = parseJson(Buffer.from(encoded, "base64").toString("utf8"));
  const subjects = isTable(statement) ? statement.subject : undefined;
  const [subject]: readonly unknown[] = Array.isArray(subjects) ? subjects : [];
  const digest = isTable(subject) ? subject.digest : undefined;
  const sha256 = isTable(digest) ? digest.sha256 : undefined;
  return typeof sha256 === "string" ? sha256.toLowerCase() : undefined;
}

/** Empty for what is not a file of a reasonable size. */
function textOf(path: string): string {
  try {
    return decodeUtf8Lossy(readRegular(path, MAX_BYTES));
  } catch {
    return "";
  }
}

function sha256Of(path: string): string {
  const source = openFile(path);
  try {
    return toHex(digestOf(source, nodeCompression.hasher("sha256")));
  } finally {
    source.close();
  }
}
