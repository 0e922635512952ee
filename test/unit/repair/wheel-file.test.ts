import { describe, expect, it } from "vitest";
import { openDraft } from "../../../src/commands/rewrite.ts";
import { nodeCompression } from "../../../src/node/compression.ts";
import { mendWheelFile, retag } from "../../../src/repair/wheel-file.ts";
import { memorySource } from "../../../src/source.ts";
import { openWheel } from "../../../src/wheel/open.ts";
import { buildWheel } from "../../support/wheel-builder.ts";

const FILE = "demo-1.0-cp311.cp310-abi3-linux_x86_64.whl";

function after(wheel: string, change: (draft: ReturnType<typeof openDraft>) => void): string {
  const bytes = buildWheel({ files: { "%/WHEEL": wheel } });
  const draft = openDraft(openWheel(memorySource(bytes), FILE, nodeCompression));
  change(draft);
  return new TextDecoder().decode(draft.read("demo-1.0.dist-info/WHEEL"));
}

describe("WHEEL of a repaired wheel", () => {
  it("has each field once: the first counts", () => {
    const before =
      "Wheel-Version: 1.0\nGenerator: a\nGenerator: b\nRoot-Is-Purelib: true\nTag: x-y-z\nWheel-Version: 9\nTag: x-y-z\nRoot-Is-Purelib: false\n";
    expect(after(before, mendWheelFile)).toBe(
      "Wheel-Version: 1.0\nGenerator: a\nRoot-Is-Purelib: true\nTag: x-y-z\n",
    );
  });

  it("keeps its bytes when nothing is wrong", () => {
    const before =
      "Wheel-Version: 1.0\r\nGenerator:  a\r\nTag: cp311-abi3-linux_x86_64\r\nRoot-Is-Purelib: false\r\n\r\n";
    expect(after(before, mendWheelFile)).toBe(before);
  });

  it("gets its tags in code point order, and says that it holds native code", () => {
    const before =
      "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: cp311-abi3-linux_x86_64\nTag: cp310-abi3-linux_x86_64\n";
    const platforms = ["manylinux1_x86_64", "manylinux_2_5_x86_64"];
    expect(after(before, (draft) => retag(draft, platforms))).toBe(
      [
        "Wheel-Version: 1.0",
        "Root-Is-Purelib: false",
        "Tag: cp310-abi3-manylinux1_x86_64",
        "Tag: cp310-abi3-manylinux_2_5_x86_64",
        "Tag: cp311-abi3-manylinux1_x86_64",
        "Tag: cp311-abi3-manylinux_2_5_x86_64",
        "",
      ].join("\n"),
    );
  });

  it("keeps the order of tags that stay the same", () => {
    const before =
      "Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: cp311-abi3-linux_x86_64\nTag: cp310-abi3-linux_x86_64\n";
    expect(after(before, (draft) => retag(draft, ["linux_x86_64"]))).toBe(before);
  });
});
