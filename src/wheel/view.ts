/** What the checks see of a wheel, and what they make of it. */
import type { ZipEntry } from "../zip/entry.ts";
import type { EntryPoint } from "./entry-points.ts";
import type { WheelFilename } from "./filename.ts";
import type { RawMetadata } from "./metadata.ts";
import type { ProblemList } from "./problem-list.ts";
import type { ParsedRecord, RecordRow } from "./record.ts";
import type { Variant } from "./variant-file.ts";
import type { WheelFile } from "./wheel-file.ts";

export interface WheelView {
  /** Base name of the file. */
  readonly filename: string;
  readonly entries: readonly ZipEntry[];
  /** A whole text member of `.dist-info`; `undefined` when it is absent, damaged or too large. */
  read(path: string): Uint8Array | undefined;
  /** RECORD, where it has been parsed already. */
  readonly record?: ParsedRecord;
  /** Paths of the members whose first bytes are those of ELF, Mach-O or PE. */
  readonly nativeMembers: ReadonlySet<string>;
}

export interface WheelModel {
  readonly filename?: WheelFilename;
  /** Name of the `.dist-info` directory. */
  readonly distInfo?: string;
  /** As METADATA spells it, else the file name. */
  readonly name: string | null;
  readonly version: string | null;
  readonly build: string | null;
  /** Expansion of the file name's tags, sorted. */
  readonly tags: readonly string[];
  readonly metadata?: RawMetadata;
  readonly wheelFile?: WheelFile;
  readonly entryPoints?: readonly EntryPoint[];
  readonly rootIsPurelib?: boolean;
  /** What the label of the file name stands for, where `variant.json` says it. */
  readonly variant?: Variant;
}

/** What each check gets: the view, the files parsed so far, and where problems go. */
export interface CheckContext extends WheelModel {
  /** Rows of RECORD. They hold all of its text, so that nothing keeps them once all is checked. */
  readonly record?: readonly RecordRow[];
  readonly view: WheelView;
  /** Names of all members but directories, with their sizes. */
  readonly files: ReadonlyMap<string, ZipEntry>;
  readonly problems: ProblemList;
}
