/** What a changed file must say of itself: written by whoever plans the change, checked by the verifier. */
export interface PeExpectation {
  /** Imported DLLs in the order of the descriptors. */
  readonly imports: readonly string[];
  readonly delayImports: readonly string[];
  /** Texts of the forwarders by ordinal. */
  readonly forwarders: readonly string[];
  /** The DLL's own name. */
  readonly id: string | null;
  /** Sections of which only `size` bytes are left, and where pointers into them lead now. */
  readonly cuts: readonly {
    readonly region: string;
    readonly size: number;
    readonly moved: readonly { readonly from: number; readonly to: number }[];
  }[];
}
