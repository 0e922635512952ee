/** Names of grafted libraries: unique by content, so that two wheels never share one by accident. */

/** Hex digits of the SHA-256 that go into a name. */
const DIGITS = 8;

/**
 * `libfoo.so.2.0.1` and a digest give `libfoo-1a2b3c4d.so.2.0.1`.
 *
 * A name that already carries this digest stays: grafting a grafted copy changes nothing.
 *
 * @param fileName base name of the real file, links followed.
 * @param sha256 hex digest of the file before any change.
 */
export function graftedName(fileName: string, sha256: string): string {
  const digest = sha256.slice(0, DIGITS);
  const dot = fileName.indexOf(".");
  const base = dot === -1 ? fileName : fileName.slice(0, dot);
  const extension = dot === -1 ? "" : fileName.slice(dot);
  return base.endsWith(`-${digest}`) ? fileName : `${base}-${digest}${extension}`;
}
