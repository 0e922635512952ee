/** How a NEEDED entry names musl. */
import { LINUX_POLICY_DATA } from "../data/linux.ts";

/** Spellings that other tools use beside the one in the policy data (auditwheel#482; hard-float ARM). */
const OTHER_SPELLINGS: Readonly<Record<string, readonly string[]>> = {
  i686: ["i386"],
  armv7l: ["armhf", "armel", "arm"],
  loongarch64: ["loongarch"],
};

/**
 * True for a name under which musl's loader hands out itself: `libc.musl-x86_64.so.1`, the loader's
 * own file name, and the names without a version that cross toolchains write (Rust's and Zig's
 * `libc.so`). musl's `load_library` maps `libc.`, `libm.`, `libpthread.`, `librt.`, `libdl.`,
 * `libutil.` and `libxnet.` to itself; a name with a glibc version such as `libm.so.6` is left out,
 * because it says that the file was built for glibc.
 */
export function isMuslLibc(name: string, arch: string): boolean {
  if (/^lib(c|m|pthread|rt|dl|util|xnet)\.so$/.test(name)) return true;
  if (/^ld-musl-[\w-]+\.so\.1$/.test(name)) return true;
  if (name === LINUX_POLICY_DATA.musllinux.libcSoname[arch]) return true;
  const match = /^libc\.musl-([\w-]+)\.so\.1$/.exec(name);
  return match !== null && (OTHER_SPELLINGS[arch]?.includes(match[1] ?? "") ?? false);
}
