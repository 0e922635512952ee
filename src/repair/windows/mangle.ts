/**
 * Names of grafted DLLs: by content, so that two wheels share a DLL only when it is the same.
 *
 * The hash is the one of delvewheel, so that a process that loads wheels of both tools has one
 * module for one DLL: SHA-256 over the hash and a NUL for each dependency that is renamed as well,
 * in the order of the import table, then the file as it was found; 32 hex digits of it. Where DLLs
 * need each other in a circle, which delvewheel can't name, the circle counts as one thing: its
 * files' hashes without the circle, sorted, say what it is, and each file's own tells it apart.
 */
import { compareText, encodeUtf8, toHex } from "../../bytes.ts";
import type { Hasher } from "../../runtime.ts";

/** Hex digits of the SHA-256 that go into a name. */
const DIGITS = 32;
const NUL: Uint8Array = new Uint8Array(1);

export interface MangleNode {
  /** What tells it from the others: its path. */
  readonly key: string;
  /** Keys of the DLLs that it needs and that are renamed, in the order of its import table. */
  readonly dependencies: readonly string[];
  /** Feeds the hasher the file as it was before any change. */
  content(hasher: Hasher): void;
}

/**
 * The hash of each DLL, by key. Dependencies that are none of `nodes` don't count.
 *
 * @param newHasher of SHA-256.
 */
export function mangleHashes(
  nodes: readonly MangleNode[],
  newHasher: () => Hasher,
): ReadonlyMap<string, string> {
  const byKey = new Map(nodes.map((node) => [node.key, node]));
  const hashes = new Map<string, string>();
  for (const component of components(byKey)) {
    const inside = new Set(component.map(({ key }) => key));
    const own = component.map((node) => {
      const outside = node.dependencies.filter((key) => !inside.has(key));
      return { key: node.key, hash: hashOf(node, outside, hashes, newHasher) };
    });
    const circle = own.length === 1 ? undefined : digest(sortedHashes(own), newHasher);
    for (const { key, hash } of own) {
      hashes.set(key, circle === undefined ? hash : digest([circle, hash], newHasher));
    }
  }
  return hashes;
}

/**
 * `b.dll` and a hash give `b-<hash>.dll`; a name that ends in the hash already stays.
 *
 * @param fileName as the file is spelled on disk.
 */
export function mangledName(fileName: string, hash: string): string {
  const dot = fileName.lastIndexOf(".");
  const stem = dot <= 0 ? fileName : fileName.slice(0, dot);
  const extension = dot <= 0 ? "" : fileName.slice(dot);
  return stem.toLowerCase().endsWith(`-${hash}`) ? fileName : `${stem}-${hash}${extension}`;
}

/** True for a name that delvewheel or this tool gave. */
export function isMangledName(fileName: string): boolean {
  return /.-[0-9a-f]{32}(?:\.[^.]*)?$/i.test(fileName);
}

function hashOf(
  node: MangleNode,
  dependencies: readonly string[],
  hashes: ReadonlyMap<string, string>,
  newHasher: () => Hasher,
): string {
  const hasher = newHasher();
  for (const key of dependencies) {
    const hash = hashes.get(key);
    if (hash === undefined) continue;
    hasher.update(encodeUtf8(hash));
    hasher.update(NUL);
  }
  node.content(hasher);
  return toHex(hasher.digest()).slice(0, DIGITS);
}

function sortedHashes(own: readonly { readonly hash: string }[]): readonly string[] {
  return own.map(({ hash }) => hash).sort(compareText);
}

function digest(texts: readonly string[], newHasher: () => Hasher): string {
  const hasher = newHasher();
  hasher.update(encodeUtf8(texts.join("\0")));
  return toHex(hasher.digest()).slice(0, DIGITS);
}

interface Visit {
  readonly node: MangleNode;
  /** Position in `node.dependencies`. */
  next: number;
}

/**
 * Strongly connected components, those that others need first (Tarjan, without recursion: chains of
 * DLLs may be long).
 */
function components(byKey: ReadonlyMap<string, MangleNode>): readonly (readonly MangleNode[])[] {
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const open: MangleNode[] = [];
  const isOpen = new Set<string>();
  const found: (readonly MangleNode[])[] = [];
  for (const root of [...byKey.values()].sort((a, b) => compareText(a.key, b.key))) {
    if (order.has(root.key)) continue;
    const path: Visit[] = [];
    enter(root, path);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const { node } = top;
      const key = node.dependencies[top.next++];
      if (key === undefined) {
        path.pop();
        leave(node, path.at(-1)?.node);
        continue;
      }
      const next = byKey.get(key);
      if (next === undefined) continue;
      const seen = order.get(key);
      if (seen === undefined) enter(next, path);
      else if (isOpen.has(key)) lower(node.key, seen);
    }
  }
  return found;

  function enter(node: MangleNode, path: Visit[]): void {
    order.set(node.key, order.size);
    low.set(node.key, order.size - 1);
    open.push(node);
    isOpen.add(node.key);
    path.push({ node, next: 0 });
  }

  function lower(key: string, to: number): void {
    low.set(key, Math.min(low.get(key) ?? to, to));
  }

  function leave(node: MangleNode, parent: MangleNode | undefined): void {
    const lowest = low.get(node.key) ?? 0;
    if (parent !== undefined) lower(parent.key, lowest);
    if (lowest !== order.get(node.key)) return;
    const start = open.lastIndexOf(node);
    const component = open.splice(start);
    for (const { key } of component) isOpen.delete(key);
    found.push(component);
  }
}
