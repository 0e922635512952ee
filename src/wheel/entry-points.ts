/**
 * entry_points.txt: an INI file as `configparser` reads it with `=` as its only delimiter,
 * case-sensitive keys and no interpolation (the entry points specification; PyPI's check).
 */
import { decodeUtf8, isPlainAscii, printable } from "../bytes.ts";
import type { Problem } from "../finding.ts";
import type { WheelCode } from "./rules.ts";

export interface EntryPoint {
  /** Section: `console_scripts`, `gui_scripts` or a group of some plugin system. */
  readonly group: string;
  readonly name: string;
  /** Object reference as written. */
  readonly value: string;
  /** 1 for the first line. */
  readonly line: number;
}

export interface ParsedEntryPoints {
  readonly entryPoints: readonly EntryPoint[];
  readonly problems: readonly Problem<WheelCode>[];
}

/** The parts of an object reference: `module:attribute [extra]`. */
export interface ObjectReference {
  readonly module: string;
  readonly attribute?: string;
  readonly extras: readonly string[];
}

const MAX_ENTRIES = 100_000;
const MAX_PROBLEMS = 20;
/** Longer references are refused: no real one comes near. */
const MAX_REFERENCE = 8192;

/** Every entry, with EPT001 for what `configparser` refuses. Never throws. */
export function parseEntryPoints(bytes: Uint8Array): ParsedEntryPoints {
  const text = decodeUtf8(bytes);
  if (text === undefined) {
    return {
      entryPoints: [],
      problems: [{ code: "EPT001", message: "`entry_points.txt` is not UTF-8" }],
    };
  }
  const reader = new Reader();
  let line = 0;
  let rest = text;
  // Cut line by line: splitting a file of line ends into an array would cost memory for each.
  for (let at = 0; at <= rest.length && !reader.full; ) {
    const next = rest.indexOf("\n", at);
    const end = next === -1 ? rest.length : next;
    reader.add(rest.slice(at, end), ++line);
    at = end + 1;
  }
  rest = "";
  return { entryPoints: reader.finish(), problems: reader.problems };
}

class Reader {
  readonly problems: Problem<WheelCode>[] = [];
  full = false;
  readonly #entries: EntryPoint[] = [];
  readonly #sections = new Map<string, Set<string>>();
  #section: { readonly name: string; readonly keys: Set<string> } | undefined;
  /** The entry that indented lines continue, and its own indentation. */
  #open: { entry: EntryPoint; indent: number } | undefined;

  add(raw: string, line: number): void {
    const text = raw.trim();
    // Python's configparser only takes comments that have a line of their own.
    if (text === "" || text.startsWith("#") || text.startsWith(";")) return;
    const indent = raw.length - raw.trimStart().length;
    if (this.#open !== undefined && indent > this.#open.indent) {
      const { entry, indent: own } = this.#open;
      // No longer value is a reference, whatever follows.
      if (entry.value.length > MAX_REFERENCE) return;
      this.#open = { entry: { ...entry, value: `${entry.value}\n${text}` }, indent: own };
      return;
    }
    this.#close();
    const section = /^\[([^\]]+)\]/.exec(text);
    if (section !== null) {
      this.#begin(section[1] ?? "", line);
      return;
    }
    const equals = text.indexOf("=");
    if (this.#section === undefined) {
      this.#report(line, `stands before any section: \`${excerpt(text)}\``);
    } else if (equals <= 0) {
      this.#report(line, `is no \`name = value\`: \`${excerpt(text)}\``);
    } else {
      this.#entry(
        this.#section,
        text.slice(0, equals).trimEnd(),
        text.slice(equals + 1),
        line,
        indent,
      );
    }
  }

  finish(): readonly EntryPoint[] {
    this.#close();
    return this.#entries;
  }

  #begin(name: string, line: number): void {
    const known = this.#sections.get(name);
    if (known !== undefined) this.#report(line, `opens \`[${excerpt(name)}]\` a second time`);
    if (known === undefined && this.#sections.size === MAX_ENTRIES) {
      this.#fill(line, "sections");
      return;
    }
    const keys = known ?? new Set<string>();
    this.#sections.set(name, keys);
    this.#section = { name, keys };
  }

  #entry(
    section: { readonly name: string; readonly keys: Set<string> },
    name: string,
    value: string,
    line: number,
    indent: number,
  ): void {
    if (this.#entries.length === MAX_ENTRIES) {
      this.#fill(line, "entries");
      return;
    }
    if (section.keys.has(name)) {
      this.#report(line, `repeats \`${excerpt(name)}\` of \`[${excerpt(section.name)}]\``);
      return;
    }
    section.keys.add(name);
    this.#open = { entry: { group: section.name, name, value: value.trim(), line }, indent };
  }

  #close(): void {
    if (this.#open === undefined) return;
    this.#entries.push(this.#open.entry);
    this.#open = undefined;
  }

  /** What is not read is not checked, so it must not pass in silence. */
  #fill(line: number, what: string): void {
    this.full = true;
    this.problems.push({
      code: "EPT001",
      message: `\`entry_points.txt\` has more than ${MAX_ENTRIES} ${what}; the rest was not read`,
      at: { record: "entry_points.txt", value: `line ${line}` },
    });
  }

  #report(line: number, what: string): void {
    if (this.problems.length >= MAX_PROBLEMS) return;
    this.problems.push({
      code: "EPT001",
      message: `line ${line} of \`entry_points.txt\` ${what}`,
      at: { record: "entry_points.txt", value: `line ${line}` },
    });
  }
}

/** Identifiers and dots. */
function isDotted(text: string): boolean {
  if (isPlainAscii(text)) return /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$/.test(text);
  return /^[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}]*(?:\.[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}]*)*$/u.test(
    text,
  );
}

/** `undefined` where the text is no `mod(.mod)*[:attr(.attr)*] [extras]`. */
export function parseObjectReference(value: string): ObjectReference | undefined {
  if (value.length > MAX_REFERENCE) return undefined;
  let text = value.trim();
  let extras: string[] = [];
  const bracket = text.indexOf("[");
  if (bracket !== -1) {
    if (!text.endsWith("]")) return undefined;
    extras = text
      .slice(bracket + 1, -1)
      .split(",")
      .map((extra) => extra.trim())
      .filter((extra) => extra !== "");
    text = text.slice(0, bracket).trimEnd();
  }
  const colon = text.indexOf(":");
  const module = (colon === -1 ? text : text.slice(0, colon)).trim();
  if (!isDotted(module)) return undefined;
  if (colon === -1) return { module, extras };
  const attribute = text.slice(colon + 1).trim();
  return isDotted(attribute) ? { module, attribute, extras } : undefined;
}

function excerpt(text: string): string {
  return printable(text.length > 120 ? `${text.slice(0, 120)}…` : text);
}
