/** What dyld refuses in a file, whether the repair has another reason to change it or not. */
import type { GraphNode } from "../../audit/graph/graph.ts";
import type { MachoSlice } from "../../formats.ts";
import type { NativeEdit } from "../../native-edit.ts";
import { needsSignature } from "../../policy/macos/archs.ts";

/** Libraries that are loaded twice by one name, and signatures that are missing or do not fit. */
export function mendingEdits(nodes: readonly GraphNode<MachoSlice>[]): readonly NativeEdit[] {
  return nodes.flatMap(({ slice }): readonly NativeEdit[] => {
    const { arch } = slice;
    const loads = repeatedLoads(slice).map(
      // To write a name again is enough: of equal loads one stays.
      (name) => ({ kind: "replace-dependency", from: name, to: name, arch }) as const,
    );
    return wantsSignature(slice) ? [...loads, { kind: "sign", arch, optional: true }] : loads;
  });
}

function repeatedLoads({ dependencies }: MachoSlice): readonly string[] {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const { name } of dependencies) {
    if (seen.has(name)) repeated.add(name);
    seen.add(name);
  }
  return [...repeated];
}

function wantsSignature({ arch, signature: { kind, valid } }: MachoSlice): boolean {
  return kind === "none" ? needsSignature(arch) : valid === false;
}
