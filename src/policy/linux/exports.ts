/** What the libraries that a host provides export, as far as it is known by name. */
import { BOTH_EXPORTS, GLIBC_EXPORTS, MUSL_EXPORTS } from "../data/libc-exports.ts";
import type { LinuxFamily } from "./table.ts";

const sets = new Map<LinuxFamily, ReadonlySet<string>>();

/**
 * True for a name of the C library, whichever of its parts has it: a Python process has them all. Also
 * true for names that only newer versions have, which other rules judge.
 */
export function inCLibrary(family: LinuxFamily, name: string): boolean {
  if (family === "android") return false;
  let names = sets.get(family);
  if (names === undefined) {
    const own = family === "musllinux" ? MUSL_EXPORTS : GLIBC_EXPORTS;
    names = new Set(`${BOTH_EXPORTS} ${own}`.split(" "));
    sets.set(family, names);
  }
  // Helpers of the ARM ABI: each C library has some, and the lists are of other machines.
  return names.has(name) || name.startsWith("__aeabi_");
}

const C_LIBRARY =
  /^lib(c|m|pthread|dl|rt|util|resolv|anl|mvec|xnet)\.so(\.\d+)?$|^libc\.musl-[\w-]+\.so\.1$/;

/** How the names of other libraries begin. A list of beginnings takes too much for known, never too little. */
const BEGINNINGS: readonly (readonly [library: RegExp, names: RegExp])[] = [
  [/^libgcc_s\.so\.1$/, /^(_Unwind_|__)/],
  [/^libstdc\+\+\.so\.6$/, /^(_|atomic)/],
  [/^libatomic\.so\.1$/, /^(__)?atomic_/],
  [
    /^libz\.so\.1$/,
    /^(deflate|inflate|compress|uncompress|gz|crc32|adler32|zlib|zError|get_crc_table|_tr_|z_)/,
  ],
];

/** The same of libraries whose names are too many, or differ too much, to say that one is missing. */
const LOOSE: readonly (readonly [library: RegExp, names: RegExp])[] = [
  [/^lib(X11|Xext|Xrender)\.so\.\d+$/, /^_?X/],
  [/^libICE\.so\.6$/, /^_?Ice/],
  [/^libSM\.so\.6$/, /^Sm/],
  [/^libGL\.so\.1$/, /^_?gl/],
  [/^lib(glib|gobject|gthread)-2\.0\.so\.0$/, /^_?g_|^glib_/],
  [/^libexpat\.so\.1$/, /^XML_/],
  [/^libnsl\.so\.1$/, /^(_?_?yp|nis_|xdr_)/],
];

/** True where it can be told that a host's library does not export a name. */
export function exportsAreKnown(library: string): boolean {
  return C_LIBRARY.test(library) || BEGINNINGS.some(([pattern]) => pattern.test(library));
}

/** True for a name that the library probably exports; the C library's parts: {@link inCLibrary}. */
export function mayExport(library: string, name: string): boolean {
  return [...BEGINNINGS, ...LOOSE].some(
    ([pattern, names]) => pattern.test(library) && names.test(name),
  );
}
