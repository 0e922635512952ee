/**
 * What a repair means on one platform: data in, data out. The plan says everything that will be
 * done; `carry-out.ts` does it, the same way for all platforms.
 */
import type { Judgement } from "../audit/audit.ts";
import type { HostFiles } from "../audit/graph/host-files.ts";
import type { BinaryFormat } from "../binary.ts";
import type { NativeEdit } from "../native-edit.ts";
import type { Source } from "../source.ts";
import type { WheelFilename } from "../wheel/filename.ts";
import type { PlatformTag } from "../wheel/platform-tag.ts";
import type { FileAbout } from "./sbom.ts";
import type { RepairSettings } from "./settings.ts";

export interface RepairPlatform {
  readonly name: "linux" | "macos" | "windows";
  readonly format: BinaryFormat;
  /** Of the folder for grafted libraries, unless the settings name another: `.libs`, `.dylibs`. */
  readonly folderSuffix: string;
  /** What a library says of itself, for the bill of materials. */
  about?(source: Source): FileAbout;
  /**
   * Finds the goal (which tags, and what must be grafted for them) and says everything that will be
   * done for it. A plan for a wheel that was repaired changes nothing.
   *
   * @throws RefusalError when the goal can't be reached, with what is in the way.
   */
  plan(request: RepairRequest): RepairPlan;
  /**
   * The newest tag of the kind and architecture of `tag` whose promise is known; `undefined`, or no
   * such function: there is no limit.
   */
  newest?(tag: PlatformTag): string | undefined;
}

/** A file outside the wheel, as nodes of the dependency graph have it. */
export interface OutsideFile {
  /** The root below which `path` is. */
  readonly files?: HostFiles;
  /** Real path below that root. */
  readonly path: string;
}

export interface RepairRequest {
  /** The input's file name. */
  readonly name: WheelFilename;
  /** The audit of the wheel, with the places outside that were searched. */
  readonly judgement: Judgement;
  readonly settings: RepairSettings;
  /**
   * Folders below site-packages where other wheels keep what a file needs, by member path, or by
   * the real path of a library outside.
   */
  readonly providerFolders: ReadonlyMap<string, readonly string[]>;
  /** Where native code lies below a root that stays pure: `demo-1.0.data/platlib`. */
  readonly platlib?: string;
  /** Content of a member of the input; `undefined` where there is none, or it can't be read. */
  read(path: string): Uint8Array | undefined;
  /** Hex SHA-256 of a file outside the wheel, after the bytes `before` where they are given. */
  digestOf(file: OutsideFile, before?: Uint8Array): string;
  /** The same of a member. */
  digestOfMember(path: string, before?: Uint8Array): string;
}

export interface RepairPlan {
  /** Sorted by path. */
  readonly grafts: readonly Graft[];
  /** Files that come along with the grafts, as they are. */
  readonly companions?: readonly Companion[];
  /** Members with edits, or that move. */
  readonly members: readonly MemberEdits[];
  /** Written after members have moved, in this order. */
  readonly files: readonly PlannedFile[];
  readonly tags: PlannedTags;
  /** Everything native is below {@link RepairRequest.platlib}, so that the root stays `purelib`. */
  readonly rootIsPure?: boolean;
  /** What a user might expect of the repair and it does not do, and why. */
  readonly notes: readonly string[];
}

/** A library from outside on its way into the wheel. */
export interface Graft {
  /** Real path outside, below the root that `files` is. */
  readonly from: string;
  readonly files?: HostFiles;
  /** Member path. */
  readonly path: string;
  /** Base name in the wheel. */
  readonly name: string;
  /** Names by which it was asked for, sorted. */
  readonly aliases: readonly string[];
  /** Hex SHA-256 of the file outside. */
  readonly sha256: string;
  /** Paths in the repaired wheel, sorted. */
  readonly neededBy: readonly string[];
  readonly edits: readonly NativeEdit[];
}

/** A file from outside that is copied, whatever it is. */
export interface Companion extends Pick<OutsideFile, "files"> {
  /** Real path outside, below the root that `files` is. */
  readonly from: string;
  /** Member path. */
  readonly path: string;
}

/** A native member that changes. */
export interface MemberEdits {
  readonly path: string;
  readonly edits: readonly NativeEdit[];
  /** Its path in the repaired wheel, where that is another. */
  readonly movesTo?: string;
  /** Further paths that the result of the edits is written to. */
  readonly copies?: readonly string[];
  /** It is run where it lies, so its mode must let it. */
  readonly executable?: boolean;
}

/** A file that is no native code: a script, an `__init__.py`, the order in which DLLs load. */
export interface PlannedFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** `st_mode` with the file type; `undefined`: that of the member that it replaces, or of any new file. */
  readonly mode?: number;
}

export interface PlannedTags {
  /** Platform tags of the result, sorted; not looked at where the input's tags stay. */
  readonly platforms: readonly string[];
  /** Platform tags of the input that its content contradicts: they are not among `platforms`. */
  readonly contradicted: readonly string[];
  /** True tags that the result does not get, because PyPI takes the input's and not these. */
  readonly forgone?: readonly string[];
}
