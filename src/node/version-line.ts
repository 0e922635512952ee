/** What `--version` prints. */
import { VERSION } from "../version.ts";
import { isExecutable } from "./parts.ts";

/** `wheelkit 0.1.0 (Node 22.20.0, linux-x64)`: the version first, then what it runs on. */
export function versionLine(): string {
  const { versions, platform, arch } = process;
  const engine = versions.bun === undefined ? `Node ${versions.node}` : `Bun ${versions.bun}`;
  const executable = isExecutable() ? ", single executable" : "";
  return `wheelkit ${VERSION} (${engine}, ${platform}-${arch}${executable})\n`;
}
