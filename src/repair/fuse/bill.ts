/** The bill of materials of the fused wheel: what was grafted into either. */
import { compareText } from "../../bytes.ts";
import type { Draft } from "../../edit/draft.ts";
import { VERSION } from "../../version.ts";
import { formatWheelFilename } from "../../wheel/filename.ts";
import { normalizeName } from "../../wheel/names.ts";
import type { Wheel } from "../../wheel/open.ts";
import { formatSbom, readComponents, SBOM_NAME } from "../sbom.ts";

/** `undefined` where neither wheel has one. */
export function mergedBill(draft: Draft, first: Wheel, second: Wheel): Uint8Array | undefined {
  const path = `${draft.distInfo}/sboms/${SBOM_NAME}`;
  const bills = [first, second].flatMap((wheel) => wheel.read(path) ?? []);
  if (bills.length === 0) return undefined;
  const components = new Map<string, ReturnType<typeof readComponents>[number]>();
  for (const bill of bills) {
    for (const component of readComponents(bill, (member) => draft.has(member))) {
      // A library that both builds grafted is told of once: by the first.
      if (!components.has(component["bom-ref"])) {
        components.set(component["bom-ref"], component);
      }
    }
  }
  const subject = {
    name: normalizeName(draft.name.name),
    version: draft.name.version,
    file: formatWheelFilename(draft.name),
  };
  const sorted = [...components].sort(([a], [b]) => compareText(a, b)).map(([, each]) => each);
  return formatSbom(subject, [], VERSION, sorted);
}
