/** Values of a specification as names, and back to text: unknown values stay printable. */

/** A family of names. */
export type NameTable = Readonly<Record<string, number>>;

const REVERSED = new WeakMap<NameTable, ReadonlyMap<number, string>>();

/** The name of `value`, or `PREFIX0x…`. */
export function nameOf(table: NameTable, prefix: string, value: number): string {
  return knownName(table, value) ?? `${prefix}0x${value.toString(16)}`;
}

/** The name of `value`, where the table has one. */
export function knownName(table: NameTable | undefined, value: number): string | undefined {
  if (table === undefined) return undefined;
  let names = REVERSED.get(table);
  if (names === undefined) {
    names = new Map(Object.entries(table).map(([name, number]) => [number, name]));
    REVERSED.set(table, names);
  }
  return names.get(value);
}

/** Names of the bits that are set, in the table's order; what no name explains comes last, as hex. */
export function flagNames(table: NameTable, value: number): readonly string[] {
  const names: string[] = [];
  let rest = value;
  for (const [name, bit] of Object.entries(table)) {
    // Division, because flags may be wider than the 32 bits of JavaScript's operators.
    if (bit > 0 && Math.floor(rest / bit) % 2 === 1) {
      names.push(name);
      rest -= bit;
    }
  }
  if (rest > 0) names.push(`0x${rest.toString(16)}`);
  return names;
}
