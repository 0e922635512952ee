/**
 * The file name of a wheel: `{name}-{version}(-{build})?-{python}-{abi}-{platform}(-{variant})?.whl`.
 *
 * Source: the binary distribution format (PEP 427), PEP 425 for the tags, the PEP 825 draft for the
 * variant label, the PEP 777 draft for `.whlx`.
 */
import { printable } from "../bytes.ts";
import type { Problem } from "../finding.ts";
import { normalizeName } from "./names.ts";
import { parsePythonTag } from "./python-tag.ts";
import type { WheelCode } from "./rules.ts";
import { countTags, MAX_TAGS } from "./tag.ts";

/** The parts as they are spelled; {@link formatWheelFilename} gives the same text back. */
export interface WheelFilename {
  readonly name: string;
  readonly version: string;
  /** Begins with a digit in a valid name. */
  readonly build?: string;
  /** Parts of the compressed tag sets, in the order of the file name. */
  readonly pythonTags: readonly string[];
  readonly abiTags: readonly string[];
  readonly platformTags: readonly string[];
  /** PEP 825 label. */
  readonly variant?: string;
  /** `.whlx` is the PEP 777 draft's. */
  readonly extension: ".whl" | ".whlx";
}

export interface ParsedFilename {
  readonly name?: WheelFilename;
  readonly problems: readonly Problem<WheelCode>[];
}

/** What only drafts define: PyPI, pip and uv refuse the name. */
export const REFUSED_TODAY = { pypi: "error", install: "error" } as const;

const VARIANT = /^[0-9a-z._]+$/;
/** What browsers and file managers append: `… (1)`, `… - Copy`. */
const COPY = /^(.*[^ ])(?: ?\([0-9]{1,4}\)| - Copy)$/;
/** Longer than any file system takes; keeps the work on a hostile name small. */
const MAX_LENGTH = 4096;

/** NAM008, for a base name that can't be printed or is no base name. */
export function fileNameProblem(base: string): Problem<WheelCode> | undefined {
  return base.includes("/") || base.includes("\\") || printable(base) !== base
    ? {
        code: "NAM008",
        message: `the file name \`${shown(base)}\` holds a control character or a slash`,
      }
    : undefined;
}

/** Splits a base name into its parts. What is wrong inside the parts is told by `checkFilename`. */
export function parseWheelFilename(base: string): ParsedFilename {
  const extension = base.endsWith(".whlx") ? ".whlx" : ".whl";
  if (!base.endsWith(extension)) {
    return malformed(`\`${shown(base)}\` does not end in \`.whl\``);
  }
  if (base.length > MAX_LENGTH) {
    return malformed(`the file name is ${base.length} characters long`);
  }
  const stem = base.slice(0, -extension.length);
  const original = COPY.exec(stem)?.[1];
  if (original !== undefined) {
    return malformed(
      `\`${shown(base)}\` looks like a copy or a second download that was renamed`,
      `Rename it to \`${shown(original + extension)}\``,
    );
  }
  const parts = stem.split("-");
  if (parts.length < 5 || parts.length > 7) {
    return malformed(
      `\`${shown(base)}\` has ${parts.length} ${parts.length === 1 ? "part" : "parts"} between dashes, not the 5 or 6 of a wheel`,
    );
  }
  // A build tag begins with a digit and a python tag never does, so six parts can be told apart.
  const hasBuild = parts.length === 7 || (parts.length === 6 && !isPythonTagSet(parts[2] ?? ""));
  const hasVariant = parts.length === (hasBuild ? 7 : 6);
  const [name = "", version = ""] = parts;
  const [python = "", abi = "", platform = "", variant] = parts.slice(hasBuild ? 3 : 2);
  for (const [what, text] of Object.entries({ name, version, python, abi, platform })) {
    if (text === "") {
      return malformed(`\`${shown(base)}\` has an empty ${describePart(what)}`);
    }
  }
  if (hasVariant && (variant === undefined || !VARIANT.test(variant))) {
    return malformed(
      `\`${shown(base)}\` has ${parts.length} parts between dashes, and the last, \`${shown(variant ?? "")}\`, is not a variant label`,
      "a label of your own belongs into the version, as in `1.0+label`",
    );
  }
  const sets = {
    pythonTags: python.split("."),
    abiTags: abi.split("."),
    platformTags: platform.split("."),
  };
  const empty = Object.values(sets).some((set) => set.includes(""));
  if (empty) return malformed(`\`${shown(base)}\` has an empty tag in a compressed set`);
  if (countTags(sets) > MAX_TAGS) {
    return malformed(`the file name stands for ${countTags(sets)} tags; ${MAX_TAGS} are the limit`);
  }
  const problems: Problem<WheelCode>[] = [];
  if (extension === ".whlx") {
    problems.push({
      code: "NAM001",
      level: "warning",
      profiles: REFUSED_TODAY,
      message: "the extension `.whlx` is only defined by a draft (PEP 777)",
      hint: "Name the file `.whl` for indexes and installers of today",
    });
  }
  return {
    name: {
      name,
      version,
      ...(hasBuild ? { build: parts[2] ?? "" } : {}),
      ...sets,
      ...(hasVariant && variant !== undefined ? { variant } : {}),
      extension,
    },
    problems,
  };
}

/** The normalized name of the project that a wheel's base name gives; `undefined` when it is not one of a wheel. */
export function projectOf(base: string): string | undefined {
  const { name } = parseWheelFilename(base);
  return name === undefined ? undefined : normalizeName(name.name);
}

/** The inverse of {@link parseWheelFilename}. */
export function formatWheelFilename(name: WheelFilename): string {
  const parts = [
    name.name,
    name.version,
    ...(name.build === undefined ? [] : [name.build]),
    name.pythonTags.join("."),
    name.abiTags.join("."),
    name.platformTags.join("."),
    ...(name.variant === undefined ? [] : [name.variant]),
  ];
  return parts.join("-") + name.extension;
}

function malformed(message: string, hint?: string): ParsedFilename {
  return { problems: [{ code: "NAM001", message, ...(hint === undefined ? {} : { hint }) }] };
}

function describePart(what: string): string {
  return what === "name" || what === "version" ? what : `${what} tag`;
}

function isPythonTagSet(text: string): boolean {
  return text.split(".").every((part) => parsePythonTag(part).kind !== "other");
}

function shown(text: string): string {
  return printable(text.length > 200 ? `${text.slice(0, 200)}…` : text);
}
