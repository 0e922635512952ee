/** What code of an earlier repair, by this tool or by delvewheel, already does in a module. */
import { decodeLatin1 } from "../../bytes.ts";
import { resolvePath } from "../../paths.ts";
import { END_MARK, START_MARK } from "./init-patch.ts";

export interface KnownPatch {
  readonly by: "wheelkit" | "delvewheel";
  /** Folders below site-packages that it adds. */
  readonly folders: ReadonlySet<string>;
  /** Paths below site-packages of the DLLs that it loads at once. */
  readonly preload: ReadonlySet<string>;
  /** Byte offsets of the code, from its first line to after the line ending of its last one. */
  readonly start: number;
  readonly end: number;
}

/**
 * All patches of a module, in the order of the file.
 *
 * @param home folder of the module below site-packages.
 */
export function knownPatches(source: Uint8Array, home: string): readonly KnownPatch[] {
  const text = decodeLatin1(source);
  const patches: KnownPatch[] = [];
  for (let from = 0; ; ) {
    const mark = text.indexOf(START_MARK, from);
    const close = mark === -1 ? -1 : text.indexOf(END_MARK, mark);
    if (close === -1) return patches;
    const line = Math.max(text.lastIndexOf("\n", mark), text.lastIndexOf("\r", mark)) + 1;
    const ending = /\r\n|\n|\r/y;
    ending.lastIndex = close + END_MARK.length;
    const end = ending.lastIndex + (ending.exec(text)?.[0].length ?? 0);
    patches.push({ ...readPatch(text.slice(mark, close), home), start: line, end });
    from = end;
  }
}

function readPatch(code: string, home: string): Pick<KnownPatch, "by" | "folders" | "preload"> {
  const own = code.includes("_wheelkit_add_dll_folders");
  const folders = own ? tuple(code, "folder") : delvewheelFolders(code);
  const preload = own ? tuple(code, "path") : [];
  return {
    by: own ? "wheelkit" : "delvewheel",
    folders: resolved(home, folders),
    preload: resolved(home, preload),
  };
}

/** The strings of `for NAME in ("a", "b",):`. */
function tuple(code: string, name: string): readonly string[] {
  const [, list] = new RegExp(`for ${name} in \\((.*),\\):`).exec(code) ?? [];
  return [...(list ?? "").matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, text = ""]) => unescaped(text));
}

/**
 * `os.path.join(os.path.dirname(__file__), os.pardir, 'demo.libs')`, as all versions of delvewheel
 * spell it; older ones take the folder of the folder instead of `os.pardir`.
 */
function delvewheelFolders(code: string): readonly string[] {
  const ways: string[] = [];
  const call =
    /os\.path\.join\(((?:os\.path\.dirname\()+)__file__\)*,((?: *os\.pardir,)*) *'((?:[^'\\]|\\.)*)'\)/g;
  for (const [, folders = "", ups = "", name = ""] of code.matchAll(call)) {
    const climbs = folders.split("dirname").length - 2 + ups.split("pardir").length - 1;
    ways.push(`${"../".repeat(climbs)}${unescaped(name)}`);
  }
  return ways;
}

/** Ways that stay below site-packages. */
function resolved(home: string, ways: readonly string[]): ReadonlySet<string> {
  return new Set(ways.flatMap((way) => resolvePath(home, way) ?? []));
}

/** Python's escapes, as far as names have them. */
function unescaped(text: string): string {
  return text.replace(
    /\\(?:u([0-9a-f]{4})|U([0-9a-f]{8})|x([0-9a-f]{2})|(.))/gi,
    (_, four: string | undefined, eight: string | undefined, two: string | undefined, one = "") => {
      const digits = four ?? eight ?? two;
      if (digits === undefined) return one;
      const code = Number.parseInt(digits, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : "";
    },
  );
}
