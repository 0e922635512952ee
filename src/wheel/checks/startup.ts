/** CON016: files at the root of site-packages that run by themselves. */
import { decodeUtf8Lossy } from "../../bytes.ts";
import { parseDataPath } from "../data-scheme.ts";
import { quoted } from "../text.ts";
import type { CheckContext } from "../view.ts";

/** Modules that Python or an installer imports by name, and who. */
const MODULES: Readonly<Record<string, string>> = {
  _manylinux:
    "installers import it to decide which wheels fit, so it changes what is installed after it",
  sitecustomize: "every start of the interpreter imports it",
  usercustomize: "every start of the interpreter imports it",
};
const MODULE =
  /^(_manylinux|sitecustomize|usercustomize)(?:\/__init__)?\.(?:py|pyc|pyd|so|[^/]*\.(?:so|pyd))$/;
/** `site` runs a line that begins so. */
const IMPORT = /^import[ \t]/m;

export function checkStartup({ files, view, problems }: CheckContext): void {
  for (const path of files.keys()) {
    const place = placeInSite(path);
    if (place === undefined) continue;
    const module = MODULE.exec(place)?.[1];
    if (module !== undefined) {
      problems.add({
        code: "CON016",
        path,
        // An installer that this misleads goes wrong itself.
        profiles: { install: module === "_manylinux" ? "error" : "warning" },
        message: `\`${module}\` at the root: ${MODULES[module]}`,
      });
    } else if (/^[^/]+\.start$/.test(place)) {
      problems.add({
        code: "CON016",
        path,
        level: "warning",
        message: `${quoted(place)} runs entry points at every start of the interpreter, from Python 3.15 on`,
        hint: "Leave it out unless the project is about the start of Python itself",
      });
    } else if (/^[^/]+\.pth$/.test(place) && runsCode(view.read(path))) {
      problems.add({
        code: "CON016",
        path,
        level: "warning",
        message: `${quoted(place)} has an \`import\` line, which every start of the interpreter runs`,
        hint: "List folders only, or import what is needed from the package",
      });
    }
  }
}

/** The path below site-packages, for files that go there. */
function placeInSite(path: string): string | undefined {
  const data = parseDataPath(path);
  if (data === undefined) return path;
  return data.key === "purelib" || data.key === "platlib" ? data.path : undefined;
}

/** One that can't be read may run anything. */
function runsCode(bytes: Uint8Array | undefined): boolean {
  if (bytes === undefined) return true;
  const text = decodeUtf8Lossy(bytes).replace(/^\ufeff/, "");
  return IMPORT.test(text.replaceAll("\r", "\n"));
}
