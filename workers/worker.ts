/**
 * The script of every thread. The build puts piscina's loop before it, which calls these functions
 * by their names.
 */
export { index, inspect } from "./inspect.ts";
export { decodedDigest, recode } from "./recode.ts";
