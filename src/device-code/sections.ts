/** Sections with device code: of ELF, and of PE, whose names have eight characters. */

/** Code that runs as it is. */
export const LINKED: ReadonlySet<string> = new Set([".nv_fatbin", ".nv_fatb"]);
/** Code to be linked at run time or before. */
export const RELOCATABLE: ReadonlySet<string> = new Set(["__nv_relfatbin", "__nv_rel"]);
export const WRAPPERS: ReadonlySet<string> = new Set([".nvFatBinSegment", ".nvFatBi"]);
export const AMD: ReadonlySet<string> = new Set([".hip_fatbin", ".hip_fat"]);
/** Device code in ways that nobody has written down. */
export const OPAQUE: ReadonlySet<string> = new Set([".cask_resource"]);
