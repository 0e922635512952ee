/** Sets of exported names as hashes. */
import { fnv1a } from "../../symbol-hash.ts";

/** True when an ascending list holds the name's hash: then the name is very likely there. */
export function mayHold(hashes: Uint32Array, name: string): boolean {
  const wanted = fnv1a(name);
  let low = 0;
  let high = hashes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((hashes[middle] ?? 0) < wanted) low = middle + 1;
    else high = middle;
  }
  return hashes[low] === wanted;
}
