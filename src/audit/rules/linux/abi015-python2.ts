import type { Problem } from "../../../finding.ts";
import type { LinuxModel } from "../../linux/model.ts";
import type { NativeCode } from "../texts.ts";
import { quoteSome } from "../wording.ts";

const WIDTH = { UCS2: /^cp2\dd?mu$/, UCS4: /^cp2\dd?m$/ } as const;

/** PyFPE, and unicode of another width than the ABI tag says. */
export function pythonTwoRelics({
  considered,
  needs,
  wheel,
}: LinuxModel): readonly Problem<NativeCode>[] {
  const problems: Problem<NativeCode>[] = [];
  const reported = new Set<string>();
  for (const { path, why, symbols = [] } of needs) {
    if (why !== "pyfpe" && why !== "ucs2") continue;
    reported.add(path);
    problems.push({
      code: "ABI015",
      path,
      message:
        why === "pyfpe"
          ? `imports ${quoteSome(symbols)}, which only Pythons built with fpectl have`
          : `imports ${quoteSome(symbols)}, which only narrow builds of Python 2 have`,
    });
  }
  for (const { path, slice } of considered) {
    if (reported.has(path)) continue;
    for (const [width, wrong] of Object.entries(WIDTH)) {
      const names = slice.imports
        .filter(({ defined, name }) => !defined && name.startsWith(`PyUnicode${width}_`))
        .map(({ name }) => name);
      if (names.length === 0 || !wheel.abiTags.some((tag) => wrong.test(tag))) continue;
      problems.push({
        code: "ABI015",
        path,
        facts: { symbols: names, tags: wheel.abiTags },
        message: `imports ${quoteSome(names)}, but the ABI tag ${quoteSome(wheel.abiTags)} means the other width of unicode`,
      });
    }
  }
  return problems;
}
