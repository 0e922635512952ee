/** Where a repair looks for libraries: opened once for all wheels of a run. */

import { statSync } from "node:fs";
import { basename } from "node:path";
import { inspectWheel } from "../audit/audit.ts";
import { allBinaries } from "../audit/member.ts";

import { printable } from "../bytes.ts";
import { FormatError, UsageError } from "../errors.ts";
import { packageFinder } from "../repair/owners/owner.ts";
import type { LibraryProvider } from "../repair/providers.ts";
import { namedProvider, wheelProvider } from "../repair/providers.ts";
import type { RepairRoot, RepairRoots } from "../repair/roots.ts";
import type { FileSource } from "../runtime.ts";
import { readInto } from "../source.ts";
import { parseWheelFilename } from "../wheel/filename.ts";
import { normalizeName } from "../wheel/names.ts";
import { openSoundWheel } from "../wheel/open.ts";
import type { NodeEngine } from "./engine.ts";
import type { Root } from "./root-files.ts";
import { openRoot } from "./root-files.ts";

/** Called while a library is read: bytes of its file so far, and in all. */
type OnRead = (path: string, done: number, total: number) => void;

/**
 * @param sysroot a folder; `/` is this host; `undefined`: no loader's folders count.
 * @throws UsageError when it is no folder.
 */
export function openRoots(sysroot: string | undefined, onRead?: OnRead): RepairRoots {
  const host = withOwners(openRoot("/"), onRead);
  if (sysroot === undefined) return { host };
  if (sysroot === "/") return { host, sysroot: host };
  if (!isFolder(sysroot)) {
    throw new UsageError(
      `\`${printable(sysroot)}\` is not a folder`,
      "`--sysroot` is the root of a system",
    );
  }
  return { host, sysroot: withOwners(openRoot(sysroot), onRead) };
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function withOwners(root: Root, onRead: OnRead = () => {}): RepairRoot {
  const open = (path: string): FileSource => watched(root.open(path), path, onRead);
  return { ...root, open, ownerOf: packageFinder(root) };
}

/** The same file; what is read of it in order is reported. */
function watched(file: FileSource, path: string, onRead: OnRead): FileSource {
  const { size } = file;
  return {
    ...file,
    read(offset, length) {
      onRead(path, offset + length, size);
      return file.read(offset, length);
    },
    readInto(offset, target) {
      onRead(path, offset + target.length, size);
      readInto(file, offset, target);
    },
  };
}

/**
 * @param given wheels, or names of projects.
 * @throws RefusalError when nothing is known of a project; UsageError for what is no wheel.
 */
export async function openProviders(
  given: readonly string[],
  engine: NodeEngine,
): Promise<readonly LibraryProvider[]> {
  const providers: LibraryProvider[] = [];
  for (const text of given) {
    if (!text.endsWith(".whl")) {
      providers.push(namedProvider(normalizeName(text)));
      continue;
    }
    providers.push(await openProvider(text, engine));
  }
  return providers;
}

async function openProvider(path: string, engine: NodeEngine): Promise<LibraryProvider> {
  const source = engine.open(path);
  try {
    const wheel = openSoundWheel(source, basename(path), engine.compression);
    const { binaries } = await inspectWheel(wheel, path, source, engine, { hash: false });
    const { name } = parseWheelFilename(wheel.file);
    return wheelProvider(normalizeName(name?.name ?? wheel.file), allBinaries(binaries));
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new UsageError(`\`--provided-by ${printable(path)}\`: ${error.message}`);
  } finally {
    source.close();
  }
}
