/** Values that came from JSON or TOML, before anybody knows what is in them. */

export type Table = Readonly<Record<string, unknown>>;

/** An object with keys: neither `null` nor a list. */
export function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value of a text that is JSON; `undefined` for any other. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
