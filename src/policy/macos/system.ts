/** What the system provides: libraries in dyld's shared cache, which need not exist as files. */
import { baseNameOf } from "../../paths.ts";

/** The user's data volume is mounted below `/System`. */
const NOT_SYSTEM = ["/System/Volumes/Data"];
const SYSTEM = ["/usr/lib", "/System"];

/**
 * True for install names that every Mac resolves by itself. Whole components are compared:
 * `/usr/lib64/libx.dylib` and `/usr/libexec` are the builder's.
 */
export function isSystemLibrary(path: string): boolean {
  return (
    SYSTEM.some((folder) => isBelow(path, folder)) &&
    !NOT_SYSTEM.some((folder) => isBelow(path, folder)) &&
    !path.includes("/../")
  );
}

/** Below the folder, by whole components. */
export function isBelow(path: string, folder: string): boolean {
  return path.startsWith(`${folder}/`);
}

/** `Python.framework/Versions/3.12/Python` and the free-threaded `PythonT.framework`. */
const PYTHON_FRAMEWORK = /(?:^|\/)(Python[3T]?)\.framework\/(?:Versions\/[^/]+\/)?\1$/;
const LIBPYTHON = /^libpython[23](?:\.\d+)?[a-z]*\.dylib$/;

/** The interpreter's own library, of which a process must have one only. */
export function isPythonLibrary(path: string): boolean {
  return PYTHON_FRAMEWORK.test(path) || LIBPYTHON.test(baseNameOf(path));
}
