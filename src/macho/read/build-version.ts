/** What systems a file is built for: LC_BUILD_VERSION and its predecessors. */

import { BuildToolVersion, BuildVersionCommand, VersionMinCommand } from "../command-layout.ts";
import { CPU_TYPE, LC, PLATFORM } from "../constants.ts";
import type { Header, MachoContext } from "../layout.ts";
import { padded } from "./dylib.ts";
import type { LoadCommand } from "./header.ts";

export interface BuildTarget {
  readonly command: LoadCommand;
  /** PLATFORM_*. */
  readonly platform: number;
  /** Packed. */
  readonly minos: number;
  readonly sdk: number;
  readonly tools: readonly { readonly tool: number; readonly version: number }[];
}

/** LC_VERSION_MIN_*: the device, and the simulator, which ran on Intel Macs only in those days. */
const OLD: Readonly<Record<number, readonly [device: number, simulator: number]>> = {
  [LC.LC_VERSION_MIN_MACOSX]: [PLATFORM.PLATFORM_MACOS, PLATFORM.PLATFORM_MACOS],
  [LC.LC_VERSION_MIN_IPHONEOS]: [PLATFORM.PLATFORM_IOS, PLATFORM.PLATFORM_IOSSIMULATOR],
  [LC.LC_VERSION_MIN_TVOS]: [PLATFORM.PLATFORM_TVOS, PLATFORM.PLATFORM_TVOSSIMULATOR],
  [LC.LC_VERSION_MIN_WATCHOS]: [PLATFORM.PLATFORM_WATCHOS, PLATFORM.PLATFORM_WATCHOSSIMULATOR],
};

/** In load command order. */
export function parseTargets(
  commands: readonly LoadCommand[],
  { cputype }: Header,
  context: MachoContext,
): readonly BuildTarget[] {
  const intel = cputype === CPU_TYPE.CPU_TYPE_X86 || cputype === CPU_TYPE.CPU_TYPE_X86_64;
  const targets: BuildTarget[] = [];
  for (const command of commands) {
    const { cmd, bytes } = command;
    const old = OLD[cmd];
    if (old !== undefined) {
      const { version, sdk } = VersionMinCommand.read(padded(bytes), 0, context);
      targets.push({ command, platform: old[intel ? 1 : 0], minos: version, sdk, tools: [] });
    } else if (cmd === LC.LC_BUILD_VERSION) {
      const { platform, minos, sdk, ntools } = BuildVersionCommand.read(padded(bytes), 0, context);
      const head = BuildVersionCommand.sizeOf(context.variant);
      const stride = BuildToolVersion.sizeOf(context.variant);
      const count = Math.min(ntools, Math.floor(Math.max(0, bytes.length - head) / stride));
      const tools = Array.from({ length: count }, (_, index) =>
        BuildToolVersion.read(bytes, head + index * stride, context),
      );
      targets.push({ command, platform, minos, sdk, tools });
    }
  }
  return targets;
}
