/** Entries of DT_RPATH and DT_RUNPATH, and names with a slash, as the loader expands them. */
import type { ElfSlice } from "../../formats.ts";
import { normalizePath } from "../../wheel/installed.ts";
import type { LinuxLoader } from "./loader-folders.ts";

/** `$LIB` on common distributions: 64-bit machines have `lib64`, Debian its multiarch folders. */
const LIB: Readonly<Record<32 | 64, readonly string[]>> = { 32: ["lib"], 64: ["lib64", "lib"] };

/** Debian's multiarch folder for `$LIB`. */
const MULTIARCH: Readonly<Record<string, string>> = {
  aarch64: "aarch64-linux-gnu",
  armv6l: "arm-linux-gnueabihf",
  armv7l: "arm-linux-gnueabihf",
  i686: "i386-linux-gnu",
  loongarch64: "loongarch64-linux-gnu",
  ppc64: "powerpc64-linux-gnu",
  ppc64le: "powerpc64le-linux-gnu",
  riscv64: "riscv64-linux-gnu",
  s390x: "s390x-linux-gnu",
  x86_64: "x86_64-linux-gnu",
};

/** `$PLATFORM` is AT_PLATFORM, which the kernel spells a little differently. */
const PLATFORM: Readonly<Record<string, string>> = { armv6l: "v6l", armv7l: "v7l" };

const TOKEN = /\$(?:\{(ORIGIN|LIB|PLATFORM)\}|(ORIGIN|LIB|PLATFORM)(?![A-Za-z0-9_]))/g;

/**
 * Absolute folders for one entry, more than one where `$LIB` stands for several.
 *
 * An entry that is relative or empty means the current directory of the process: no folder that an
 * audit could know. musl ignores an entry with any other `$`.
 *
 * @param origin the folder of the object that carries the entry.
 */
export function expandSearchPath(
  entry: string,
  origin: string,
  { arch, bits }: ElfSlice,
  loader: LinuxLoader,
): readonly string[] {
  const folders: string[] = [];
  const libraries =
    loader === "bionic"
      ? [bits === 64 ? "lib64" : "lib"]
      : [...LIB[bits], ...(MULTIARCH[arch] === undefined ? [] : [`lib/${MULTIARCH[arch]}`])];
  let usesLibrary = false;
  for (const library of libraries) {
    const expanded = entry.replace(TOKEN, (whole, braced: string, plain: string) => {
      const token = braced ?? plain;
      if (token === "ORIGIN") return origin;
      if (loader === "musl") return whole;
      if (token === "LIB") {
        usesLibrary = true;
        return library;
      }
      return loader === "glibc" ? (PLATFORM[arch] ?? arch) : whole;
    });
    if (loader === "musl" && expanded.includes("$")) return [];
    const absolute = expanded.startsWith("/") || expanded.startsWith("\0");
    const path = absolute ? normalizePath(expanded) : undefined;
    if (path !== undefined && !folders.includes(path)) folders.push(path);
    if (!usesLibrary) break;
  }
  return folders;
}
