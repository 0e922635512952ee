/** What a format of native files offers. Bytes in, facts and rewrites out; it knows no wheel and no platform. */
import type { BinaryFormat, DynamicSymbol, NativeFile } from "./binary.ts";
import type { NativeEdit } from "./native-edit.ts";
import type { Rewrite } from "./rewrite.ts";
import type { Hasher, HashName } from "./runtime.ts";
import type { ByteRange, Source } from "./source.ts";

/** Hashes, for formats with signatures. */
export interface FormatTools {
  hasher(name: HashName): Hasher;
  /**
   * The same at once, as text with one character for each byte, where there is a faster way: signatures
   * have a hash for each page, and a buffer for each would be garbage.
   */
  readonly digestText?: (name: HashName, bytes: Uint8Array) => string;
  /** The file's name, where it has one: a new signature of Mach-O is called after it. */
  readonly name?: string;
}

/** A named part of a file: section, `__TEXT,__text` or `.rdata`. */
export interface Region {
  readonly name: string;
  /** Byte offset in the file, and bytes in the file. */
  readonly start: number;
  readonly size: number;
  /** Of a fat file: the slice that has it. */
  readonly arch?: string;
}

/** A number in the file that is the address of a byte in a region once the file is loaded. */
export interface RegionPointer {
  /** Byte offset of the number in the file. */
  readonly at: number;
  /** Bytes from the region's start. */
  readonly target: number;
}

/** A symbol as `show --imports` and `--exports` print it. */
export type SymbolRow = DynamicSymbol;

/** The names that a caller asked for; absent where it did not. */
export interface SymbolLists {
  readonly imports?: readonly SymbolRow[];
  readonly exports?: readonly SymbolRow[];
}

/** Which lists are asked for. */
export type SymbolList = keyof SymbolLists;

/** An open native file. Everything is read when it is asked for. */
export interface OpenNative<File extends NativeFile = NativeFile> {
  /**
   * @param interest picks the imports that the caller wants by name and, where the format says it, by
   * library; all others are only counted.
   * @throws FormatError when the file is damaged.
   */
  facts(interest: (name: string, library?: string) => boolean): File;
  /** Sorted by name. */
  symbols(which: "imports" | "exports"): readonly SymbolRow[];
  /** In file order. Names are unique within a slice: a second one of a name gets its number, `.text#4`. */
  regions(): readonly Region[];
  /**
   * Every pointer into a region that loading the file makes, in the order of their places. Absent
   * where the format can't tell.
   *
   * @throws RefusalError when there may be pointers of other kinds.
   */
  pointersInto?(region: Region): readonly RegionPointer[];
  /** What each library is asked for, as text: `libc.so.6 GLIBC_2.17`, `macos 11.0`. */
  requirements(): readonly string[];
  /** The raw structures with the specification's names, as JSON. */
  dump(): object;
}

/** What only a pass over all bytes can tell: page hashes of a signature, a checksum. */
export interface ContentCheck<File extends NativeFile = NativeFile> {
  /** All bytes of the file, in order; a chunk is only valid during the call. */
  add(bytes: Uint8Array, offset: number): void;
  /** The facts with what the pass found. */
  complete(file: File): File;
}

/** A planned and proved change. */
export interface NativeRewrite extends Rewrite {
  /**
   * Optional edits that were left out, and what was lost on the way (a signature). Each goes on from
   * the name of the file: `was not stripped: …`.
   */
  readonly warnings: readonly string[];
}

/** What people, and the format's own specification, call things: for reports and messages. */
export interface FormatWords {
  /** In a sentence: `an ELF file`. */
  readonly aFile: string;
  /** `ELF code`. */
  readonly code: string;
  /** The name by which a library is asked for, as `show` labels it: `soname`. */
  readonly id: string;
  readonly fields: {
    readonly id: string;
    readonly dependency: string;
    readonly rpath: string;
    readonly runpath: string;
    readonly noSearchPath: string;
  };
}

/** A format whose files are recognised. */
export interface RecognisedFormat {
  readonly name: BinaryFormat;
  /** As people call it: `ELF`, `Mach-O`, `PE`. */
  readonly title: string;
  readonly words: FormatWords;
  /** By the first bytes; 64 are enough. */
  matches(head: Uint8Array): boolean;
}

/** A format whose files are read and rewritten. */
export interface Format<File extends NativeFile = NativeFile> extends RecognisedFormat {
  /** The same for two names that the loader takes for one library; absent where names are bytes. */
  libraryKey?(name: string): string;
  /** Where {@link OpenNative.facts} will read, judged by the first 64 KiB; for files that are streamed. */
  likelyRanges(head: Uint8Array, size: number): readonly ByteRange[];
  /** @throws FormatError when the headers are damaged. */
  open(source: Source): OpenNative<File>;
  /**
   * Begins a check that runs beside the first pass over a file; absent or `undefined` where the
   * format, or this file, has nothing of the kind.
   */
  contentCheck?(head: Uint8Array, size: number, tools: FormatTools): ContentCheck<File> | undefined;
  /**
   * All edits in one transaction, proved before it is returned. Edits that change nothing give a
   * rewrite without splices: then not even a signature is made again.
   *
   * @throws RefusalError when it can't be done, FormatError when the file is damaged.
   */
  rewrite(source: Source, edits: readonly NativeEdit[], tools: FormatTools): NativeRewrite;
}

export function symbolsOf(open: OpenNative, lists: readonly SymbolList[]): SymbolLists {
  return Object.fromEntries(lists.map((list) => [list, open.symbols(list)]));
}
