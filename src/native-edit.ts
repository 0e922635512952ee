/**
 * Everything that may be asked of a native file, in words that mean the same for all formats.
 *
 * All edits of a file go in one transaction, and are applied in the order of this list whatever the
 * order in which they are given. A format refuses what it cannot do.
 */
/**
 * `debug`: what only a debugger reads. `unneeded`: also the symbols that only debuggers and profilers
 * use. `all`: everything that is not needed to run, but notes, build attributes and the link to a
 * debug file.
 */
export type StripLevel = "debug" | "unneeded" | "all";

export type NativeEdit =
  /** Of a file with several architectures, only these stay; with one left the file becomes thin. */
  | { readonly kind: "keep-archs"; readonly archs: readonly string[] }
  /** @property optional: where it can't be done, the result says why and the other edits go on. */
  | { readonly kind: "strip"; readonly level: StripLevel; readonly optional?: true }
  /**
   * A region whose content was packed to its front: pointers into it are changed, and what is behind
   * the content leaves the file, or becomes zeros where it can't.
   */
  | {
      readonly kind: "cut";
      /** Name of the region. The file has its new content already, its pointers are the old ones. */
      readonly region: string;
      /** Bytes from the region's start that count. */
      readonly size: number;
      /** Everything in it that a pointer leads to, in bytes from the region's start. */
      readonly moved: readonly { readonly from: number; readonly to: number }[];
    }
  /** DT_SONAME, LC_ID_DYLIB, the export directory's name; added where the format lets it. */
  | { readonly kind: "set-id"; readonly id: string; readonly arch?: string }
  /** Every dependency of that name, and what refers to it: version needs, forwarders, ordinals. */
  | {
      readonly kind: "replace-dependency";
      readonly from: string;
      readonly to: string;
      /** Only in this slice of a fat file. */
      readonly arch?: string;
    }
  /** Refused when something in the file still refers to it. */
  | { readonly kind: "remove-dependency"; readonly name: string; readonly arch?: string }
  /** After the others, unless it is there. PE: only what is delayed, which is then loaded with the file. */
  | { readonly kind: "add-dependency"; readonly name: string; readonly arch?: string }
  /** The search paths of the file, all of them; an empty list removes them. */
  | {
      readonly kind: "set-search-paths";
      readonly paths: readonly string[];
      /** ELF: which tag holds them. */
      readonly as?: "rpath" | "runpath";
      readonly arch?: string;
    }
  /** PF_X of PT_GNU_STACK, MH_ALLOW_STACK_EXECUTION. */
  | { readonly kind: "clear-executable-stack" }
  /** PE: flags that keep the loader from looking for this file's DLLs where whoever loads it says. */
  | { readonly kind: "clear-load-flags" }
  /**
   * The signature that loaders ask for, made again whatever else changes; other formats than Mach-O
   * refuse it.
   *
   * @property optional: where it can't be done, the result says why and the other edits go on.
   */
  | { readonly kind: "sign"; readonly arch?: string; readonly optional?: true };

const ORDER: Readonly<Record<NativeEdit["kind"], number>> = {
  "keep-archs": 0,
  strip: 1,
  cut: 2,
  "set-id": 3,
  "replace-dependency": 4,
  "remove-dependency": 5,
  "add-dependency": 6,
  "set-search-paths": 7,
  "clear-executable-stack": 8,
  "clear-load-flags": 9,
  sign: 10,
};

/** In the order in which edits apply; those of one kind stay as they are given. */
export function inOrder(edits: readonly NativeEdit[]): readonly NativeEdit[] {
  return edits.toSorted((a, b) => ORDER[a.kind] - ORDER[b.kind]);
}
