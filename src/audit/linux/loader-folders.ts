/** Where a dynamic loader looks besides the paths in the files: its configuration and its defaults. */

import { matchesGlob } from "../../glob.ts";
import { normalizePath, parentFolder } from "../../wheel/installed.ts";
import type { HostFiles } from "../graph/host-files.ts";

/** The loader whose rules count. */
export type LinuxLoader = "glibc" | "musl" | "bionic";

export interface SearchFolder {
  /** The rule that adds it, as a trace names it. */
  readonly via: string;
  readonly folder: string;
}

/** Nested `include` lines and files are followed up to this many. */
const CONF_FILE_LIMIT = 1000;

/** Folders that the loader of the root searches behind all paths of the files, in order. */
export function systemFolders(
  files: HostFiles,
  loader: LinuxLoader,
  bits: 32 | 64,
): readonly SearchFolder[] {
  const folders: SearchFolder[] = [];
  const seen = new Set<string>();
  const add = (via: string, folder: string): void => {
    const path = normalizePath(folder);
    if (path === undefined || seen.has(path)) return;
    seen.add(path);
    folders.push({ via, folder: path });
  };
  if (loader === "musl") {
    const configured = muslPath(files);
    for (const folder of configured ?? ["/lib", "/usr/local/lib", "/usr/lib"]) {
      add(configured === undefined ? "default" : "ld-musl.path", folder);
    }
  } else if (loader === "bionic") {
    for (const folder of bits === 64
      ? ["/system/lib64", "/vendor/lib64"]
      : ["/system/lib", "/vendor/lib"]) {
      add("default", folder);
    }
  } else {
    for (const folder of readLdSoConf(files, "/etc/ld.so.conf")) add("ld.so.conf", folder);
    const wide = bits === 64 ? ["/lib64", "/usr/lib64"] : [];
    for (const folder of [...wide, "/lib", "/usr/lib"]) add("default", folder);
  }
  return folders;
}

/**
 * The folders of `ld.so.conf(5)`, with `include` and its wildcards.
 *
 * Comments begin with `#`; `hwcap` lines are of an old time and ignored; `folder=libc6` is a hint
 * for ldconfig and cut off.
 */
export function readLdSoConf(files: HostFiles, path: string): readonly string[] {
  const folders: string[] = [];
  const read = new Set<string>();
  const readOne = (file: string): void => {
    if (read.has(file) || read.size >= CONF_FILE_LIMIT) return;
    read.add(file);
    for (const raw of (files.readText(file) ?? "").split("\n")) {
      const line = raw.replace(/#.*/, "").trim();
      if (line === "" || /^hwcap\s/.test(line)) continue;
      const include = /^include\s+(.+)$/.exec(line);
      if (include === null) {
        for (const folder of line.split(/[\s:,]+/)) folders.push(folder.replace(/=.*/, ""));
        continue;
      }
      for (const pattern of (include[1] ?? "").split(/\s+/)) {
        const absolute = pattern.startsWith("/") ? pattern : `${parentFolder(file)}/${pattern}`;
        for (const match of expandGlob(files, absolute)) readOne(match);
      }
    }
  };
  readOne(path);
  return folders.filter((folder) => folder.startsWith("/"));
}

/** `/etc/ld-musl-{arch}.path`: folders between newlines or colons, in place of the defaults. */
function muslPath(files: HostFiles): readonly string[] | undefined {
  const name = files.list("/etc").find((each) => /^ld-musl-.+\.path$/.test(each));
  const text = name === undefined ? undefined : files.readText(`/etc/${name}`);
  return text
    ?.split(/[\n:]/)
    .map((line) => line.trim())
    .filter((line) => line.startsWith("/"));
}

/** Paths that match a pattern with `*` and `?` in any of its parts. */
function expandGlob(files: HostFiles, pattern: string): readonly string[] {
  let found = [""];
  for (const part of pattern.split("/").filter((each) => each !== "")) {
    if (!/[*?]/.test(part)) {
      found = found.map((folder) => `${folder}/${part}`);
      continue;
    }
    const next: string[] = [];
    for (const folder of found) {
      for (const name of files.list(folder === "" ? "/" : folder)) {
        if (matchesGlob(name, part) && !name.startsWith(".")) next.push(`${folder}/${name}`);
      }
    }
    found = next;
  }
  return found;
}
