/** What differs between two METADATA or WHEEL files, field by field. */
import { addTo } from "../add-to.ts";
import { compareText } from "../bytes.ts";
import { parseHeaders } from "../wheel/headers.ts";
import { metadataField } from "../wheel/metadata-fields.ts";

export interface FieldChange {
  /** As the specification spells it; `Description` stands for the body. */
  readonly field: string;
  /** Values that are only in the first, in order. */
  readonly removed: readonly string[];
  /** Values that are only in the second. */
  readonly added: readonly string[];
}

/** Changes in code point order of the fields' names; a change of order alone is none. */
export function fieldChanges(before: Uint8Array, after: Uint8Array): readonly FieldChange[] {
  const a = valuesByField(before);
  const b = valuesByField(after);
  const changes: FieldChange[] = [];
  for (const field of [...new Set([...a.keys(), ...b.keys()])].sort(compareText)) {
    const old = a.get(field) ?? [];
    const now = b.get(field) ?? [];
    const removed = without(old, now);
    const added = without(now, old);
    if (removed.length > 0 || added.length > 0) changes.push({ field, removed, added });
  }
  return changes;
}

function valuesByField(bytes: Uint8Array): ReadonlyMap<string, readonly string[]> {
  const { fields, bodyStart } = parseHeaders(bytes);
  const values = new Map<string, string[]>();
  const add = (name: string, value: string): void => {
    addTo(values, name, value);
  };
  for (const { name, value } of fields) add(metadataField(name)?.name ?? name, value);
  const body = new TextDecoder().decode(bytes.subarray(bodyStart));
  if (body.trim() !== "") add("Description", body);
  return values;
}

/** The values of `list` that `other` does not have, each as often as it has too few. */
function without(list: readonly string[], other: readonly string[]): readonly string[] {
  const left = new Map<string, number>();
  for (const value of other) left.set(value, (left.get(value) ?? 0) + 1);
  return list.filter((value) => {
    const count = left.get(value) ?? 0;
    left.set(value, count - 1);
    return count <= 0;
  });
}
