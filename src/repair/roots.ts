/** Where a repair looks for libraries, and what it finds there besides. */
import type { HostFiles } from "../audit/graph/host-files.ts";
import type { FileSource } from "../runtime.ts";
import type { OwningPackage } from "./owners/owner.ts";
import type { OutsideFile } from "./platform.ts";

/** A root, with the packages that its package manager installed. */
export interface RepairRoot extends HostFiles {
  /** Opens the file at a path that `resolve` gave. */
  open(path: string): FileSource;
  ownerOf(path: string): OwningPackage | undefined;
}

export interface RepairRoots {
  /** The caller's file system, for the folders that are given. */
  readonly host?: RepairRoot;
  /** Whose loader's settings and folders count, if any. */
  readonly sysroot?: RepairRoot;
}

/** The root of a file that the graph found below one of `roots`. */
export function rootOf({ host, sysroot }: RepairRoots, { files, path }: OutsideFile): RepairRoot {
  const root = [host, sysroot].find((each) => each !== undefined && each === files);
  if (root === undefined) throw new TypeError(`${path} is below no root`);
  return root;
}
