/** Which imported symbols the rules look at: workers report only these. */
import { LINUX_POLICY_DATA } from "./data/linux.ts";
import { MUSL_1_2_SYMBOLS } from "./linux/musllinux.ts";
import { mayBeMissing } from "./macos/exports.ts";

const NAMES: ReadonlySet<string> = (() => {
  const names = new Set(MUSL_1_2_SYMBOLS);
  for (const { blacklist } of [
    LINUX_POLICY_DATA.manylinux,
    LINUX_POLICY_DATA.musllinux,
    LINUX_POLICY_DATA.android,
  ]) {
    for (const byPolicy of Object.values(blacklist)) {
      for (const symbols of Object.values(byPolicy)) for (const name of symbols) names.add(name);
    }
  }
  return names;
})();

/**
 * True for an undefined symbol that some rule needs: `Py*` and `_Py*` (Python ABI, PyFPE, UCS2),
 * `__asan_*` and its kin (sanitizers), forbidden symbols, symbols that only musl 1.2 has, or that not
 * every system of Apple's exports from `library`.
 *
 * Called once for each undefined symbol of each file, so it decides by the first letters.
 */
export function interestingSymbol(name: string, library?: string): boolean {
  const first = name.charCodeAt(0);
  if (first === 80 /* P */) return name.charCodeAt(1) === 121 /* y */;
  if (first === 95 /* _ */) {
    const second = name.charCodeAt(1);
    if (second === 80 /* P */) return name.charCodeAt(2) === 121 /* y */;
    if (second === 95 && isSanitizer(name)) return true;
  }
  return NAMES.has(name) || (library !== undefined && mayBeMissing(library, name));
}

/** Imports of a sanitizer's or of gcov's run-time library. */
export function isSanitizer(name: string): boolean {
  switch (name.charCodeAt(2)) {
    case 97 /* a */:
      return name.startsWith("__asan_");
    case 103 /* g */:
      return name.startsWith("__gcov_");
    case 108 /* l */:
      return name.startsWith("__lsan_");
    case 109 /* m */:
      return name.startsWith("__msan_");
    case 116 /* t */:
      return name.startsWith("__tsan_");
    case 117 /* u */:
      return name.startsWith("__ubsan_");
  }
  return false;
}
