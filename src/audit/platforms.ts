/** The platforms that wheels are judged for, and which of them judge a wheel. */
import type { Claim } from "./claim.ts";
import { linux } from "./linux/index.ts";
import { macos } from "./macos/index.ts";
import type { NativeMember } from "./member.ts";
import type { AuditPlatform } from "./platform.ts";
import { windows } from "./windows/index.ts";

const PLATFORMS: readonly AuditPlatform[] = [linux, macos, windows];

/** Those that the tags name, in this order; without such a tag, the one that most native files are for. */
export function platformsFor(
  claims: readonly Claim[],
  members: readonly NativeMember[],
): readonly [AuditPlatform, ...AuditPlatform[]] {
  const [named, ...others] = PLATFORMS.filter((platform) =>
    claims.some(({ tag }) => platform.judges(tag)),
  );
  if (named !== undefined) return [named, ...others];
  let best: AuditPlatform = linux;
  let most = 0;
  for (const platform of PLATFORMS) {
    const count = members.filter((member) => platform.owns(member)).length;
    if (count > most) {
      best = platform;
      most = count;
    }
  }
  return [best];
}
