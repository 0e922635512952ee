/** JSON in pieces: the text that `JSON.stringify` makes, without ever being whole in memory. */

/** A list whose items are made when they are written, and forgotten. In a document it is an array. */
export interface Streamed {
  readonly streamed: Iterable<object>;
}

export function streamed<T>(items: Iterable<T>, toJson: (item: T) => object): Streamed {
  function* made(): Generator<object> {
    for (const item of items) yield toJson(item);
  }
  return { streamed: { [Symbol.iterator]: made } };
}

/** Items that are made into text at once; longer arrays are written in parts. */
const BATCH = 256;

/** @param indent spaces of each level. */
export function* jsonPieces(value: object, indent: number): Generator<string> {
  yield* pieces(value, indent, "\n");
}

/** @param line break and indentation of the lines that the value begins on. */
function* pieces(value: unknown, indent: number, line: string): Generator<string> {
  if (isStreamed(value)) yield* arrayPieces(value.streamed, indent, line);
  else if (!isLong(value)) yield textOf(value, indent).replaceAll("\n", line);
  else if (Array.isArray(value)) yield* arrayPieces(value, indent, line);
  else yield* objectPieces(value, indent, line);
}

function* arrayPieces(items: Iterable<unknown>, indent: number, line: string): Generator<string> {
  const inner = line + " ".repeat(indent);
  let lead = "[";
  let batch: unknown[] = [];
  const flush = (): string => {
    // Without its brackets, and as deep as it is here.
    const text = textOf(batch, indent).slice(1, -1).trimEnd();
    batch = [];
    const joined = `${lead}${text.replaceAll("\n", line)}`;
    lead = ",";
    return joined;
  };
  for (const item of items) {
    if (isLong(item)) {
      if (batch.length > 0) yield flush();
      yield `${lead}${inner}`;
      lead = ",";
      yield* pieces(item, indent, inner);
      continue;
    }
    batch.push(item);
    if (batch.length === BATCH) yield flush();
  }
  if (batch.length > 0) yield flush();
  yield lead === "[" ? "[]" : `${line}]`;
}

function* objectPieces(value: object, indent: number, line: string): Generator<string> {
  const inner = line + " ".repeat(indent);
  let lead = "{";
  for (const [key, each] of Object.entries(value)) {
    if (each === undefined) continue;
    yield `${lead}${inner}${JSON.stringify(key)}: `;
    lead = ",";
    yield* pieces(each, indent, inner);
  }
  yield `${line}}`;
}

function textOf(value: unknown, indent: number): string {
  return JSON.stringify(value, undefined, indent) ?? "null";
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function isStreamed(value: unknown): value is Streamed {
  return isObject(value) && "streamed" in value && Symbol.iterator in Object(value.streamed);
}

/** True for a streamed list, a long array, and what holds one of them. */
function isLong(value: unknown): value is object {
  if (!isObject(value)) return false;
  if (Array.isArray(value)) return value.length > BATCH || value.some(isLong);
  return isStreamed(value) || Object.values(value).some(isLong);
}
