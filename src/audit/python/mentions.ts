/** What the Python files of a wheel say of its libraries and programs. */
import { baseNameOf, folderOf } from "../../paths.ts";
import { parseEntryPoints, parseObjectReference } from "../../wheel/entry-points.ts";
import { pathInSite } from "../../wheel/installed.ts";
import { normalizeName } from "../../wheel/names.ts";
import { moduleName } from "./module.ts";
import type { PythonText } from "./texts.ts";

export interface Mentions {
  /** Some text names a library, or opens whatever it finds in a folder. */
  library(file: string): boolean;
  /** Some text sets LD_LIBRARY_PATH or LD_PRELOAD for the programs that it starts. */
  libraryPath(): boolean;
  /** Some text gives the full name of a module, as `pkg.mod`, to code that opens libraries. */
  module(path: string): boolean;
  /**
   * A script or an entry point called like the program leaves its start to one of these projects, so
   * that what is set for it is not in this wheel.
   */
  handsOver(program: string, projects: readonly string[]): boolean;
  /** Windows: some text adds a folder to the search for DLLs, or opens a DLL by its path. */
  addsFolder(): boolean;
  /** Windows: some text sets PATH for the programs that it starts. */
  setsPath(): boolean;
}

const OPENS = /\b(CDLL|PyDLL|LoadLibrary|load_library|dlopen|cdll)\b/;
const LISTS = /\b(glob|rglob|iglob|listdir|iterdir|scandir|walk)\b|["']lib\{|["']lib["'] *\+/;
const ADDS =
  /\b(add_dll_directory|AddDllDirectory|SetDllDirectory[AW]?|LoadLibrary(Ex)?[AW]?|WinDLL|OleDLL|windll)\b/;
const WINDOWS_PATH = /\bPATH\b["']?\]?\s*(=|\+=|,)/;
const SETS_PATH = /\bLD_(LIBRARY_PATH|PRELOAD)\b/;
/** The fixed beginning of a name that is put together: `f"libx{major}.so"`, `"libx%d.so" % major`. */
const TEMPLATE = /["'/](lib[\w.+-]{2,})[{%]/g;
const IMPORTS = /^\s*(?:from|import)\s+(\w+)/gm;

/** What the Python files say; they are only read when something is asked, and no further than it takes. */
export function pythonMentions(texts: () => Iterable<PythonText>): Mentions {
  const known: PythonText[] = [];
  let rest: Iterator<PythonText> | undefined;
  function* each(): Generator<PythonText> {
    for (let index = 0; ; index++) {
      if (index === known.length) {
        rest ??= texts()[Symbol.iterator]();
        const next = rest.next();
        if (next.done === true) return;
        known.push(next.value);
      }
      const text = known[index];
      if (text !== undefined) yield text;
    }
  }
  const some = (says: (text: string) => boolean): boolean => {
    for (const { text } of each()) if (says(text)) return true;
    return false;
  };
  let opening: readonly string[] | undefined;
  const openingTexts = (): readonly string[] => {
    opening ??= [...each()].flatMap(({ text }) => (OPENS.test(text) ? [text] : []));
    return opening;
  };
  let templates: readonly string[] | undefined;
  const templateNames = (): readonly string[] => {
    templates ??= [...each()].flatMap(({ text }) =>
      [...text.matchAll(TEMPLATE)].map(([, name = ""]) => name),
    );
    return templates;
  };
  return {
    library(file) {
      const stem = file.replace(/\.so(\..*)?$/, "");
      const named = stem.startsWith("lib") ? stem : file;
      const short = stem.replace(/^lib/, "");
      return (
        some((text) => text.includes(named)) ||
        templateNames().some((beginning) => named.startsWith(beginning)) ||
        openingTexts().some(
          (text) => (text.includes(".so") && LISTS.test(text)) || quotes(text, short),
        )
      );
    },
    libraryPath: () => some((text) => SETS_PATH.test(text)),
    module(path) {
      const folder = folderOf(pathInSite(path));
      const name = [...(folder === "" ? [] : folder.split("/")), moduleName(path)].join(".");
      return some((text) => quotes(text, name)) && openingTexts().length > 0;
    },
    handsOver(program, projects) {
      const name = baseNameOf(program);
      const starts = [...each()].flatMap(({ path, text }) => {
        if (path.endsWith(".dist-info/entry_points.txt")) return entryModules(text, name);
        if (!path.endsWith(`.data/scripts/${name}`)) return [];
        return [...text.matchAll(IMPORTS)].map(([, module = ""]) => module);
      });
      return starts.some((module) => projects.includes(normalizeName(module)));
    },
    addsFolder: () =>
      some((text) => ADDS.test(text) || WINDOWS_PATH.test(text) || OPENS.test(text)),
    setsPath: () => some((text) => WINDOWS_PATH.test(text)),
  };
}

/** Top-level modules of the entry points with this name. */
function entryModules(text: string, wanted: string): readonly string[] {
  const { entryPoints } = parseEntryPoints(new TextEncoder().encode(text));
  return entryPoints.flatMap(({ name, value }) => {
    const [module] = parseObjectReference(value)?.module.split(".") ?? [];
    return name === wanted && module !== undefined ? [module] : [];
  });
}

function quotes(text: string, word: string): boolean {
  return text.includes(`"${word}"`) || text.includes(`'${word}'`);
}
