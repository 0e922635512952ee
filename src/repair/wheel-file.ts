/** WHEEL of a repaired wheel: each field once, and tags that changed in code point order. */
import type { Draft } from "../edit/draft.ts";
import { setField, setFields } from "../edit/fields.ts";
import { setPurelib } from "../edit/purelib-edit.ts";
import { editTags, WHEEL_ORDER } from "../edit/tags-edit.ts";
import { fieldsNamed, parseHeaders } from "../wheel/headers.ts";
import { expandTags } from "../wheel/tag.ts";

const ONCE = ["Wheel-Version", "Generator", "Root-Is-Purelib", "Build"];

/** Of fields that stand more than once, the first counts. */
export function mendWheelFile(draft: Draft): void {
  const path = `${draft.distInfo}/WHEEL`;
  let wheel = draft.need(path, "WHL001");
  for (const name of ONCE) {
    const [first, second] = fieldsNamed(parseHeaders(wheel), name);
    if (first !== undefined && second !== undefined) {
      wheel = setField(wheel, name, first.value, WHEEL_ORDER);
    }
  }
  const tags = tagsIn(wheel);
  if (new Set(tags).size < tags.length) {
    wheel = setFields(wheel, "Tag", [...new Set(tags)], WHEEL_ORDER);
  }
  draft.write(path, wheel);
}

/** Gives the wheel its platform tags, and says in WHEEL that it holds native code. */
export function retag(draft: Draft, platforms: readonly string[]): void {
  const path = `${draft.distInfo}/WHEEL`;
  const before = tagsIn(draft.need(path, "WHL001"));
  editTags(draft, { kind: "tags", platform: platforms.join(".") });
  const wheel = draft.need(path, "WHL001");
  if (tagsIn(wheel).join() !== before.join()) {
    draft.write(path, setFields(wheel, "Tag", expandTags(draft.name), WHEEL_ORDER));
  }
  setPurelib(draft, false);
}

function tagsIn(wheel: Uint8Array): readonly string[] {
  return fieldsNamed(parseHeaders(wheel), "Tag").map(({ value }) => value.trim());
}
