/** What the system exports since when: the part of a minimum that no load command says. */
import { DATED_LIBRARIES, DATED_SYMBOLS } from "../data/macos.ts";
import type { SystemVersion } from "./version.ts";
import { parseSystemVersion } from "./version.ts";

export type AppleSystem = "macos" | "ios";

export interface Introduced {
  /** `null`: newer than every system that is known. */
  readonly since: SystemVersion | null;
  /** What people call the thing: `std::filesystem`. */
  readonly what: string;
}

interface Dated {
  readonly library: RegExp;
  readonly symbols: RegExp;
  readonly introduced: Readonly<Record<AppleSystem, Introduced>>;
}

const DATED: readonly Dated[] = DATED_SYMBOLS.map(({ library, symbols, macos, ios, what }) => ({
  library,
  symbols,
  introduced: {
    macos: { since: versionOf(macos), what },
    ios: { since: versionOf(ios), what },
  },
}));

/** One pattern, because it is asked for every import of every file. */
const ANY = new RegExp(DATED_SYMBOLS.map(({ symbols }) => symbols.source).join("|"));

/** True for a name that only newer systems export: worth keeping among the imports of a file. */
export function isDatedSymbol(name: string): boolean {
  return ANY.test(name);
}

/**
 * Since when a system library exports a symbol.
 *
 * @param library install name that the import is bound to.
 * @param name as C spells it.
 * @returns `undefined` when nothing says that it was ever missing.
 */
export function introducedIn(
  library: string,
  name: string,
  system: AppleSystem,
): Introduced | undefined {
  const found = DATED.find((each) => each.library.test(library) && each.symbols.test(name));
  return found?.introduced[system];
}

/** Since when macOS has a library; `undefined`: since 10.9 or earlier, or nobody knows. */
export function libraryIntroducedIn(library: string): SystemVersion | undefined {
  const found = DATED_LIBRARIES.find((each) => each.library.test(library));
  return found === undefined ? undefined : parseSystemVersion(found.macos);
}

/** True where every symbol that came after macOS 10.9 is known, so that silence means "always". */
export function isFullyDated(library: string): boolean {
  return /^\/usr\/lib\/libc\+\+(?:abi)?(?:\.1)?\.dylib$/.test(library);
}

/**
 * Load commands with LC_REQ_DYLD that older loaders refuse, and the first system that knows them.
 *
 * @see dyld and ld64 release notes; lld, `Writer.cpp`
 */
export const NEW_COMMANDS: Readonly<Record<string, Readonly<Record<AppleSystem, SystemVersion>>>> =
  {
    LC_DYLD_CHAINED_FIXUPS: { macos: { major: 11, minor: 0 }, ios: { major: 13, minor: 4 } },
    LC_DYLD_EXPORTS_TRIE: { macos: { major: 11, minor: 0 }, ios: { major: 13, minor: 4 } },
  };

function versionOf(text: string | null): SystemVersion | null {
  return text === null ? null : (parseSystemVersion(text) ?? null);
}
