/** Caps on what an archive may ask of its reader (ZIP030). */

export interface ZipLimits {
  readonly entries: number;
  /** Bytes of the central directory. */
  readonly directory: number;
  /** Bytes of one name. */
  readonly name: number;
  /** Bytes of METADATA, WHEEL and entry_points.txt. */
  readonly metadata: number;
  /** Bytes of RECORD: 300 for each member that an archive may have. */
  readonly record: number;
  /** Bytes of all members, unpacked. */
  readonly total: number;
  /**
   * Bytes of names and extra fields that are kept in memory, several times over: 160 for each member that an
   * archive may have. Wheels of thousands of members have less than a hundredth.
   */
  readonly retained: number;
}

export const ZIP_LIMITS: ZipLimits = {
  entries: 200_000,
  directory: 256 << 20,
  name: 4096,
  metadata: 16 << 20,
  record: 64 << 20,
  total: 64 * 2 ** 30,
  retained: 32 << 20,
};
