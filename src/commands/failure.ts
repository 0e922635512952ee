/** The one place where an error becomes a message and an exit status. */
import { printable } from "../bytes.ts";
import { FormatError, RefusalError, UsageError } from "../errors.ts";
import { VERSION } from "../version.ts";

/** Exit statuses; the table in README.md explains them. */
export const STATUS = {
  done: 0,
  findings: 1,
  usage: 2,
  refused: 3,
  unreadable: 4,
  bug: 70,
} as const;

export interface Failure {
  readonly status: number;
  /** For standard error, with its line end. */
  readonly text: string;
}

/** @param subject the file that was being handled, where there is one. */
export function describeFailure(error: unknown, subject?: string): Failure {
  const about = subject === undefined ? "" : `\`${printable(subject)}\`: `;
  if (error instanceof UsageError) {
    return { status: STATUS.usage, text: errorText(about + error.message, error.hint) };
  }
  if (error instanceof RefusalError) {
    const text = errorText(`${about}${error.message} [${error.code}]`, error.hint);
    return { status: STATUS.refused, text };
  }
  if (error instanceof FormatError) {
    return { status: STATUS.unreadable, text: errorText(about + error.message) };
  }
  const system = systemProblem(error);
  if (system !== undefined) return { status: STATUS.usage, text: errorText(about + system) };
  return { status: STATUS.bug, text: bugText(error, about) };
}

/** `error: …`, and the hint behind an empty line. Backslash-escapes what could drive a terminal. */
export function errorText(message: string, hint?: string): string {
  const first = `error: ${message.split("\n").map(printable).join("\n")}\n`;
  return hint === undefined ? first : `${first}\nhint: ${printable(hint)}\n`;
}

const SYSTEM: Readonly<Record<string, string>> = {
  ENOENT: "no such file or folder",
  EACCES: "permission denied",
  EPERM: "not permitted",
  EISDIR: "is a folder",
  ENOTDIR: "is not a folder",
  EEXIST: "exists already",
  EMFILE: "too many open files",
  ENOSPC: "no space left on the device",
  EDQUOT: "the disk quota is used up",
  EFBIG: "the file would be larger than allowed",
  EROFS: "the file system is read-only",
  EIO: "the device failed",
  ELOOP: "too many symbolic links",
  ENAMETOOLONG: "the name is too long",
};

/** What the operating system refused, in plain words; `undefined` for other errors. */
function systemProblem(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("syscall" in error) || !("code" in error)) return undefined;
  const words = SYSTEM[String(error.code)] ?? String(error.code);
  const path = "path" in error && typeof error.path === "string" ? ` \`${error.path}\`` : "";
  return `could not ${String(error.syscall)}${path}: ${words}`;
}

function bugText(error: unknown, about: string): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return [
    `error: ${about}this is a bug in wheelkit`,
    "",
    stack.split("\n").map(printable).join("\n"),
    "",
    `hint: please report it with the lines above, the command line and, if you can, the wheel (wheelkit ${VERSION})`,
    "",
  ].join("\n");
}
