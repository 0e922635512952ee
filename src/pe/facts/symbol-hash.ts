/** A 32-bit hash of symbol names, for sets that are only asked whether they lack a name. */

/** FNV-1a over UTF-16 code units. */
export function symbolHash(name: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < name.length; index++) {
    hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

/** True when an ascending list holds the name's hash: then the name is very likely there. */
export function mayHold(hashes: Uint32Array, name: string): boolean {
  const wanted = symbolHash(name);
  let low = 0;
  let high = hashes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((hashes[middle] ?? 0) < wanted) low = middle + 1;
    else high = middle;
  }
  return hashes[low] === wanted;
}
