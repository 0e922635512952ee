/** Wheels that keep their native code below `.data/platlib`, beside a root that is pure. */
import { fieldsNamed, parseHeaders } from "../wheel/headers.ts";

const PLATLIB = /^([^/]+\.data\/platlib)\//;

/**
 * `demo-1.0.data/platlib` where the root is installed as `purelib` and holds no native code: what a
 * repair adds belongs beside the code, for the two are different folders on some systems.
 *
 * @param wheelFile content of WHEEL.
 * @param natives paths of the native members.
 */
export function platlibFolder(
  wheelFile: Uint8Array,
  natives: readonly string[],
): string | undefined {
  const [field] = fieldsNamed(parseHeaders(wheelFile), "Root-Is-Purelib");
  if (field?.value.trim().toLowerCase() !== "true") return undefined;
  if (!natives.every((path) => /^[^/]+\.data\//.test(path))) return undefined;
  const inside = natives.find((path) => PLATLIB.test(path));
  return inside === undefined ? undefined : PLATLIB.exec(inside)?.[1];
}
