/** The verdict on a wheel's platform in one line, and in one word. */
import type { WheelResult } from "../audit/result.ts";
import { printable } from "../bytes.ts";
import { plural, someOf } from "./reported.ts";

/** `open`: nothing was found, but not everything could be looked at. */
export type Word = "ok" | "open" | "FAIL";

export function verdictWord({ ok, unverified }: WheelResult): Word {
  if (!ok) return "FAIL";
  return unverified.length === 0 ? "ok" : "open";
}

/** `all ok`, `2 failed`, `2 failed; 1 not fully verified`. */
export function verdictOfAll(
  wheels: readonly WheelResult[],
  unread: readonly unknown[] = [],
): string {
  const failed = wheels.filter(({ ok }) => !ok).length;
  const open = wheels.filter(({ unverified }) => unverified.length > 0).length;
  const first =
    failed > 0 ? `${failed} failed` : open + unread.length > 0 ? "none failed" : "all ok";
  const parts = [first];
  if (open > 0) parts.push(`${open} not fully verified`);
  if (unread.length > 0) parts.push(`${unread.length} not read`);
  return parts.join("; ");
}

/** `1 wheel`, `3 wheels`. */
export function wheelCount(wheels: readonly unknown[]): string {
  return plural(wheels.length, "wheel");
}

/** For example `manylinux_2_17_x86_64, as claimed`. */
export function platformLine(wheel: WheelResult): string {
  const { platform, unverified, external } = wheel;
  const claimed = platform.claimed.map(printable).join(", ");
  const { supported, reachable, truthful } = platform;
  const whole = unverified.filter(({ path }) => path === undefined);
  if (whole.some(({ code }) => code === "ZIP001")) return "the archive can't be read";
  if (whole.some(({ code }) => code === "DST001")) {
    return "no wheel: it has no `.dist-info` directory";
  }
  if (supported === "any") {
    return platform.family === "any"
      ? "pure Python, for any platform"
      : `claims ${claimed}, but holds no native code`;
  }
  if (supported === null) {
    return claimed === ""
      ? "which platforms it supports could not be decided"
      : `claims ${claimed}; whether that is true could not be decided`;
  }
  if (truthful === false && truthfulWithOthers(wheel)) {
    const names = external.map(({ name }) => name);
    const come = names.length === 1 ? "comes" : "come";
    return `${claimed}, if ${someOf(names, 2)} ${come} from elsewhere, such as another wheel`;
  }
  let further = "";
  if (reachable !== null && reachable !== supported) {
    further =
      external.length === 0
        ? `; a repair could reach ${reachable}`
        : `; ${reachable} is possible if the grafted libraries allow it`;
  }
  if (claimed === "") return `supports ${supported}${further}`;
  if (truthful === false) return `claims ${claimed}, supports only ${supported}${further}`;
  if (truthful === null) return `claims ${claimed}, supports ${supported}${further}`;
  const names = platform.tags.claimed.map(({ modern }) => modern);
  return names.length === 0 || names.includes(supported) || names.join(".") === supported
    ? `${supported}, as claimed${further}`
    : `claims ${claimed}, could be tagged ${supported}${further}`;
}

/** The claim falls with nothing but libraries from outside, and no error was made of them. */
function truthfulWithOthers({ platform, external, findings }: WheelResult): boolean {
  const { claimed, reachable } = platform.tags;
  if (external.length === 0 || reachable === null || claimed.length === 0) return false;
  if (findings.some(({ code, level }) => level === "error" && /^(?:TAG|LNK)/.test(code))) {
    return false;
  }
  if (!findings.some(({ code }) => code === "LNK001")) return false;
  return claimed.every(({ kind, rank }) => kind === reachable.kind && rank >= reachable.rank);
}
