/** What a changed file must say of itself: written by whoever plans the change, checked by the verifier. */
export interface PeExpectation {
  /** Imported DLLs in the order of the descriptors. */
  readonly imports: readonly string[];
  readonly delayImports: readonly string[];
  /** Texts of the forwarders by ordinal. */
  readonly forwarders: readonly string[];
  /** The DLL's own name. */
  readonly id: string | null;
}
