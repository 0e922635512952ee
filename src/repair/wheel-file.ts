/** WHEEL of a repaired wheel: each field once, and tags that changed in code point order. */
import { setField, setFields } from "../edit/fields.ts";
import { withPurelib } from "../edit/purelib-edit.ts";
import { retaggedName, retaggedWheel, WHEEL_ORDER, wheelTags } from "../edit/tags-edit.ts";
import type { WheelFilename } from "../wheel/filename.ts";
import { fieldsNamed, parseHeaders } from "../wheel/headers.ts";
import { expandTags } from "../wheel/tag.ts";

const ONCE = ["Wheel-Version", "Generator", "Root-Is-Purelib", "Build"];

/** Of fields that stand more than once, the first counts. */
export function fixWheelFile(bytes: Uint8Array): Uint8Array {
  let wheel = bytes;
  for (const name of ONCE) {
    const [first, second] = fieldsNamed(parseHeaders(wheel), name);
    if (first !== undefined && second !== undefined) {
      wheel = setField(wheel, name, first.value, WHEEL_ORDER);
    }
  }
  const tags = wheelTags(wheel);
  const different = [...new Set(tags)];
  return different.length < tags.length ? setFields(wheel, "Tag", different, WHEEL_ORDER) : wheel;
}

/** Gives the wheel its platform tags, and says in WHEEL whether its root holds native code. */
export function retag(
  before: Uint8Array,
  oldName: WheelFilename,
  platforms: readonly string[],
  rootIsPure = false,
): { readonly wheel: Uint8Array; readonly name: WheelFilename } {
  const name = retaggedName(oldName, { kind: "tags", platform: platforms.join(".") });
  const wheel = retaggedWheel(before, name);
  const same = wheelTags(wheel).join() === wheelTags(before).join();
  const sorted = same ? wheel : setFields(wheel, "Tag", expandTags(name), WHEEL_ORDER);
  return { wheel: withPurelib(sorted, rootIsPure), name };
}
