/** Versions as load commands pack them. */
import type { MachoVersion } from "./facts/slice.ts";

/** xxxx.yy.zz in 32 bits. */
export function unpackVersion(packed: number): MachoVersion {
  return { major: packed >>> 16, minor: (packed >>> 8) & 0xff, patch: packed & 0xff };
}

/** `11.0`, `12.3.1`: the patch level only where there is one. */
export function versionText({ major, minor, patch }: MachoVersion): string {
  return patch === 0 ? `${major}.${minor}` : `${major}.${minor}.${patch}`;
}

/** a24.b10.c10.d10.e10 in 64 bits, as source versions are. Trailing zeros are left out. */
export function sourceVersionText(packed: bigint): string {
  const part = (shift: bigint, bits: bigint): bigint => (packed >> shift) & ((1n << bits) - 1n);
  const parts = [part(40n, 24n), part(30n, 10n), part(20n, 10n), part(10n, 10n), part(0n, 10n)];
  while (parts.length > 2 && parts.at(-1) === 0n) parts.pop();
  return parts.join(".");
}
