/** Texts of a wheel inside messages. */
import { printable } from "../bytes.ts";

/** In backticks, escaped, and cut where a hostile wheel would fill the screen. */
export function quoted(text: string, limit: number = 120): string {
  return `\`${printable(text.length > limit ? `${text.slice(0, limit)}…` : text)}\``;
}

/** The first few of a list, and how many are left. */
export function listed(items: readonly string[], limit: number = 3): string {
  const shown = items.slice(0, limit).map((item) => quoted(item));
  if (items.length > limit) shown.push(`${items.length - limit} more`);
  const last = shown.pop() ?? "";
  return shown.length === 0 ? last : `${shown.join(", ")} and ${last}`;
}
