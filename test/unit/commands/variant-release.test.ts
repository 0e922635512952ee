/** VAR005: wheels of one release that are audited together. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { variantFile } from "../../hostile/wheel/cases.ts";
import { wheelkit } from "../../support/commands.ts";
import { scratchFolder } from "../../support/scratch.ts";
import { buildWheel } from "../../support/wheel-builder.ts";

interface Labelled {
  readonly python?: string;
  readonly version?: string;
  readonly label: string;
  readonly properties: object;
  readonly priorities?: readonly string[];
}

/** Codes of the errors that several wheels have together and none of them alone. */
async function together(...wheels: readonly Labelled[]): Promise<readonly string[]> {
  const folder = scratchFolder();
  for (const { python = "py3", version = "1.0", label, properties, priorities } of wheels) {
    const changes =
      priorities === undefined ? {} : { "default-priorities": { namespace: priorities } };
    const file = `demo-${version}-${python}-none-any-${label}.whl`;
    const text = variantFile(label, properties, changes);
    const spec = { version, tag: `${python}-none-any`, files: { "%/variant.json": text } };
    writeFileSync(join(folder, file), buildWheel(spec));
  }
  const { status, out } = await wheelkit("audit", "--no-config", "-f", "json", folder);
  const { wheels: results } = JSON.parse(out) as {
    wheels: { file: string; ok: boolean; findings: { code: string; message: string }[] }[];
  };
  const found = results.flatMap(({ file, ok, findings }) =>
    findings
      .filter(({ code }) => code.startsWith("VAR"))
      .map(({ code, message }) => `${file} ${ok} ${code} ${message}`),
  );
  expect(status).toBe(found.length === 0 ? 0 : 1);
  return found;
}

const V3 = { x86_64: { level: ["v3"] } };
const CUDA = { nvidia: { cuda_version_lower_bound: ["12.8"] } };

describe("the variants of a release", () => {
  it("may be several, with priorities of which one is the beginning of the other", async () => {
    const found = await together(
      { label: "v3", properties: V3, priorities: ["x86_64"] },
      { label: "v3", python: "py2", properties: V3, priorities: ["x86_64", "nvidia"] },
      { label: "cu", properties: CUDA, priorities: ["x86_64", "nvidia"] },
      { label: "null", properties: {}, priorities: ["x86_64"] },
      { label: "v3", version: "2.0", properties: CUDA },
    );
    expect(found).toEqual([]);
  });

  it("must not have one label for two sets of properties", async () => {
    const found = await together(
      { label: "v3", python: "py2", properties: V3 },
      { label: "v3", properties: { x86_64: { level: ["v2", "v3"] } } },
    );
    expect(found).toEqual([
      expect.stringMatching(/^demo-1.0-py3-none-any-v3.whl false VAR005 .*other properties/),
    ]);
  });

  it("must not contradict each other in their priorities", async () => {
    const found = await together(
      { label: "a", properties: V3, priorities: ["x86_64", "nvidia"] },
      { label: "b", properties: CUDA, priorities: ["nvidia"] },
    );
    expect(found).toEqual([expect.stringMatching(/-b.whl false VAR005 .*priorities/)]);
  });
});
