/**
 * VAR006: GPUs that a variant names, against the device code of the wheel's files.
 *
 * Source: PEP 825 (draft) and the properties of variantlib's providers: `nvidia :: sm_arch :: 90_real`
 * (a cubin) or `90_virtual` (PTX), `amd :: gfx_arch :: gfx942`. Which code runs on which GPU: CUDA C++
 * Programming Guide, "Binary compatibility" and "PTX compatibility".
 */
import type { Problem, Unverified } from "../finding.ts";
import type { Variant } from "../wheel/variant-file.ts";
import type { NativeMember } from "./member.ts";
import type { NativeCode } from "./rules/texts.ts";
import { quote, quoteSome } from "./rules/wording.ts";

/** A GPU that the variant promises code for. */
interface Promised {
  /** As the variant has it: `nvidia :: sm_arch :: 90_real`. */
  readonly property: string;
  /** True of device code that runs there: `sm_80`, `compute_90a`, `gfx942`. */
  readonly runs: (target: string) => boolean;
}

export function promisedGpus({ properties }: Variant): readonly Promised[] {
  const values = (namespace: string, feature: string): readonly string[] =>
    properties.get(namespace)?.get(feature) ?? [];
  return [
    ...values("nvidia", "sm_arch").map((value) => ({
      property: `nvidia :: sm_arch :: ${value}`,
      runs: (target: string) => runsOnNvidia(target, value),
    })),
    ...values("amd", "gfx_arch").map((value) => ({
      property: `amd :: gfx_arch :: ${value}`,
      runs: (target: string) => target === value,
    })),
  ];
}

/** A cubin runs on GPUs of its generation that are not older, PTX on all that are not older. */
function runsOnNvidia(target: string, value: string): boolean {
  const [, digits = "", suffix = "", form] = /^(\d+)([af]?)(?:_(real|virtual))?$/.exec(value) ?? [];
  const [, kind, code = "", own = ""] = /^(sm|compute)_(\d+)([af]?)$/.exec(target) ?? [];
  if (digits === "" || code === "") return false;
  if (form === "virtual" && kind !== "compute") return false;
  const [gpu, built] = [Number(digits), Number(code)];
  if (own === "a") return gpu === built && suffix !== "f";
  const sameGeneration = Math.floor(gpu / 10) === Math.floor(built / 10);
  return built <= gpu && (sameGeneration || (kind === "compute" && own === ""));
}

/** Files that may hold device code which nobody here reads, or sources of it. */
const MAY_HOLD = /\.(cubin|fatbin|ptx|cu|cuh|hsaco|co|hip|cl|spv|ltoir|bin|so|dll|pyd|a|lib|zip)$/i;

export function checkDeviceVariant(
  variant: Variant | undefined,
  members: readonly NativeMember[],
  paths: ReadonlySet<string>,
): {
  readonly problems: readonly Problem<NativeCode>[];
  readonly unverified: readonly Unverified[];
} {
  const promised = variant === undefined ? [] : promisedGpus(variant);
  const holders = members.filter(({ device }) => device !== undefined);
  const targets = [...new Set(holders.flatMap(({ device }) => device?.targets ?? []))].sort();
  const lacking = promised
    .filter(({ runs }) => !targets.some(runs))
    .map(({ property }) => property);
  if (lacking.length === 0) return { problems: [], unverified: [] };
  const partly = holders.some(({ device }) => device?.partly === true);
  const elsewhere = targets.length === 0 && [...paths].some((path) => MAY_HOLD.test(path));
  if (partly || elsewhere) {
    const why = partly ? "some of the device code can't be read" : "no device code was recognised";
    const what = `whether there is code for what the variant promises (${lacking.map(quote).join(", ")}): ${why}`;
    return { problems: [], unverified: [{ code: "VAR006", why: what }] };
  }
  const has = targets.length === 0 ? "no device code" : `code for ${quoteSome(targets, 8)}`;
  return {
    problems: lacking.map((property) => ({
      code: "VAR006",
      facts: { promised: property, targets },
      message: `the variant promises ${quote(property)}, and no file has code that runs there: the wheel has ${has}`,
      hint: "build for that GPU, or declare those that the code is built for",
    })),
    unverified: [],
  };
}
