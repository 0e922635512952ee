/** `type/subtype; name=value; …` (RFC 2045, "Syntax of the Content-Type header field"). */

export interface ContentType {
  /** In lower case. */
  readonly type: string;
  /** Names in lower case, values without quotes. */
  readonly parameters: ReadonlyMap<string, string>;
}

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** `undefined` where the text is no content type. */
export function parseContentType(text: string): ContentType | undefined {
  const [head = "", ...rest] = text.slice(0, 4096).split(";");
  const type = head.trim().toLowerCase();
  const [main = "", sub = "", ...more] = type.split("/");
  if (!TOKEN.test(main) || !TOKEN.test(sub) || more.length > 0) return undefined;
  const parameters = new Map<string, string>();
  for (const part of rest) {
    if (part.trim() === "") continue;
    const equals = part.indexOf("=");
    if (equals === -1) return undefined;
    const name = part.slice(0, equals).trim().toLowerCase();
    const value = part.slice(equals + 1).trim();
    const bare = /^"(.*)"$/.exec(value)?.[1] ?? value;
    if (!TOKEN.test(name) || bare === "") return undefined;
    parameters.set(name, bare);
  }
  return { type, parameters };
}
