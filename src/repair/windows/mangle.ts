/**
 * Names of grafted DLLs: by content, so that two wheels share a DLL only when it is the same.
 *
 * The hash is the one of delvewheel, so that a process that loads wheels of both tools has one
 * module for one DLL: SHA-256 over the hash and a NUL for each dependency that is renamed as well,
 * in the order of the import table, then the file as it was found; 32 hex digits of it. Where DLLs
 * need each other in a circle, which delvewheel can't name, the circle counts as one thing: its
 * files' hashes without the circle, sorted, take the place of those of the dependencies in it.
 */
import { compareText, encodeUtf8 } from "../../bytes.ts";

/** Hex digits of the SHA-256 that go into a name. */
const DIGITS = 32;

export interface MangleNode {
  /** What tells it from the others: its path. */
  readonly key: string;
  /** Keys of the DLLs that it needs and that are renamed, in the order of its import table. */
  readonly dependencies: readonly string[];
  /** Hex SHA-256 of the bytes given and then those of the file, as it was before any change. */
  digest(before: Uint8Array): string;
}

/** The hash of each DLL, by key. Dependencies that are none of `nodes` don't count. */
export function mangleHashes(nodes: readonly MangleNode[]): ReadonlyMap<string, string> {
  const byKey = new Map(nodes.map((node) => [node.key, node]));
  const hashes = new Map<string, string>();
  for (const component of components(byKey)) {
    const inside = new Set(component.map(({ key }) => key));
    const own = component.map((node) => {
      const outside = node.dependencies.filter((key) => !inside.has(key));
      return { node, hash: hashAfter(node, hashesOf(outside, hashes)) };
    });
    const circle = own.map(({ hash }) => hash).sort(compareText);
    for (const { node, hash } of own) {
      hashes.set(node.key, own.length === 1 ? hash : hashAfter(node, [...circle, hash]));
    }
  }
  return hashes;
}

/**
 * `b.dll` and a hash give `b-<hash>.dll`; a name that ends in the hash already stays. Import tables
 * are read in the code page of each machine, so only what is ASCII everywhere is kept of the stem.
 *
 * @param fileName as the file is spelled on disk.
 */
export function mangledName(fileName: string, hash: string): string {
  const dot = fileName.lastIndexOf(".");
  const stem = ascii(dot <= 0 ? fileName : fileName.slice(0, dot));
  const extension = ascii(dot <= 0 ? "" : fileName.slice(dot));
  return stem.toLowerCase().endsWith(`-${hash}`) ? stem + extension : `${stem}-${hash}${extension}`;
}

function ascii(text: string): string {
  return text.replace(/[^\x20-\x7e]+/g, "_");
}

/** True for a name that delvewheel or this tool gave. */
export function isMangledName(fileName: string): boolean {
  return /.-[0-9a-f]{32}(?:\.[^.]*)?$/i.test(fileName);
}

function hashesOf(keys: readonly string[], hashes: ReadonlyMap<string, string>): readonly string[] {
  return keys.flatMap((key) => hashes.get(key) ?? []);
}

function hashAfter(node: MangleNode, hashes: readonly string[]): string {
  const before = encodeUtf8(hashes.map((hash) => `${hash}\0`).join(""));
  return node.digest(before).slice(0, DIGITS);
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
