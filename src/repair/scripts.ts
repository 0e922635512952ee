/**
 * Programs in `.data/scripts`.
 *
 * Installers move them to a `bin` folder whose distance to site-packages nobody knows, so no
 * relative search path works there. The program moves into site-packages, and a small Python
 * script of the same name takes its place and runs it.
 */
import { encodeUtf8 } from "../bytes.ts";

/** `demo-1.0.data/scripts/tool` gives its parts; deeper paths are no scripts. */
export function parseScriptPath(path: string): { data: string; file: string } | undefined {
  const match = /^([^/]+\.data)\/scripts\/([^/]+)$/.exec(path);
  const [, data, file] = match ?? [];
  return data === undefined || file === undefined ? undefined : { data, file };
}

/** Where the program goes: `{dist}.scripts/{file}` below site-packages. */
export function movedScript(distribution: string, file: string): string {
  return `${distribution}.scripts/${file}`;
}

/**
 * The Python script that replaces itself by the program. Its first line is `#!python`, which
 * installers rewrite to the interpreter's path.
 *
 * The program lies below `platlib`, or, after `pip install --user` or `--target`, below another
 * folder of the import path.
 */
export function scriptShim(distribution: string, file: string): Uint8Array {
  const path = JSON.stringify(movedScript(distribution, file));
  return encodeUtf8(`#!python
import os
import sys
import sysconfig


if __name__ == "__main__":
    folders = [sysconfig.get_path("platlib"), *sys.path]
    paths = [os.path.join(folder, ${path}) for folder in folders]
    os.execv(next(filter(os.path.isfile, paths), paths[0]), sys.argv)
`);
}
