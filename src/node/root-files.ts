/**
 * Files below a root folder, as a program inside that root sees them: links are followed within the
 * root, so a sysroot's absolute links never lead to this host.
 */
import { lstatSync, readdirSync, readlinkSync, realpathSync, statSync } from "node:fs";
import { join, sep } from "node:path";
import type { HostFiles } from "../audit/graph/host-files.ts";
import { compareText } from "../bytes.ts";
import { FormatError } from "../errors.ts";
import type { AnyNative } from "../formats.ts";
import { formatOf, readerOf, readVersionInfo } from "../formats.ts";
import { interestingSymbol } from "../policy/interest.ts";
import type { RootFiles } from "../repair/owners/owner.ts";
import type { FileSource } from "../runtime.ts";
import { blockSource } from "./block-source.ts";
import { openFile } from "./file.ts";
import { corePath, linkTarget } from "./host-path.ts";
import { readRegular } from "./special-file.ts";

export interface Root extends HostFiles, RootFiles {
  /** Opens the file at a path that `resolve` gave. */
  open(path: string): FileSource;
}

/** Followed links per path, as Linux counts them. */
const LINK_LIMIT = 40;
/** No text file that a loader or a package manager keeps is larger (bytes). */
const TEXT_LIMIT = 1 << 20;
/** Nor is a package database. */
const DATABASE_LIMIT = 512 << 20;

/** @param folder the root; `/` is this host. */
export function openRoot(folder: string): Root {
  const base = realpathSync(folder);
  // On Windows `/` is a drive, and the host has several.
  const isHost = folder === "/" || base === sep;
  const resolved = new Map<string, string | undefined>();
  const facts = new Map<string, AnyNative | undefined>();
  const outside = (path: string): string => (isHost ? path : join(base, path));

  const realPath = (path: string): string | undefined => {
    if (!resolved.has(path)) resolved.set(path, isHost ? hostPath(path) : rootedPath(base, path));
    return resolved.get(path);
  };
  const regular = (path: string): string | undefined => {
    const real = realPath(path);
    const stats = real === undefined ? undefined : attempt(() => statSync(outside(real)));
    return stats?.isFile() ? real : undefined;
  };
  const read = (path: string, limit: number): Uint8Array | undefined => {
    const real = regular(path);
    if (real === undefined) return undefined;
    return attempt(() => readRegular(outside(real), limit));
  };

  return {
    resolve: regular,
    realPath,
    list(path) {
      const real = realPath(path);
      if (real === undefined) return [];
      return (attempt(() => readdirSync(outside(real))) ?? []).sort(compareText);
    },
    readText(path) {
      const bytes = read(path, TEXT_LIMIT);
      return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
    },
    read: (path) => read(path, DATABASE_LIMIT),
    readNative(path) {
      if (!facts.has(path)) facts.set(path, readFacts(outside(path)));
      return facts.get(path);
    },
    productOf: (path) => readProduct(outside(path)),
    open: (path) => blockSource(openFile(outside(path))),
  };
}

function hostPath(path: string): string | undefined {
  return attempt(() => corePath(realpathSync.native(path)));
}

/** Follows links by hand, so that `/` in a link's target means the root. */
function rootedPath(base: string, path: string): string | undefined {
  let open = path.split("/").filter((part) => part !== "" && part !== ".");
  let done: string[] = [];
  for (let links = 0; ; ) {
    const part = open.shift();
    if (part === undefined) return `/${done.join("/")}`;
    if (part === "..") {
      done.pop();
      continue;
    }
    const here = join(base, ...done, part);
    const stats = attempt(() => lstatSync(here));
    if (stats === undefined) return undefined;
    if (!stats.isSymbolicLink()) {
      done.push(part);
      continue;
    }
    links += 1;
    const written = attempt(() => readlinkSync(here));
    if (written === undefined || links > LINK_LIMIT) return undefined;
    const target = linkTarget(written, base);
    if (target.startsWith("/")) done = [];
    open = [...target.split("/").filter((each) => each !== "" && each !== "."), ...open];
  }
}

function readFacts(path: string): AnyNative | undefined {
  const source = attempt(() => blockSource(openFile(path)));
  if (source === undefined) return undefined;
  try {
    const format = formatOf(source.read(0, Math.min(64, source.size)));
    const reader = format === undefined ? undefined : readerOf(format);
    return reader?.open(source).facts(interestingSymbol);
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  } finally {
    source.close();
  }
}

function readProduct(path: string): string | undefined {
  const source = attempt(() => openFile(path));
  try {
    return source && attempt(() => readVersionInfo(source)?.strings.get("ProductName"));
  } finally {
    source?.close();
  }
}

/** What can't be read is not there, as a loader sees it. */
function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
