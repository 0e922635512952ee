/** By which names code may open a library at run time, as far as its texts and data tell. */
import type { PythonText } from "../audit/python/texts.ts";
import type { OpenNative } from "../format.ts";
import type { Source } from "../source.ts";

/** Where ELF and Mach-O keep texts, beside which names that loaders read have places of their own. PE mixes them. */
const TEXTS = /^(?:\.l?rodata.*|\.data.*|__TEXT,__cstring|__TEXT,__const|__DATA.*)$/;
/** Bytes of a part that is looked at, with what may hang over from the part before. */
const CHUNK = 1 << 20;
const LONGEST_NAME = 256;

/**
 * The names, out of those of one library (`libx.so`, `libx.so.1`), that a text holds as a whole.
 * `unclear`: it holds the beginning that they share, and goes on in another way.
 */
export interface NamedIn {
  readonly exact: ReadonlySet<string>;
  readonly unclear: boolean;
}

export function namedInTexts(texts: readonly PythonText[], names: readonly string[]): NamedIn {
  const exact = new Set<string>();
  let unclear = false;
  for (const stem of new Set(names.map(stemOf))) {
    for (const { text } of texts) {
      for (let at = text.indexOf(stem); at !== -1; at = text.indexOf(stem, at + 1)) {
        const found = names.find((name) => isWhole(text, at, name));
        if (found !== undefined) exact.add(found);
        else if (isStart(text, at)) unclear = true;
      }
    }
  }
  return { exact, unclear };
}

/** The names that a native file may open: those that its data hold. */
export function namedInData(
  source: Source,
  native: OpenNative,
  names: readonly string[],
): ReadonlySet<string> {
  const decoder = new TextDecoder("latin1");
  const found = new Set<string>();
  for (const { name: region, start, size } of native.regions()) {
    if (!TEXTS.test(region)) continue;
    for (let at = start; at < start + size; at += CHUNK) {
      const end = Math.min(start + size, at + CHUNK + LONGEST_NAME);
      const text = decoder.decode(source.read(at, end - at));
      for (const name of names) if (!found.has(name) && holds(text, name)) found.add(name);
    }
  }
  return found;
}

function holds(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + 1)) {
    if (isWhole(text, at, name)) return true;
  }
  return false;
}

/** `libx` of `libx.so.1`, `libx.1.dylib` and `x.dll`. */
function stemOf(name: string): string {
  return name.replace(/(?:\.so(?:\..*)?|(?:\.\d+)*\.dylib|\.dll)$/i, "");
}

function isWhole(text: string, at: number, name: string): boolean {
  return (
    text.startsWith(name, at) &&
    isStart(text, at) &&
    !/^(?:\w|[.-]\w|\.\{|%)/.test(text.slice(at + name.length, at + name.length + 2))
  );
}

function isStart(text: string, at: number): boolean {
  return at === 0 || !/[\w.-]/.test(text.charAt(at - 1));
}
