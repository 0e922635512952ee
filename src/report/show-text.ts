/** The facts of a wheel or a library for people, without judgement. */

import type {
  BinaryResult,
  ResolvedDependency,
  SliceResult,
  WheelResult,
} from "../audit/result.ts";
import type { DynamicSymbol } from "../binary.ts";
import { printable } from "../bytes.ts";
import type { SymbolLists } from "../format.ts";
import { FORMATS } from "../formats.ts";
import { append } from "./append.ts";
import { platformLine } from "./platform-line.ts";
import { formatSize, plural, someOf } from "./reported.ts";
import type { TextOptions } from "./text.ts";
import { wrap } from "./wrap.ts";

/** By member path. */
export type Symbols = ReadonlyMap<string, SymbolLists>;

/** Binaries of a wheel shown in full before `-v` is asked for. */
const MANY = 20;

/** In pieces: the lists of symbols may be long. */
export function* showWheelText(
  wheel: WheelResult,
  symbols: Symbols,
  options: TextOptions,
): Generator<string> {
  const { palette, width, verbose } = options;
  const lines = [`${palette.strong(printable(wheel.file))} (${formatSize(wheel.size)})`];
  const row = (label: string, text: string): void => {
    append(lines, wrap(text, width, `  ${palette.faint(label.padEnd(9))} `, " ".repeat(12)));
  };
  const build = wheel.build === null ? "" : `, build ${printable(wheel.build)}`;
  row("package", `${printable(wheel.name ?? "?")} ${printable(wheel.version ?? "?")}${build}`);
  row("tags", someOf(wheel.tags, verbose ? wheel.tags.length : 4));
  row("platform", platformLine(wheel));
  if (wheel.external.length > 0) {
    const names = wheel.external.map(({ name }) => name);
    row("external", someOf(names, verbose ? names.length : 8));
  }
  if (verbose && wheel.sha256 !== null) row("sha256", wheel.sha256);
  for (const line of lines) yield `${line}\n`;
  const shown = verbose ? wheel.binaries : wheel.binaries.slice(0, MANY);
  for (const binary of shown) {
    yield "\n";
    yield* binaryText(binary, symbols.get(binary.path) ?? {}, options, PLACES);
  }
  const hidden = wheel.binaries.length - shown.length;
  if (hidden > 0) yield `\n… and ${plural(hidden, "more native file")}; -v shows all\n`;
  if (wheel.binaries.length === 0) yield "\n  no native code\n";
}

/** In pieces, as {@link showWheelText}. */
export function* showBinaryText(
  binary: BinaryResult,
  symbols: SymbolLists,
  options: TextOptions,
): Generator<string> {
  yield* binaryText(binary, symbols, options, BARE_PLACES);
}

const KINDS = {
  shared: "shared library",
  bundle: "bundle",
  executable: "program",
  object: "object file",
  core: "core dump",
  other: "file",
} as const;

function* binaryText(
  binary: BinaryResult,
  symbols: SymbolLists,
  options: TextOptions,
  places: typeof PLACES | typeof BARE_PLACES,
): Generator<string> {
  for (const line of binaryLines(binary, options, places)) yield `${line}\n`;
  yield* symbolText("imports", symbols.imports);
  yield* symbolText("exports", symbols.exports);
}

function binaryLines(
  binary: BinaryResult,
  options: TextOptions,
  places: typeof PLACES | typeof BARE_PLACES,
): readonly string[] {
  const { palette, width, verbose } = options;
  const lines = [palette.strong(printable(binary.path))];
  const row = (label: string, text: string, color = true): void => {
    const head = color ? palette.faint(label.padEnd(8)) : label.padEnd(8);
    append(lines, wrap(text, width, `  ${head} `, " ".repeat(11)));
  };
  const kind = binary.pythonExtension ? "Python extension" : KINDS[binary.kind];
  const archs = binary.archs.map(printable).join(", ");
  const machine = archs === "" ? " that can't be read yet" : ` for ${archs}`;
  row("is", `${FORMATS[binary.format].title} ${kind}${machine}, ${formatSize(binary.size)}`);
  if (binary.id !== null) row(FORMATS[binary.format].words.id, printable(binary.id));
  if (binary.interpreter) row("loader", printable(binary.interpreter));
  binary.dependencies.forEach((dependency, index) => {
    row(index === 0 ? "needs" : "", dependencyText(dependency, places));
    for (const { via, place, found } of verbose ? (dependency.trace ?? []) : []) {
      row("", palette.faint(`  ${via} ${printable(place)}: ${found}`));
    }
  });
  const requires = Object.entries(binary.requires);
  if (requires.length > 0) {
    row(
      "versions",
      requires
        .map(([family, version]) => `${family} ${version}`)
        .map(printable)
        .join(", "),
    );
  }
  binary.searchPaths.forEach(({ kind, path }, index) => {
    row(index === 0 ? "search" : "", `${kind} ${printable(path)}`);
  });
  binary.slices?.forEach((slice, index) => {
    row(index === 0 ? "slices" : "", printable(sliceText(slice)));
  });
  if (binary.isa) row("isa", printable(binary.isa));
  if (binary.execstack) row("stack", "executable");
  if (verbose) {
    for (const [library, versions] of Object.entries(binary.versionNeeds ?? {})) {
      row("wants", `${printable(library)}: ${versions.map(printable).join(", ")}`);
    }
    const defined = binary.versionDefinitions ?? [];
    if (defined.length > 0) row("defines", defined.map(printable).join(", "));
  }
  return lines;
}

/** What each format calls the name that a library gives itself. */

const SIGNATURES = {
  none: "not signed",
  adhoc: "signed ad hoc",
  linker: "signed by the linker",
  cms: "signed with a certificate",
} as const;

/** `arm64: macos 11.0, SDK 14.2, signed ad hoc` */
function sliceText({ arch, platform, minos, sdk, signature }: SliceResult): string {
  const system = platform === null ? "no system named" : `${platform} ${minos ?? ""}`.trim();
  const kit = sdk === null || sdk === "0.0" ? "" : `, SDK ${sdk}`;
  const stale = signature.valid === false ? ", which does not fit" : "";
  return `${arch}: ${system}${kit}, ${SIGNATURES[signature.kind]}${stale}`;
}

const PLACES = {
  wheel: "in the wheel",
  allowed: "promised by the platform",
  system: "part of the system",
  excluded: "left out on request",
  external: "from outside the wheel",
  missing: "not found",
} as const;

/** Of a library on its own there is no wheel to be in. */
const BARE_PLACES = { ...PLACES, external: "not promised by the platform" } as const;

/** Of a library in the wheel, by the step that found it: why the loader does not. */
const STRAY: Readonly<Record<string, string>> = {
  "soname-in-wheel": ", but no search path leads there",
  "base-name": ", but the name is a path, for which nothing is searched",
};

function dependencyText(
  { name, how, in: place, path, trace }: ResolvedDependency,
  places: typeof PLACES | typeof BARE_PLACES,
): string {
  const stray = STRAY[trace?.at(-1)?.via ?? ""] ?? "";
  const where = path === undefined ? places[place] : `${places[place]}: ${printable(path)}${stray}`;
  return `${printable(name)} (${how === "required" ? "" : `${how}, `}${where})`;
}

function* symbolText(label: string, list: readonly DynamicSymbol[] | undefined): Generator<string> {
  if (list === undefined) return;
  yield `  ${plural(list.length, label.slice(0, -1))}\n`;
  for (const { name, version, library, weak } of list) {
    const versioned = version === undefined ? "" : `@${printable(version)}`;
    const from = library === undefined ? "" : ` (${printable(library)})`;
    yield `    ${printable(name)}${versioned}${from}${weak ? " weak" : ""}\n`;
  }
}
