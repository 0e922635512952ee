/** Small pieces of text that rules share. */
import { printable } from "../../bytes.ts";

/** A name from the wheel in backticks, made safe to print. */
export function quote(name: string): string {
  return `\`${printable(name)}\``;
}

/** Names in backticks with commas; from `limit` on they are only counted. */
export function quoteSome(names: readonly string[], limit = 3): string {
  if (names.length <= limit) return names.map(quote).join(", ");
  const shown = names.slice(0, limit).map(quote).join(", ");
  return `${shown} and ${names.length - limit} more`;
}

function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** Bytes as people read them: `12 bytes`, `3.4 kB`, `1.2 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return plural(bytes, "byte");
  const units = ["kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = "";
  for (const each of units) {
    value /= 1000;
    unit = each;
    if (value < 999.95) break;
  }
  return `${value.toFixed(1)} ${unit}`;
}
