/** Adds items one by one: `push(...more)` fails where there are more than the stack has room for. */
export function append<T>(list: T[], more: Iterable<T>): void {
  for (const each of more) list.push(each);
}
