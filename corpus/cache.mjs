/**
 * Where the corpus keeps what it fetches and computes, outside the repository: `WHEELKIT_CACHE`,
 * else `$XDG_CACHE_HOME/wheelkit`, else `~/.cache/wheelkit`.
 */
import { createHash } from "node:crypto";
import { createReadStream, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

export function cacheFolder() {
  const named = process.env.WHEELKIT_CACHE;
  if (named !== undefined && named !== "") {
    return named;
  }
  const base = process.env.XDG_CACHE_HOME;
  return join(base === undefined || base === "" ? join(homedir(), ".cache") : base, "wheelkit");
}

export function wheelFolder() {
  return join(cacheFolder(), "wheels");
}

/** The SHA-256 of a file in hexadecimal, read as a stream. */
export async function sha256(path) {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    hash.update(chunk);
  }
  return hash.digest("hex");
}

/** A digest of all code that belongs to a built `cli.cjs`. */
export function programDigest(cli) {
  const folder = dirname(cli);
  const hash = createHash("sha256");
  for (const name of readdirSync(folder, { recursive: true }).map(String).sort()) {
    if (/\.c?js$/.test(name)) hash.update(name).update(readFileSync(join(folder, name)));
  }
  return hash.digest("hex").slice(0, 16);
}
