/** Android tags (PEP 738): API levels and what an app may load from the system. */
import { LINUX_POLICY_DATA } from "../data/linux.ts";

/** The oldest level that Python supports; below it there is no policy. */
export const OLDEST_API = 21;

/** The first API level from which on the system provides `soname`; `undefined`: it never does. */
export function androidLibraryApi(soname: string): number | undefined {
  for (const [policy, libraries] of Object.entries(LINUX_POLICY_DATA.android.libs)) {
    if (libraries.includes(soname)) return Number(policy.slice("android_".length));
  }
  return undefined;
}
