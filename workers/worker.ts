/**
 * The script of every thread. The build puts piscina's loop before it, which calls these functions
 * by their names.
 */
export { deflate } from "./deflate.ts";
export { index } from "./index.ts";
export { decodedDigest, recode } from "./recode.ts";
