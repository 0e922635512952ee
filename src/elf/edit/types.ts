/** What can be changed in an ELF file. All edits of a file go in one transaction. */

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
