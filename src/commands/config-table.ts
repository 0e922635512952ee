/** Reads one table of the settings; what is wrong is said with the key and the file. */
import { UsageError } from "../errors.ts";
import { didYouMean } from "../suggest.ts";
import { isTable, type Table } from "../tables.ts";
import { enumerate } from "./options.ts";

/** Every reader gives `undefined` for a key that is not there, and throws UsageError for another kind of value. */
export interface TableReader {
  fault(key: string, wants: string): UsageError;
  text(key: string): string | undefined;
  flag(key: string): boolean | undefined;
  list(key: string): readonly string[] | undefined;
  oneOf<T extends string>(key: string, values: readonly T[]): T | undefined;
  /** @param read gives `undefined` for what is no value; then `wants` says what would be one. */
  map<T>(
    key: string,
    wants: string,
    read: (value: unknown) => T | undefined,
  ): Readonly<Record<string, T>> | undefined;
}

/**
 * @param within the name of the table in the file, with a dot behind it; empty for the whole.
 * @throws UsageError for a key that is not among `keys`.
 */
export function tableReader(
  table: Table,
  keys: readonly string[],
  path: string,
  within = "",
): TableReader {
  for (const key of Object.keys(table)) {
    if (keys.some((known) => known === key)) continue;
    throw new UsageError(
      `\`${path}\` has the unknown key \`${within}${key}\``,
      didYouMean(key, keys) ?? `the keys are ${enumerate(keys)}`,
    );
  }
  const fault = (key: string, wants: string): UsageError =>
    new UsageError(`\`${within}${key}\` in \`${path}\` must be ${wants}`);
  const text = (key: string): string | undefined => {
    const value = table[key];
    if (value === undefined || typeof value === "string") return value;
    throw fault(key, "a string");
  };
  return {
    fault,
    text,
    flag(key) {
      const value = table[key];
      if (value === undefined || typeof value === "boolean") return value;
      throw fault(key, "true or false");
    },
    list(key) {
      const value = table[key];
      return value === undefined
        ? undefined
        : strings(value, () => fault(key, "a list of strings"));
    },
    oneOf(key, values) {
      const value = text(key);
      if (value === undefined) return undefined;
      const known = values.find((candidate) => candidate === value);
      if (known === undefined) throw fault(key, enumerate(values));
      return known;
    },
    map<T>(key: string, wants: string, read: (value: unknown) => T | undefined) {
      const value = table[key];
      if (value === undefined) return undefined;
      if (!isTable(value)) throw fault(key, "a table");
      const entries = Object.entries(value).map(([name, item]): readonly [string, T] => {
        const known = read(item);
        if (known === undefined) throw fault(`${key}.${name}`, wants);
        return [name, known];
      });
      return Object.fromEntries(entries);
    },
  };
}

function strings(value: unknown, fault: () => UsageError): readonly string[] {
  if (!Array.isArray(value)) throw fault();
  return value.map((item) => {
    if (typeof item !== "string") throw fault();
    return item;
  });
}
