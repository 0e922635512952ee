/** Policy reasons folded for people: one line for each cause, with all that it costs. */
import type { PolicyReason } from "../audit/result.ts";
import { compareText, printable } from "../bytes.ts";
import { someOf } from "./reported.ts";

export interface Cause {
  readonly reason: PolicyReason;
  /** The policies that it rules out, newest first. */
  readonly policies: readonly string[];
  /** Files with the same cause, in order. */
  readonly paths: readonly string[];
}

/** Causes that cost most (the newest policy) first. */
export function foldReasons(reasons: readonly PolicyReason[]): readonly Cause[] {
  const byFile = new Map<string, { reason: PolicyReason; policies: string[] }>();
  for (const reason of reasons) {
    const key = JSON.stringify([reason.path, causeKey(reason)]);
    const entry = byFile.get(key);
    if (entry === undefined) byFile.set(key, { reason, policies: [reason.policy] });
    else entry.policies.push(reason.policy);
  }
  const folded = new Map<string, { reason: PolicyReason; policies: string[]; paths: string[] }>();
  for (const { reason, policies } of byFile.values()) {
    policies.sort(comparePolicies);
    const key = JSON.stringify([causeKey(reason), policies]);
    const entry = folded.get(key);
    if (entry === undefined) folded.set(key, { reason, policies, paths: [reason.path] });
    else entry.paths.push(reason.path);
  }
  return [...folded.values()].sort(
    (a, b) =>
      comparePolicies(a.policies[0] ?? "", b.policies[0] ?? "") ||
      compareText(a.paths[0] ?? "", b.paths[0] ?? "") ||
      compareText(causeKey(a.reason), causeKey(b.reason)),
  );
}

/** Newest policy first: `manylinux_2_34` before `manylinux_2_5`. */
export function comparePolicies(a: string, b: string): number {
  const left = policyNumbers(a);
  const right = policyNumbers(b);
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const difference = (right[index] ?? 0) - (left[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return compareText(a, b);
}

/** What is wrong, in one sentence without the files: `needs GLIBC_2.34 of libc.so.6 (dlsym)`. */
export function describeCause(reason: PolicyReason, symbols: number): string {
  const library = reason.library === undefined ? "a library" : printable(reason.library);
  const version = reason.version === undefined ? "" : printable(reason.version);
  const names = reason.symbols ?? [];
  const listed = names.length === 0 ? "" : ` (${someOf(names, symbols)})`;
  switch (reason.why) {
    case "symbol-version":
      return `needs ${version} of ${library}${listed}`;
    case "library":
      return `links ${library}, which is neither in the wheel nor promised by the platform`;
    case "forbidden-symbol":
      return `imports symbols of ${library} that the policy forbids${listed}`;
    case "isa":
      return `needs a processor of level ${version === "" ? "unknown" : version}`;
    case "pyfpe":
      return "uses `PyFPE_jbuf`, which only Pythons built with fpectl have";
    case "ucs2":
      return "is built for a Python with narrow unicode (UCS2)";
    case "libpython":
      return `links ${library}, which many Pythons do not have`;
    case "machine":
      return `is built for another machine${version === "" ? "" : ` (${version})`}`;
    case "libc":
      return `is built for another C library${reason.library === undefined ? "" : ` (${library})`}`;
  }
}

function causeKey({ why, library, version, symbols }: PolicyReason): string {
  return JSON.stringify([why, library ?? "", version ?? "", symbols ?? []]);
}

function policyNumbers(policy: string): readonly number[] {
  return (policy.match(/[0-9]+/g) ?? []).map(Number);
}
