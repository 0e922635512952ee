/** What can stand in the way of a platform tag. */

export type LinuxWhy =
  | "symbol-version"
  | "library"
  | "search-path"
  | "forbidden-symbol"
  | "isa"
  | "pyfpe"
  | "ucs2"
  | "libpython"
  | "machine"
  | "libc";

export type MacosWhy = "minimum-system" | "load-command" | "system-symbol" | "system-library";

export type Why = LinuxWhy | MacosWhy;
