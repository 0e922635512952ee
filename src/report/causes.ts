/** Policy reasons folded for people: one line for each cause, with all that it costs. */
import type { PolicyReason } from "../audit/result.ts";
import { compareText, printable } from "../bytes.ts";
import { someOf } from "./reported.ts";

export interface Cause {
  readonly reason: PolicyReason;
  /** The newest policy that it rules out; all older ones go with it. */
  readonly policy: string;
  /** Files with the same cause, in order. */
  readonly paths: readonly string[];
}

/** Causes that cost most (the newest policy) first. */
export function foldReasons(reasons: readonly PolicyReason[]): readonly Cause[] {
  const folded = new Map<
    string,
    { reason: PolicyReason; paths: Set<string>; symbols: Set<string> }
  >();
  for (const reason of reasons) {
    const key = causeKey(reason);
    let entry = folded.get(key);
    if (entry === undefined) {
      entry = { reason, paths: new Set(), symbols: new Set() };
      folded.set(key, entry);
    }
    entry.paths.add(reason.path);
    for (const symbol of reason.symbols ?? []) entry.symbols.add(symbol);
  }
  const causes = [...folded.values()].map(
    ({ reason, paths, symbols }): Cause => ({
      reason: { ...reason, symbols: [...symbols].sort(compareText) },
      policy: reason.policy,
      paths: [...paths],
    }),
  );
  return causes.sort(
    (a, b) =>
      b.reason.rank - a.reason.rank ||
      compareText(a.policy, b.policy) ||
      compareText(a.paths[0] ?? "", b.paths[0] ?? "") ||
      compareText(causeKey(a.reason), causeKey(b.reason)),
  );
}

/**
 * The cause and the files, for example `GLIBC_2.34 of libc.so.6 (dlsym); needed by demo/_x.so`.
 *
 * @param most names of symbols and of files before `and n more`.
 */
export function describeCause({ reason, paths }: Cause, most: number): string {
  const files = someOf(paths, Math.max(2, most - 1));
  const inside = reason.why === "machine" || reason.why === "libc";
  return `${describeReason(reason, most)}; ${inside ? "in" : "needed by"} ${files}`;
}

function describeReason(reason: PolicyReason, most: number): string {
  const library = reason.library === undefined ? "a library" : printable(reason.library);
  const version = reason.version === undefined ? "" : printable(reason.version);
  const names = reason.symbols ?? [];
  const listed = names.length === 0 ? "" : ` (${someOf(names, most)})`;
  switch (reason.why) {
    case "symbol-version":
      return `${version} of ${library}${listed}`;
    case "library":
      return `${library} is neither in the wheel nor promised by the platform`;
    case "search-path":
      return `${library} is in the wheel, but no search path leads there`;
    case "forbidden-symbol":
      return `symbols of ${library} that the policy forbids${listed}`;
    case "isa":
      return `a processor of level ${version === "" ? "unknown" : version}`;
    case "pyfpe":
      return "`PyFPE_jbuf`, which only Pythons built with fpectl have";
    case "ucs2":
      return "a Python with narrow unicode (UCS2)";
    case "libpython":
      return `${library}, which many Pythons do not have`;
    case "machine":
      return `code for another machine${version === "" ? "" : ` (${version})`}`;
    case "minimum-system":
      return `code for a newer system (${version})`;
    case "load-command":
      return `a load command that loaders know since ${version}`;
    case "system-symbol":
      return `symbols that ${library} exports since ${version}${listed}`;
    case "system-library":
      return `${library}, there since ${version}`;
    case "libc":
      return `code for another C library${reason.library === undefined ? "" : ` (${library})`}`;
  }
}

function causeKey({ policy, why, library, version }: PolicyReason): string {
  return JSON.stringify([policy, why, library ?? "", version ?? ""]);
}
