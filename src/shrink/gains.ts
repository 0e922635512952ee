/** What each step made of a gain: exact for whole files, within one file shares that are estimated. */

export type StepName =
  | "drop"
  | "dedupe"
  | "thin"
  | "strip"
  | "drop-archs"
  | "ptx"
  | "drop-linked-duplicates"
  | "strip-device-debug"
  | "recompress-device-code"
  | "repack";

/** Bytes in the archive and installed. */
export interface Bytes {
  readonly packed: number;
  readonly size: number;
}

/** What a step gained of one file. */
export interface Gain {
  readonly step: StepName;
  readonly gained: Bytes;
}

/**
 * Shares a file's gain among the steps that made it.
 *
 * @param shares about what each step gained, what is known best first.
 * @param rest the step that made what no share accounts for; where there is none, the shares are
 *   scaled to the whole.
 */
export function shareGain(
  gained: Bytes,
  shares: readonly Gain[],
  rest: StepName | undefined,
): readonly Gain[] {
  const packed = parts(
    gained.packed,
    shares.map((share) => share.gained.packed),
    rest !== undefined,
  );
  const size = parts(
    gained.size,
    shares.map((share) => share.gained.size),
    rest !== undefined,
  );
  const steps = [...shares.map(({ step }) => step), ...(rest === undefined ? [] : [rest])];
  return steps
    .map((step, index) => ({
      step,
      gained: { packed: packed[index] ?? 0, size: size[index] ?? 0 },
    }))
    .filter((gain) => gain.gained.packed !== 0 || gain.gained.size !== 0);
}

/** The whole in parts, the last of which is what is left. */
function parts(whole: number, shares: readonly number[], hasRest: boolean): readonly number[] {
  const sum = shares.reduce((total, share) => total + share, 0);
  const scale = hasRest || sum <= 0 ? 1 : whole / sum;
  let left = whole;
  const result = shares.map((share) => {
    const part = Math.max(0, Math.min(left, Math.round(share * scale)));
    left -= part;
    return part;
  });
  if (hasRest) return [...result, left];
  // What rounding left, or a gain of which no share is known.
  const last = result.length - 1;
  return result.map((part, index) => (index === last ? part + left : part));
}

/** One gain for each step, in the order in which they come. */
export function sumOfGains(gains: readonly Gain[]): readonly Gain[] {
  const sums = new Map<StepName, Bytes>();
  for (const { step, gained } of gains) {
    const { packed, size } = sums.get(step) ?? { packed: 0, size: 0 };
    sums.set(step, { packed: packed + gained.packed, size: size + gained.size });
  }
  return [...sums].map(([step, gained]) => ({ step, gained }));
}

export function totalOf(files: readonly Bytes[]): Bytes {
  let [packed, size] = [0, 0];
  for (const file of files) {
    packed += file.packed;
    size += file.size;
  }
  return { packed, size };
}
