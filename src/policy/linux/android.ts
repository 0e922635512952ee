/** Android tags (PEP 738): API levels and what an app may load from the system. */
import { parsePlatformTag } from "../../wheel/platform-tag.ts";
import { LINUX_POLICY_DATA } from "../data/linux.ts";

/** The oldest level that Python supports; below it there is no policy. */
export const OLDEST_API = 21;

/** The API level of a policy: `android_24` is the tag without its processor. */
export function policyApi(policy: string): number | undefined {
  const tag = parsePlatformTag(`${policy}_any`);
  return tag.kind === "android" ? tag.api : undefined;
}

/** The first API level from which on the system provides `soname`; `undefined`: it never does. */
export function androidLibraryApi(soname: string): number | undefined {
  for (const [policy, libraries] of Object.entries(LINUX_POLICY_DATA.android.libs)) {
    if (libraries.includes(soname)) return policyApi(policy);
  }
  return undefined;
}
