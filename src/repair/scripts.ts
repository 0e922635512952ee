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
 */
export function scriptShim(distribution: string, file: string): Uint8Array {
  const path = JSON.stringify(movedScript(distribution, file));
  return encodeUtf8(`#!python
import os
import sys
import sysconfig


if __name__ == "__main__":
    program = os.path.join(sysconfig.get_path("platlib"), ${path})
    os.execv(program, sys.argv)
`);
}
