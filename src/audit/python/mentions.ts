/** What the Python files of a wheel say of its libraries. */

export interface Mentions {
  /** Some text names a library, or opens whatever it finds in a folder. */
  library(file: string): boolean;
  /** Some text sets LD_LIBRARY_PATH or LD_PRELOAD for the programs that it starts. */
  libraryPath(): boolean;
}

const OPENS = /\b(CDLL|PyDLL|LoadLibrary|load_library|dlopen|cdll)\b/;
const LISTS = /\b(glob|rglob|iglob|listdir|iterdir|scandir|walk)\b|["']lib\{|["']lib["'] *\+/;
const SETS_PATH = /\bLD_(LIBRARY_PATH|PRELOAD)\b/;

/** What the Python files say; they are only read when something is asked. */
export function pythonMentions(texts: () => Iterable<string>): Mentions {
  let opening: string[] | undefined;
  let all: string[] = [];
  const read = (): readonly string[] => {
    if (opening === undefined) {
      all = [...texts()];
      opening = all.filter((text) => OPENS.test(text));
    }
    return opening;
  };
  return {
    library(file) {
      const opens = read();
      const stem = file.replace(/\.so(\..*)?$/, "");
      const named = stem.startsWith("lib") ? stem : file;
      const short = stem.replace(/^lib/, "");
      return (
        all.some((text) => text.includes(named)) ||
        opens.some((text) => (text.includes(".so") && LISTS.test(text)) || quotes(text, short))
      );
    },
    libraryPath() {
      read();
      return all.some((text) => SETS_PATH.test(text));
    },
  };
}

function quotes(text: string, word: string): boolean {
  return text.includes(`"${word}"`) || text.includes(`'${word}'`);
}
