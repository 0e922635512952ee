/**
 * The three errors a user can cause, and how they cross a thread.
 *
 * Anything else that is thrown is a bug in wheelkit.
 */

/** Where in a file something is wrong: a specification's record, its field, and the file offset. */
export interface FieldRef {
  /** The specification's name of the structure, for example `Elf64_Phdr` or `local file header`. */
  readonly record: string;
  /** The specification's name of the field, for example `p_offset`. */
  readonly field?: string;
  /** Byte offset in the file (for a wheel: in the member, or in the archive for archive records). */
  readonly offset?: number;
  /** The offending value as text. */
  readonly value?: string;
}

export interface FormatErrorPlace extends FieldRef {
  /** `elf`, `macho`, `pe`, `zip` or the name of a text format such as `RECORD`. */
  readonly format: string;
}

/** Records that stand for all of a file. */
const WHOLE: readonly string[] = ["archive", "file"];

/** Bad input. The audit turns it into a finding and goes on. */
export class FormatError extends Error {
  override readonly name = "FormatError";
  readonly place: FormatErrorPlace;
  /** What is wrong, without the place. */
  readonly problem: string;

  constructor(problem: string, place: FormatErrorPlace) {
    const { field, offset, value } = place;
    // The name of the whole file says nothing about where in it.
    const somewhere = field !== undefined || offset !== undefined || value !== undefined;
    super(
      somewhere || !WHOLE.includes(place.record) ? `${problem} (${describePlace(place)})` : problem,
    );
    this.problem = problem;
    this.place = place;
  }
}

/** Doing what was asked would be unsafe or is impossible; nothing was written. */
export class RefusalError extends Error {
  override readonly name = "RefusalError";
  readonly code: string;
  readonly hint: string | undefined;

  constructor(code: string, message: string, hint?: string) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}

/** The command line, the configuration or a named file is wrong. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/** An error as plain data: structured clone loses class, code and fields. */
export type PlainError =
  | { readonly kind: "format"; readonly problem: string; readonly place: FormatErrorPlace }
  | {
      readonly kind: "refusal";
      readonly code: string;
      readonly message: string;
      readonly hint?: string;
    }
  | { readonly kind: "usage"; readonly message: string; readonly hint?: string }
  | { readonly kind: "bug"; readonly message: string; readonly stack?: string };

export function toPlainError(error: unknown): PlainError {
  if (error instanceof FormatError) {
    return { kind: "format", problem: error.problem, place: error.place };
  }
  if (error instanceof RefusalError) {
    return {
      kind: "refusal",
      code: error.code,
      message: error.message,
      ...optionalHint(error.hint),
    };
  }
  if (error instanceof UsageError) {
    return { kind: "usage", message: error.message, ...optionalHint(error.hint) };
  }
  if (error instanceof Error) {
    return {
      kind: "bug",
      message: error.message,
      ...(error.stack === undefined ? {} : { stack: error.stack }),
    };
  }
  return { kind: "bug", message: String(error) };
}

export function fromPlainError(plain: PlainError): Error {
  switch (plain.kind) {
    case "format":
      return new FormatError(plain.problem, plain.place);
    case "refusal":
      return new RefusalError(plain.code, plain.message, plain.hint);
    case "usage":
      return new UsageError(plain.message, plain.hint);
    case "bug": {
      const error = new Error(plain.message);
      if (plain.stack !== undefined) error.stack = plain.stack;
      return error;
    }
  }
}

export function describePlace(place: FieldRef): string {
  const parts = [place.field === undefined ? place.record : `${place.record}.${place.field}`];
  if (place.offset !== undefined) parts.push(`offset ${place.offset}`);
  if (place.value !== undefined) parts.push(`value ${place.value}`);
  return parts.join(", ");
}

function optionalHint(hint: string | undefined): { readonly hint?: string } {
  return hint === undefined ? {} : { hint };
}
