/** What can be changed in an ELF file. All edits of a file go in one transaction. */
import type { Rewrite } from "../../rewrite.ts";

export type ElfEdit =
  /** DT_SONAME, added where there is none. */
  | { readonly kind: "set-soname"; readonly name: string }
  /** A DT_NEEDED behind the others, unless it is there. */
  | { readonly kind: "add-needed"; readonly name: string }
  /** Every DT_NEEDED of that name; refused when version needs still name it. */
  | { readonly kind: "remove-needed"; readonly name: string }
  /** Every DT_NEEDED of that name, and vn_file of its version needs. */
  | { readonly kind: "replace-needed"; readonly from: string; readonly to: string }
  /** The one search path of the file: DT_RPATH or DT_RUNPATH; the other tag goes. */
  | { readonly kind: "set-search-path"; readonly tag: "rpath" | "runpath"; readonly path: string }
  /** Neither DT_RPATH nor DT_RUNPATH stays. */
  | { readonly kind: "remove-search-path" }
  /** PF_X of PT_GNU_STACK. */
  | { readonly kind: "set-execstack"; readonly executable: false };

/** The rungs of the ladder, cheapest first: which places the change needed. */
export type ElfRung =
  /** Nothing to do. */
  | "unchanged"
  /** Values only, or strings into dead or equal strings: no byte moved. */
  | "in-place"
  /** `.dynstr` grew into padding of its segment; tables behind it moved up a little. */
  | "padding"
  /** Grew into the gap between a read-only segment and the next. */
  | "gap"
  /** The last load segment was extended. */
  | "extended"
  /** One load segment was appended. */
  | "new-segment";

/** What the dynamic section must say afterwards: checked by the verifier. */
export interface ElfExpectation {
  readonly soname: string | null;
  readonly needed: readonly string[];
  readonly rpath: string | null;
  readonly runpath: string | null;
  /** vn_file of each version need, in file order. */
  readonly versionFiles: readonly string[];
}

export interface ElfRewrite extends Rewrite {
  readonly rung: ElfRung;
  readonly expect: ElfExpectation;
}
