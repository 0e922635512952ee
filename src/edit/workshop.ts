/**
 * What changing the native files of one wheel needs of the place where it runs: compressing, and
 * room for what is too large to hold in memory. `src/node/workshop.ts` is Node's.
 */
import type { NativeEdit } from "../native-edit.ts";
import type { FileSource, MemberSpan } from "../runtime.ts";
import type { Source } from "../source.ts";
import type { PackedContent } from "./draft-member.ts";

export interface PatchJob {
  /** Path in the result. */
  readonly path: string;
  readonly edits: readonly NativeEdit[];
  /** A member of the wheel, or the way to a file outside, which is closed afterwards. */
  readonly from: MemberSpan | (() => FileSource | Promise<FileSource>);
  /** The result is another member, so it is written even where no edit changes the file. */
  readonly isNew?: boolean;
  /** No native file: it is copied, and nothing of it is read as one. */
  readonly isPlain?: boolean;
  /** Looks at the unpacked file before `edits` are done to it, and may say what else is to be done. */
  prepare?(source: Source): Promise<PreparedFile>;
}

/** A file with other content in places, and the edits that this calls for. */
export interface PreparedFile {
  /** The same object as was given when no content is other. */
  readonly source: Source;
  readonly edits: readonly NativeEdit[];
  /** Called when the result is written. */
  close(): void;
}

export interface Patched {
  /** `undefined`: the member is as it should be. */
  readonly content: PackedContent | undefined;
  /** What was left out, and why: predicates of the file, as in `was not stripped: …`. */
  readonly warnings: readonly string[];
}

export interface Workshop {
  /** So many files are about to be patched: what takes time to start may start. */
  expect(files: number): void;
  /**
   * Patches files, as many at a time as the place can; results in the order of the jobs.
   *
   * @throws RefusalError of the first job that can't be done, whatever runs at once.
   */
  patch(jobs: readonly PatchJob[]): Promise<readonly Patched[]>;
  /**
   * A member of any wheel to read at random, held in memory only while it is small.
   *
   * @throws RefusalError when the member is damaged.
   */
  open(archive: Source, span: MemberSpan): Promise<FileSource>;
  /** Removes what is temporary: call it when the result is written. */
  close(): void;
}
