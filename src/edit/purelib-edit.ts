/** `Root-Is-Purelib` of WHEEL: exactly one, and saying what the wheel is. */
import { fieldsNamed, parseHeaders } from "../wheel/headers.ts";
import { removeFields, setField } from "./fields.ts";
import { WHEEL_ORDER } from "./tags-edit.ts";

/** WHEEL with that one field. */
export function withPurelib(wheel: Uint8Array, purelib: boolean): Uint8Array {
  const present = fieldsNamed(parseHeaders(wheel), "Root-Is-Purelib");
  const wanted = String(purelib);
  if (present.length === 1 && present[0]?.value.trim().toLowerCase() === wanted) return wheel;
  const rest = present.length > 1 ? removeFields(wheel, "Root-Is-Purelib") : wheel;
  return setField(rest, "Root-Is-Purelib", wanted, WHEEL_ORDER);
}
