/** What the system exports since when: the part of a minimum that no load command says. */

import { fnv1a } from "../../symbol-hash.ts";
import { DATED_LIBRARIES, DATED_SYMBOLS, LASTING_SYMBOLS } from "../data/macos.ts";
import { FRAMEWORK_SYMBOLS, HASH_DIGITS, KNOWN_FRAMEWORKS } from "../data/macos-frameworks.ts";
import { LASTING_FAMILIES, LIBRARY_SYMBOLS } from "../data/macos-libraries.ts";
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
  introduced(name: string): BySystem | undefined;
  /** True for what every system has had since macOS 10.9. */
  lasts(name: string): boolean;
}

/** A system of which nothing is known is not in it. */
type BySystem = Readonly<Partial<Record<AppleSystem, Introduced>>>;

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
  const isOf = (each: { readonly library: RegExp }): boolean => each.library.test(library);
  const dated = DATED_SYMBOLS.filter(isOf).map(({ symbols, macos, ios, what }) => ({
    symbols,
    introduced: bothSystems(macos, ios, what),
  }));
  const lasting = [...LASTING_SYMBOLS, ...LASTING_FAMILIES].filter(isOf);
  const names = namesOf(library);
  if (dated.length === 0 && lasting.length === 0 && names === undefined) return null;
  const listed = (name: string): Introduced | null | undefined => names?.(declarationOf(name));
  return {
    introduced: (name) => {
      const found = dated.find(({ symbols }) => symbols.test(name));
      if (found !== undefined) return found.introduced;
      const macos = listed(name);
      return macos === undefined || macos === null ? undefined : { macos };
    },
    lasts: (name) => listed(name) === null || lasting.some(({ symbols }) => symbols.test(name)),
  };
}

/** Objective-C's metaclass, exception type and variables come with the class; of i386 another name. */
function declarationOf(name: string): string {
  const found = /^(?:OBJC_(?:METACLASS|EHTYPE|IVAR)_\$_|\.?objc_class_name_)([^.]+)/.exec(name);
  return found === null ? name : `OBJC_CLASS_$_${found[1] ?? ""}`;
}

/** What lists of names say of a library; `null` for what macOS 10.9 has. */
type Names = (name: string) => Introduced | null | undefined;

function namesOf(library: string): Names | undefined {
  const own = new Map<string, Introduced | null>();
  const what = library.slice(library.lastIndexOf("/") + 1);
  for (const { library: pattern, macos, names } of LIBRARY_SYMBOLS) {
    if (!pattern.test(library)) continue;
    const introduced = introducedWith(macos, what);
    for (const name of wordsOf(names)) own.set(name, introduced);
  }
  if (!isKnownFramework(library)) return own.size === 0 ? undefined : (name) => own.get(name);
  const all = frameworks();
  const introduced = new Map(
    FRAMEWORK_SYMBOLS.map(({ macos }) => [macos, introducedWith(macos, what)]),
  );
  return (name) => {
    const found = own.get(name);
    if (found !== undefined) return found;
    // Another name has the hash of one of them about once in 250,000.
    const macos = all.get(fnv1a(name));
    return macos === undefined ? undefined : introduced.get(macos);
  };
}

function introducedWith(macos: string, what: string): Introduced | null {
  return macos === OLDEST ? null : { since: versionOf(macos), what };
}

/** The date of all that is older, too. */
const OLDEST = "10.9";

let everyFramework: ReadonlyMap<number, string> | undefined;

/** By hash, whatever the framework: names move between frameworks, and umbrellas hand them on. */
function frameworks(): ReadonlyMap<number, string> {
  if (everyFramework !== undefined) return everyFramework;
  const made = new Map<number, string>();
  for (const { macos, hashes } of FRAMEWORK_SYMBOLS) {
    eachAscending(hashes, (hash) => made.set(hash, macos));
  }
  everyFramework = made;
  return made;
}

/** Numbers by their differences: see {@link FRAMEWORK_SYMBOLS}. There are 10,000 in a list. */
function eachAscending(text: string, visit: (number: number) => void): void {
  const values = new Uint8Array(128);
  for (let value = 0; value < HASH_DIGITS.length; value++) {
    values[HASH_DIGITS.charCodeAt(value)] = value;
  }
  let number = 0;
  let weight = 1;
  for (let at = 0; at < text.length; at++) {
    const value = values[text.charCodeAt(at)] ?? 0;
    number += (value % 32) * weight;
    weight *= 32;
    if (value >= 32) continue;
    visit(number);
    weight = 1;
  }
}

const FRAMEWORK =
  /^\/System\/Library\/(?:Private)?Frameworks\/(?:.*\/)?(\w+)\.framework\/Versions\/\w+\/\1$/;

let knownFrameworks: ReadonlySet<string> | undefined;

/** One of macOS: those of iOS have no versions. */
function isKnownFramework(library: string): boolean {
  const name = FRAMEWORK.exec(library)?.[1];
  if (name === undefined) return false;
  knownFrameworks ??= new Set(wordsOf(KNOWN_FRAMEWORKS));
  return knownFrameworks.has(name);
}

let system: Exports | undefined;

/** Made when the first file asks: the lists are long. */
function libSystem(): Exports {
  if (system !== undefined) return system;
  const dated = new Map<string, BySystem>();
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

function bothSystems(macos: string | null, ios: string | null, what: string): BySystem {
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
  return (
    LIBSYSTEM.test(library) ||
    isKnownFramework(library) ||
    [...LASTING_SYMBOLS, ...LIBRARY_SYMBOLS].some((each) => each.library.test(library))
  );
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
