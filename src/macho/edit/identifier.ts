/** What a signature calls a file that had none: as Apple's `codesign` derives it from the file's name. */
import { toHex } from "../../bytes.ts";
import type { FormatTools } from "../../format.ts";
import { baseNameOf } from "../../paths.ts";
import { LC } from "../constants.ts";
import type { LoadCommand } from "../read/header.ts";
import type { MachoImage } from "../read/image.ts";

/**
 * Without folder, extension and version: `libz.1.2.11.dylib` gives `libz.1`, `libkrb5.3.3.dylib`
 * `libkrb5`. What has no dot then is made unique with the UUID.
 */
export function signingIdentifier(name: string, unique: () => string): string {
  const base = baseNameOf(name);
  const dot = base.lastIndexOf(".");
  const bare = dot > 0 && !/^\d/.test(base.slice(dot + 1)) ? base.slice(0, dot) : base;
  const tail = /(?:\.\d+)+$/.exec(bare);
  const stem = tail === null ? bare : bare.slice(0, tail.index);
  // The first number of a version stays, unless the name itself ends with one.
  const first = tail === null || /\d$/.test(stem) ? "" : (/^\.\d+/.exec(tail[0])?.[0] ?? "");
  const identifier = stem + first;
  return identifier.includes(".") ? identifier : `${identifier}-${unique()}`;
}

/** Length of the name and the UUID in hex; without a UUID, the hash of the load commands. */
export function uniqueSuffix(
  commands: readonly Pick<LoadCommand, "cmd" | "bytes">[],
  tools: FormatTools,
): string {
  const uuid = commands.find(({ cmd, bytes }) => cmd === LC.LC_UUID && bytes.length >= 24);
  if (uuid !== undefined) return `55554944${toHex(uuid.bytes.subarray(8, 24))}`;
  const hasher = tools.hasher("sha1");
  for (const { bytes } of commands) hasher.update(bytes);
  return toHex(hasher.digest());
}

/** CFBundleIdentifier of an Info.plist in the file itself, which wins over its name. */
export function bundleIdentifier(plist: Uint8Array): string | undefined {
  const text = new TextDecoder().decode(plist);
  return /<key>\s*CFBundleIdentifier\s*<\/key>\s*<string>\s*([^<]+?)\s*<\/string>/.exec(text)?.[1];
}

/** Bytes of an Info.plist that are looked at. */
const MAX_PLIST = 1 << 20;

/** `__TEXT,__info_plist`, or `null`. */
export function infoPlistOf({ segments, source }: MachoImage): Uint8Array | null {
  for (const { sections } of segments) {
    for (const { segment, name, offset, fileSize } of sections) {
      if (segment !== "__TEXT" || name !== "__info_plist") continue;
      if (fileSize > MAX_PLIST || offset + fileSize > source.size) return null;
      return source.read(offset, fileSize);
    }
  }
  return null;
}
