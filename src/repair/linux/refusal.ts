/** Why a platform can't be reached, in the words of the need that stands in its way. */
import { RefusalError } from "../../errors.ts";
import type { Need } from "../../policy/linux/decide.ts";

const CODES: Readonly<Record<Need["why"], string>> = {
  "symbol-version": "TAG004",
  library: "LNK001",
  "search-path": "LNK021",
  "forbidden-symbol": "TAG004",
  isa: "TAG009",
  pyfpe: "ABI015",
  ucs2: "ABI015",
  libpython: "ABI005",
  machine: "TAG002",
  libc: "TAG005",
};

/** @param plat the tag that was asked for. */
export function blocked(plat: string, need: Need | undefined): RefusalError {
  const symbols = need?.symbols?.slice(0, 3).map((name) => `\`${name}\``) ?? [];
  const which = symbols.length > 0 ? ` (${symbols.join(", ")})` : "";
  const of = need?.library === undefined ? "" : ` of \`${need.library}\``;
  const path = `\`${need?.path ?? "the wheel"}\``;
  const code = need === undefined ? "TAG004" : CODES[need.why];
  const [what, hint] = describe(need, of, which);
  return new RefusalError(code, `\`${plat}\` can't be reached: ${path} ${what}`, hint);
}

function describe(need: Need | undefined, of: string, which: string): readonly [string, string] {
  switch (need?.why) {
    case "forbidden-symbol":
      return [
        `uses symbols${of} that the policy forbids${which}`,
        "link the library statically, or build against a newer one",
      ];
    case "isa":
      return [
        `declares that it needs \`${need.version ?? "a newer processor"}\``,
        "build for the baseline, or say `--disable-isa-ext-check`",
      ];
    case "pyfpe":
      return [
        "was built for a Python with PyFPE",
        "build it with a Python without `--with-fpectl`",
      ];
    case "ucs2":
      return [
        "was built for a narrow Python 2 (UCS2)",
        "build it with a Python that has `--enable-unicode=ucs4`",
      ];
    default:
      return [
        `needs \`${need?.version ?? "more than the policy allows"}\`${of}${which}`,
        "build on a system with an older C library, such as the policy's image, or ask for a newer platform",
      ];
  }
}

export function worst(needs: readonly Need[]): Need | undefined {
  let found: Need | undefined;
  for (const need of needs) {
    if (found === undefined || need.position > found.position) found = need;
  }
  return found;
}
