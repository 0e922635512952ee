/**
 * The code in an `__init__.py` that lets Windows find the DLLs of the wheel.
 *
 * Its markers are those of delvewheel: freezers know them. A folder is added once per process,
 * however often the module is loaded again, because Windows runs out of them; that it can't be added
 * is a warning, for the import may succeed all the same. The code depends on nothing but the
 * arguments, and every Python since 2.6 can read it.
 */
import { concatBytes, decodeLatin1, encodeUtf8 } from "../../bytes.ts";
import { relativePath } from "../../paths.ts";
import { findPlace } from "./init-place.ts";

export const START_MARK = "# start delvewheel patch";
export const END_MARK = "# end delvewheel patch";

export interface PatchFolders {
  /** Below site-packages, `/` between parts, empty for site-packages itself. */
  readonly folders: readonly string[];
  /**
   * DLLs that are only looked for when they are called, by paths below site-packages: their helper
   * does not search added folders, so they are loaded at once.
   */
  readonly preload: readonly string[];
  /**
   * The name of the files that list the DLLs of a folder, for Pythons that can't add folders
   * (before 3.8, and those of conda before 3.10); `undefined` when none of them may come.
   */
  readonly loadOrder: string | undefined;
}

/**
 * The code, line by line, without line endings.
 *
 * @param home folder of the module below site-packages.
 */
export function patchLines(home: string, wanted: PatchFolders): readonly string[] {
  const folders = wanted.folders.map((folder) => pythonString(relativePath(home, folder) || "."));
  const preload = wanted.preload.map((path) => pythonString(relativePath(home, path)));
  const lines = [
    START_MARK,
    "def _wheelkit_add_dll_folders():",
    "    import os",
    "    import sys",
    "    import warnings",
    "",
    "    here = os.path.dirname(os.path.abspath(__file__))",
    "    # Loading this module again must not add the folders again: Windows runs out of them.",
    '    added = sys.__dict__.setdefault("_wheelkit_dll_folders", {})',
    '    add = getattr(os, "add_dll_directory", None)',
  ];
  const { loadOrder } = wanted;
  if (loadOrder !== undefined) lines.push(...OLD_PYTHON);
  lines.push(
    `    for folder in (${folders.join(", ")},):`,
    "        folder = os.path.normpath(os.path.join(here, folder))",
    "        if folder in added or not os.path.isdir(folder):",
    "            continue",
    "        try:",
  );
  if (loadOrder === undefined) lines.push("            added[folder] = add and add(folder)");
  else lines.push(...loadInOrder(loadOrder));
  lines.push(
    "        except OSError as error:",
    '            text = "Windows does not search %s: %s" % (folder, error)',
    "            warnings.warn(text, RuntimeWarning, 2)",
  );
  if (preload.length > 0) {
    lines.push(
      "    # Loaded at first use, by code that does not search the folders above.",
      `    for path in (${preload.join(", ")},):`,
      "        path = os.path.normpath(os.path.join(here, path))",
      "        if path in added or not os.path.isfile(path):",
      "            continue",
      "        try:",
      "            import ctypes",
      "",
      "            added[path] = ctypes.WinDLL(path)",
      "        except (ImportError, AttributeError, OSError):",
      "            added[path] = None",
    );
  }
  lines.push("", "", "_wheelkit_add_dll_folders()", "del _wheelkit_add_dll_folders", END_MARK);
  return lines;
}

/** conda's own builds of CPython 3.8 and 3.9 have `add_dll_directory`, without effect (conda#10897). */
const OLD_PYTHON: readonly string[] = [
  "    if add is not None and sys.version_info < (3, 10):",
  "        import ctypes",
  "",
  '        if hasattr(ctypes, "pythonapi") and (',
  '            hasattr(ctypes.pythonapi, "Anaconda_GetVersion")',
  '            or "packaged by conda-forge" in sys.version',
  "        ):",
  "            add = None",
];

function loadInOrder(loadOrder: string): readonly string[] {
  return [
    "            if add is not None:",
    "                added[folder] = add(folder)",
    "                continue",
    "            import ctypes",
    "            import io",
    "",
    "            added[folder] = None",
    `            order = os.path.join(folder, ${pythonString(loadOrder)})`,
    '            if os.name != "nt" or not os.path.isfile(order):',
    "                continue",
    '            with io.open(order, encoding="utf-8") as file:',
    "                names = file.read().splitlines()",
    '            load = ctypes.WinDLL("kernel32", use_last_error=True).LoadLibraryExW',
    "            load.restype = ctypes.c_void_p",
    "            load.argtypes = ctypes.c_wchar_p, ctypes.c_void_p, ctypes.c_uint",
    "            for name in names:",
    "                path = os.path.join(folder, name)",
    "                # 8: its own needs are looked for beside it.",
    "                if os.path.isfile(path) and not load(path, None, 8):",
    "                    raise ctypes.WinError(ctypes.get_last_error())",
  ];
}

/** A literal that is ASCII and the same in Python 2 and 3, as far as Python 2 has such names. */
export function pythonString(text: string): string {
  const quoted = JSON.stringify(text);
  let ascii = "";
  for (const char of quoted) {
    const code = char.codePointAt(0) ?? 0;
    if (code >= 0x20 && code < 0x7f) ascii += char;
    else if (code < 0x10000) ascii += `\\u${code.toString(16).padStart(4, "0")}`;
    else ascii += `\\U${code.toString(16).padStart(8, "0")}`;
  }
  return ascii;
}

/**
 * The module with the code in it.
 *
 * @returns `undefined` when no place in the source can be told.
 */
export function insertPatch(source: Uint8Array, lines: readonly string[]): Uint8Array | undefined {
  const place = findPlace(source);
  if (place === undefined) return undefined;
  const { at, resumeAt, newline, breakBefore, first } = place;
  const before = first ? "" : newline.repeat(breakBefore ? 3 : 2);
  const rest = resumeAt < source.length ? newline.repeat(2) : "";
  const code = before + lines.join(newline) + newline + rest;
  return concatBytes([source.subarray(0, at), encodeUtf8(code), source.subarray(resumeAt)]);
}

/**
 * The module with other code in the place of what an earlier repair put there.
 *
 * @param old byte offsets of that code, with its last line ending.
 */
export function replacePatch(
  source: Uint8Array,
  old: { readonly start: number; readonly end: number },
  lines: readonly string[],
): Uint8Array {
  const newline = firstNewline(decodeLatin1(source));
  const code = encodeUtf8(lines.map((line) => line + newline).join(""));
  return concatBytes([source.subarray(0, old.start), code, source.subarray(old.end)]);
}

/** The lines that `--custom-patch` asks for, each replaced by the code; `undefined` without any. */
export function replaceMarkers(
  source: Uint8Array,
  lines: readonly string[],
): Uint8Array | undefined {
  const text = decodeLatin1(source);
  const marker = /(^|\n|\r)# *delvewheel *: *patch *(?=\n|\r|$)/gi;
  const newline = firstNewline(text);
  const parts: Uint8Array[] = [];
  let from = 0;
  for (const match of text.matchAll(marker)) {
    const start = match.index + (match[1] ?? "").length;
    parts.push(source.subarray(from, start), encodeUtf8(lines.join(newline)));
    from = match.index + match[0].length;
  }
  return from === 0 ? undefined : concatBytes([...parts, source.subarray(from)]);
}

function firstNewline(text: string): string {
  return /\r\n|\n|\r/.exec(text)?.[0] ?? "\n";
}
