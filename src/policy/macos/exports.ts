/** What the system exports since when: the part of a minimum that no load command says. */
import { DATED_LIBRARIES, DATED_SYMBOLS, LASTING_SYMBOLS } from "../data/macos.ts";
import { LIBSYSTEM_ALWAYS, LIBSYSTEM_SINCE } from "../data/macos-libsystem.ts";
import type { SystemVersion } from "./version.ts";
import { parseSystemVersion } from "./version.ts";

export type AppleSystem = "macos" | "ios";

export interface Introduced {
  /** `null`: newer than every system that is known. */
  readonly since: SystemVersion | null;
  /** What people call the thing: `std::filesystem`. */
  readonly what: string;
}

/** What is known of one library. */
interface Exports {
  /** `undefined`: nothing says that the symbol was ever missing. */
  introduced(name: string): Readonly<Record<AppleSystem, Introduced>> | undefined;
  /** True for what every system has had since macOS 10.9. */
  lasts(name: string): boolean;
}

const LIBSYSTEM =
  /^\/usr\/lib\/(?:libSystem\.(?:B\.)?dylib|libc\.dylib|libpthread\.dylib|system\/)/;

/** By install name; `null`: nothing is known of what the library exports. */
const known = new Map<string, Exports | null>();

function exportsOf(library: string): Exports | null {
  let found = known.get(library);
  if (found === undefined) {
    found = LIBSYSTEM.test(library) ? libSystem() : byPatterns(library);
    // Install names of any file: they must not add up.
    if (known.size >= MAX_LIBRARIES) known.clear();
    known.set(library, found);
  }
  return found;
}

const MAX_LIBRARIES = 1000;

function byPatterns(library: string): Exports | null {
  const dated = DATED_SYMBOLS.filter((each) => each.library.test(library)).map(
    ({ symbols, macos, ios, what }) => ({ symbols, introduced: bothSystems(macos, ios, what) }),
  );
  const lasting = LASTING_SYMBOLS.filter((each) => each.library.test(library));
  if (dated.length === 0 && lasting.length === 0) return null;
  return {
    introduced: (name) => dated.find(({ symbols }) => symbols.test(name))?.introduced,
    lasts: (name) => lasting.some(({ symbols }) => symbols.test(name)),
  };
}

let system: Exports | undefined;

/** Made when the first file asks: the lists are long. */
function libSystem(): Exports {
  if (system !== undefined) return system;
  const dated = new Map<string, Readonly<Record<AppleSystem, Introduced>>>();
  for (const { macos, ios, names } of LIBSYSTEM_SINCE) {
    const introduced = bothSystems(macos, ios, "the C library");
    for (const name of wordsOf(names)) dated.set(name, introduced);
  }
  const lasting = new Set(wordsOf(LIBSYSTEM_ALWAYS));
  const made: Exports = {
    introduced: (name) => dated.get(withoutVariant(name)),
    lasts: (name) => lasting.has(withoutVariant(name)),
  };
  system = made;
  return made;
}

function wordsOf(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}

/** `$INODE64`, `$UNIX2003`: another form of the function, for programs that ask for it. */
function withoutVariant(name: string): string {
  const at = name.indexOf("$", 1);
  return at < 0 ? name : name.slice(0, at);
}

function bothSystems(
  macos: string | null,
  ios: string | null,
  what: string,
): Readonly<Record<AppleSystem, Introduced>> {
  return { macos: { since: versionOf(macos), what }, ios: { since: versionOf(ios), what } };
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
  return exportsOf(library)?.introduced(name)?.[system];
}

/** True for a symbol that some system is known to lack, or may lack although its library is known. */
export function mayBeMissing(library: string, name: string): boolean {
  const exports = exportsOf(library);
  return exports !== null && (!exports.lasts(name) || exports.introduced(name) !== undefined);
}

/** True for what libSystem exports on some system: every process has it. */
export function isInLibSystem(name: string): boolean {
  const { lasts, introduced } = libSystem();
  return lasts(name) || introduced(name) !== undefined;
}

/** True where names of the library say since when there are, so that an unknown one can be named. */
export function hasKnownExports(library: string): boolean {
  return LIBSYSTEM.test(library) || LASTING_SYMBOLS.some((each) => each.library.test(library));
}

/** Since when macOS has a library; `undefined`: since 10.9 or earlier, or nobody knows. */
export function libraryIntroducedIn(library: string): SystemVersion | undefined {
  const found = DATED_LIBRARIES.find((each) => each.library.test(library));
  return found === undefined ? undefined : parseSystemVersion(found.macos);
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
