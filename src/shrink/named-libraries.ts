/** By which names code may open a library at run time, as far as its texts and data tell. */
import { addTo } from "../add-to.ts";
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

/** What the data of a native file hold: names that it may open, and beginnings that it may add to. */
export interface NamedInData {
  readonly exact: ReadonlySet<string>;
  /** `libx` of names that are there in none of their forms, but as a beginning. */
  readonly stems: ReadonlySet<string>;
}

export function namedInData(
  source: Source,
  native: OpenNative,
  names: readonly string[],
): NamedInData {
  const decoder = new TextDecoder("latin1");
  const exact = new Set<string>();
  const stems = new Set<string>();
  const byStem = new Map<string, string[]>();
  for (const name of names) addTo(byStem, stemOf(name), name);
  for (const { name: region, start, size } of native.regions()) {
    if (!TEXTS.test(region)) continue;
    for (let at = start; at < start + size; at += CHUNK) {
      const end = Math.min(start + size, at + CHUNK + LONGEST_NAME);
      const text = decoder.decode(source.read(at, end - at));
      for (const [stem, own] of byStem) {
        for (let found = text.indexOf(stem); found !== -1; found = text.indexOf(stem, found + 1)) {
          const name = own.find((each) => isWhole(text, found, each));
          if (name !== undefined) exact.add(name);
          else if (isStart(text, found) && mayGoOn(text, found + stem.length)) stems.add(stem);
        }
      }
    }
  }
  return { exact, stems };
}

/** A text that ends after the beginning, or with another suffix: code may make a name of it. */
function mayGoOn(text: string, at: number): boolean {
  return /^(?:[\0%]|\.(?:[\0%\d]|so|dylib|dll))/i.test(text.slice(at, at + 6));
}

/** `libx` of `libx.so.1`, `libx.1.dylib` and `x.dll`. */
export function stemOf(name: string): string {
  return name.replace(/(?:\.so(?:\..*)?|(?:\.\d+)*\.dylib|\.dll)$/i, "");
}

function isWhole(text: string, at: number, name: string): boolean {
  return (
    text.startsWith(name, at) &&
    isStart(text, at) &&
    !/^(?:\w|[.-]\w|\.[{%"'\0]|%)/.test(text.slice(at + name.length, at + name.length + 2))
  );
}

function isStart(text: string, at: number): boolean {
  return at === 0 || !/[\w.-]/.test(text.charAt(at - 1));
}
