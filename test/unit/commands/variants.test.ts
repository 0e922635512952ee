/** The label of a variant wheel and its `variant.json` outlive every command. */
import { writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { variant } from "../../hostile/wheel/cases.ts";
import { readWheel, wheelkit } from "../../support/commands.ts";
import { scratchFolder } from "../../support/scratch.ts";
import { buildWheel } from "../../support/wheel-builder.ts";

const LABEL = "x86_64_v3";

function write(build: string | undefined): string {
  const { files } = variant(LABEL, { x86_64: { level: ["v3"] } });
  const middle = build === undefined ? "" : `-${build}`;
  const path = join(scratchFolder(), `demo-1.0${middle}-py3-none-any-${LABEL}.whl`);
  const spec = build === undefined ? {} : { build };
  writeFileSync(path, buildWheel({ ...spec, files: files ?? {} }));
  return path;
}

describe.each([
  ["six parts", undefined, "demo-1.0-py3-none-any-x86_64_v3.whl"],
  ["seven parts", "2", "demo-1.0-2-py3-none-any-x86_64_v3.whl"],
])("a name of %s", (_, build, same) => {
  it.each<readonly [string, string]>([
    ["edit --set Keywords=x", same],
    ["edit --version 2.0", same.replace("1.0", "2.0")],
    ["edit --local cu12", same.replace("1.0", "1.0+cu12")],
    ["edit --canonical", same],
    ["tags --python-tag py2.py3", same.replace("py3", "py2.py3")],
    ["tags --build 7", `demo-1.0-7-py3-none-any-${LABEL}.whl`],
    ["links add LINK", same],
    ["repair", same],
  ])("keeps its label after wheelkit %s", async (line, name) => {
    const path = write(build);
    const words = line.replace(" LINK", "").split(" ");
    const pair = line.endsWith("LINK") ? ["demo/b.txt=demo/__init__.py"] : [];
    const { status, out, err } = await wheelkit(...words, "-w", scratchFolder(), path, ...pair);
    expect(status, err).toBe(0);
    expect(basename(out.trim())).toBe(name);
    const texts = (wheel: string): readonly string[] =>
      [...readWheel(wheel)]
        .filter(([each]) => each.endsWith("/variant.json"))
        .map(([, text]) => text);
    expect(texts(out.trim())).toEqual(texts(path));
    expect(texts(path).length).toBe(1);
  });
});
