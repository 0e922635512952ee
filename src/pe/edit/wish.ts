/** Bytes that need a place in memory, and what is to be done once they have one. */
export interface Wish {
  /** Bytes. */
  readonly size: number;
  readonly align: number;
  /** What it is, for people. */
  readonly what: string;
  /** The bytes, when the wish lies at that RVA; writes whatever leads there. Called once, in order. */
  make(rva: number): Uint8Array;
}
