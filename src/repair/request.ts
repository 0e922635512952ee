/** What a repair was asked for, and the policy that this means for one wheel. */
import type { Identity } from "../audit/identify.ts";
import { RefusalError } from "../errors.ts";
import type { Need } from "../policy/decide.ts";
import { judgeManylinux } from "../policy/decide.ts";
import { nearestPolicy, policyVersion } from "../policy/manylinux.ts";
import type { PolicyTable } from "../policy/policy.ts";
import { parsePlatformTag } from "../wheel/platform-tag.ts";
import { tagsOf } from "./platforms.ts";
import type { Target, TargetFacts } from "./target.ts";
import { bestTarget, targetAt } from "./target.ts";

export interface Goal {
  /** What is grafted, and why. */
  readonly target: Target;
  /** Tags that the result gets, without those of the input that stay. */
  readonly tags: readonly string[];
}

/**
 * The goal for `--plat`: `auto`, a policy's tag or alias, or any `manylinux_X_Y`.
 *
 * A tag asked for is given besides better ones that are true as well, unless `onlyPlat`.
 *
 * @throws RefusalError when it can't be reached; the message says what is in the way.
 */
export function chooseGoal(
  facts: TargetFacts,
  identity: Identity,
  plat: string,
  onlyPlat: boolean,
): Goal {
  const { table } = facts;
  const { tagArch } = identity;
  const best = bestTarget(facts);
  if (plat === "auto") {
    if (best === undefined) throw unreachable(table, targetAt(facts, table.none - 1), tagArch);
    return { target: best, tags: tagsOf(table, best.position, tagArch) };
  }
  const name = requestedName(plat, table, tagArch);
  const wanted = positionOf(table, name);
  const asked = targetAt(facts, wanted.position);
  const refused = refusing(table, asked.needs, wanted);
  if (refused !== undefined) throw blocked(plat, refused);
  const own = wanted.exact ? tagsOf(table, wanted.position, tagArch) : [`${name}_${tagArch}`];
  if (onlyPlat || best === undefined || best.position >= wanted.position) {
    return { target: asked, tags: own };
  }
  return { target: best, tags: [...tagsOf(table, best.position, tagArch), ...own] };
}

/** The policy's name without architecture. */
function requestedName(plat: string, table: PolicyTable, tagArch: string): string {
  const { kind } = parsePlatformTag(plat);
  if (kind !== table.family) {
    throw new RefusalError(
      "TAG005",
      `\`${plat}\` is no tag for this wheel: its files are built for ${table.family}`,
      `ask for a \`${table.family}_…_${tagArch}\` tag, or for \`auto\``,
    );
  }
  if (!plat.endsWith(`_${tagArch}`)) {
    throw new RefusalError(
      "TAG002",
      `\`${plat}\` is for another architecture: the wheel's files are for \`${tagArch}\``,
      `ask for a tag that ends in \`_${tagArch}\`, or for \`auto\``,
    );
  }
  return plat.slice(0, -(tagArch.length + 1));
}

interface Wanted {
  readonly name: string;
  readonly position: number;
  readonly exact: boolean;
}

function positionOf(table: PolicyTable, name: string): Wanted {
  const position = table.find(name);
  if (position !== undefined) return { name, position, exact: true };
  const version = policyVersion(name);
  if (version !== undefined && table.family === "manylinux") {
    return { name, position: nearestPolicy(table, version).position, exact: false };
  }
  const known = table.policies.map((policy) => `\`${policy.name}\``).join(", ");
  throw new RefusalError("TAG004", `no policy \`${name}\` is known`, `known are ${known}`);
}

/** The need that stands against the wanted policy. */
function refusing(
  table: PolicyTable,
  needs: readonly Need[],
  { name, position, exact }: Wanted,
): Need | undefined {
  const version = policyVersion(name);
  if (exact || version === undefined)
    return worst(needs.filter((each) => each.position > position));
  const verdict = judgeManylinux(table, needs, version);
  if (verdict.truthful === true) return undefined;
  return worst(verdict.truthful === false ? verdict.against : needs);
}

function worst(needs: readonly Need[]): Need | undefined {
  let found: Need | undefined;
  for (const need of needs) {
    if (found === undefined || need.position > found.position) found = need;
  }
  return found;
}

function unreachable(table: PolicyTable, target: Target, tagArch: string): RefusalError {
  const newest = table.policies.at(-1)?.name ?? table.family;
  const need = worst(target.needs);
  return blocked(`${newest}_${tagArch}`, need);
}

const CODES: Readonly<Record<Need["why"], string>> = {
  "symbol-version": "TAG004",
  library: "LNK001",
  "forbidden-symbol": "TAG004",
  isa: "TAG009",
  pyfpe: "ABI015",
  ucs2: "ABI015",
  libpython: "ABI005",
  machine: "TAG002",
  libc: "TAG005",
};

function blocked(plat: string, need: Need | undefined): RefusalError {
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
