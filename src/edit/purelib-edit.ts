/** `Root-Is-Purelib` of WHEEL: exactly one, and saying what the wheel is. */
import { fieldsNamed, parseHeaders } from "../wheel/headers.ts";
import type { Draft } from "./draft.ts";
import { removeFields, setField } from "./fields.ts";
import { WHEEL_ORDER } from "./tags-edit.ts";

export function setPurelib(draft: Draft, purelib: boolean): void {
  const path = `${draft.distInfo}/WHEEL`;
  draft.write(path, withPurelib(draft.need(path, "WHL001"), purelib));
}

/** WHEEL with that one field. */
export function withPurelib(wheel: Uint8Array, purelib: boolean): Uint8Array {
  const present = fieldsNamed(parseHeaders(wheel), "Root-Is-Purelib");
  const wanted = String(purelib);
  if (present.length === 1 && present[0]?.value.trim().toLowerCase() === wanted) return wheel;
  const rest = present.length > 1 ? removeFields(wheel, "Root-Is-Purelib") : wheel;
  return setField(rest, "Root-Is-Purelib", wanted, WHEEL_ORDER);
}
