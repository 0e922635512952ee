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
  /** What is wrong, in one line and without the hint. */
  readonly message: string;
}

/** @param subject the file that was being handled, where there is one. */
export function describeFailure(error: unknown, subject?: string): Failure {
  const about = subject === undefined ? "" : `\`${printable(subject)}\`: `;
  const failure = (status: number, message: string, hint?: string): Failure => ({
    status,
    text: errorText(message, hint),
    message,
  });
  if (error instanceof UsageError) return failure(STATUS.usage, about + error.message, error.hint);
  if (error instanceof RefusalError) {
    // One line, whatever the names in the wheel hold.
    const message = `${about}${printable(error.message)} [${error.code}]`;
    return failure(STATUS.refused, message, error.hint);
  }
  if (error instanceof FormatError) {
    return failure(STATUS.unreadable, about + printable(error.message));
  }
  const system = systemProblem(error, subject);
  if (system !== undefined) return failure(STATUS.usage, system);
  return {
    status: STATUS.bug,
    text: bugText(error, about),
    message: `${about}this is a bug in wheelkit`,
  };
}

/** `error: …`, and the hint behind an empty line. Backslash-escapes what could drive a terminal. */
export function errorText(message: string, hint?: string): string {
  const first = `error: ${printable(message)}\n`;
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

/** System calls as people say them. */
const CALLS: Readonly<Record<string, string>> = {
  scandir: "list",
  mkdir: "create",
  lstat: "look at",
  stat: "look at",
  fstat: "look at",
  unlink: "remove",
  rm: "remove",
  ftruncate: "write",
  fsync: "write",
  link: "write",
  copyfile: "copy",
};

/** What the operating system refused, in plain words; `undefined` for other errors. */
function systemProblem(error: unknown, subject: string | undefined): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  const code = String(error.code);
  const call = "syscall" in error ? String(error.syscall) : undefined;
  const known = Object.hasOwn(SYSTEM, code) ? SYSTEM[code] : undefined;
  if (call === undefined && known === undefined) return undefined;
  const words = known ?? code;
  const path = "path" in error && typeof error.path === "string" ? visible(error.path) : undefined;
  if (path !== undefined && code === "ENOENT") return `there is no file or folder \`${path}\``;
  if (path !== undefined && code === "EISDIR") return `\`${path}\` is a folder, not a file`;
  const about = subject === undefined || subject === path ? "" : `\`${subject}\`: `;
  const what = CALLS[call ?? "open"] ?? call ?? "open";
  return `${about}could not ${what}${path === undefined ? "" : ` \`${path}\``}: ${words}`;
}

/** The path that the user knows, of a temporary file beside it (`.NAME.wheelkit-….tmp`). */
function visible(path: string): string {
  return path.replace(/\.([^/\\]+)\.wheelkit-[^/\\]*\.tmp$/, "$1");
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
