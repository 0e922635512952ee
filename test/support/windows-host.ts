/**
 * A Windows host in the place of this one: `node:path` has its rules, and `node:fs` knows drive C,
 * which is a folder here. Names are found in any case, a file that is open can't be written over,
 * folders can't be flushed, and nobody may make symbolic links.
 *
 * What has no drive is this host's own, so that the modules under test can load their data.
 */
import type * as Fs from "node:fs";
import type { PlatformPath } from "node:path";

type Call = (...args: readonly unknown[]) => unknown;

/** Functions of `node:fs` whose second argument is a path, too. */
const TWO_PATHS = ["renameSync", "copyFileSync", "linkSync"];

export function windowsPath({ win32 }: PlatformPath): PlatformPath & { readonly default: unknown } {
  return { ...win32, default: win32 };
}

/** @param drive the folder that is drive C; its folder `work` is the current one. */
export function windowsFs(fs: typeof Fs, { win32, join }: PlatformPath, drive: string): object {
  const open = new Map<number, string>();

  const spelled = (folder: string, name: string): string => {
    const lower = name.toLowerCase();
    const names = fs.existsSync(folder) ? fs.readdirSync(folder) : [];
    return names.find((each) => each.toLowerCase() === lower) ?? name;
  };
  const inside = (path: unknown): unknown => {
    if (typeof path !== "string") return path;
    if (/^[\\/]/.test(path)) return path.replaceAll("\\", "/");
    const whole = win32.resolve("C:\\work", path).replace(/^C:\\/i, "");
    let at = drive;
    for (const part of whole.split("\\").filter((each) => each !== "")) {
      at = join(at, spelled(at, part));
    }
    return at;
  };
  const outside = (path: string): string => {
    return path.startsWith(drive) ? `C:${path.slice(drive.length).replaceAll("/", "\\")}` : path;
  };
  const fail = (code: string, syscall: string): never => {
    throw Object.assign(new Error(`${code}: ${syscall}`), { code, syscall });
  };

  const functions: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fs)) {
    const wrapped: Call = (...args) => {
      const [first, second, ...more] = args;
      const paths = TWO_PATHS.includes(name) ? inside(second) : second;
      return Reflect.apply(value as Call, fs, [inside(first), paths, ...more]);
    };
    functions[name] = typeof value === "function" && /Sync$/.test(name) ? wrapped : value;
  }
  const call = (name: string, args: readonly unknown[]): unknown =>
    (functions[`plain ${name}`] as Call)(...args);
  const replace = (name: string, made: Call): void => {
    functions[`plain ${name}`] = functions[name];
    functions[name] = made;
  };
  replace("openSync", (...args) => {
    const path = String(inside(args[0]));
    if (fs.existsSync(path) && fs.statSync(path).isDirectory()) fail("EISDIR", "open");
    const descriptor = Number(call("openSync", args));
    open.set(descriptor, fs.realpathSync(path));
    return descriptor;
  });
  replace("closeSync", (...args) => {
    open.delete(Number(args[0]));
    return call("closeSync", args);
  });
  replace("renameSync", (...args) => {
    const [from, found] = [String(inside(args[0])), String(inside(args[1]))];
    const isOther = found !== from && fs.existsSync(found);
    if (isOther && [...open.values()].includes(found)) fail("EPERM", "rename");
    // The new spelling counts, also where another one names a file that gives way.
    const to = join(found, "..", win32.basename(String(args[1])));
    if (isOther) fs.unlinkSync(found);
    fs.renameSync(from, to);
    for (const [descriptor, path] of open) if (path === from) open.set(descriptor, to);
  });
  replace("copyFileSync", (...args) => {
    if ((Number(args[2]) & fs.constants.COPYFILE_FICLONE_FORCE) !== 0) fail("ENOSYS", "copyfile");
    return call("copyFileSync", args);
  });
  replace("symlinkSync", () => fail("EPERM", "symlink"));
  const realpath = (path: string): string => outside(fs.realpathSync(String(inside(path))));
  functions.realpathSync = Object.assign(realpath, { native: realpath });
  return { ...functions, default: functions };
}
