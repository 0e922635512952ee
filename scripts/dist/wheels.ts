/** The two kinds of wheels: with an executable, and with a launcher for a Node that is there. */
import type { Build } from "./build.ts";
import { bytesOf } from "./build.ts";
import { distInfoMembers } from "./dist-info.ts";
import { expandRelr } from "./elf-relr.ts";
import { edited, makeExecutable } from "./executable.ts";
import type { NodePlatform } from "./nodes.ts";
import { openNode } from "./nodes.ts";
import { type WheelMember, writeWheel } from "./wheel.ts";

export async function platformWheel(
  build: Build,
  platform: NodePlatform,
  folder: string,
): Promise<string> {
  const node = openNode(platform);
  const data = `wheelkit-${build.version}.data`;
  const suffix = platform.runs.startsWith("win32") ? ".exe" : "";
  const members: WheelMember[] = [
    { path: "wheelkit/__init__.py", bytes: launcher(build, "__init__.py") },
    { path: "wheelkit/__main__.py", bytes: launcher(build, "installed.py") },
    {
      path: `${data}/scripts/wheelkit${suffix}`,
      bytes: await makeExecutable(build, platform, node),
      executable: true,
    },
  ];
  // Beside the executable and not in site-packages, whose distance from it differs.
  for (const [name, bytes] of node.libraries) {
    const path = `${data}/data/lib/wheelkit/${name}`;
    members.push({ path, bytes: expandRelr(edited(bytes, LIBRARY_EDITS)), executable: true });
  }
  members.push(manPage(build));
  const contents = { node: true, gcc: node.libraries.size > 0 };
  members.push(...distInfoMembers(build, contents));
  return writeWheel(build, `py3-none-${platform.tag}`, members, folder);
}

const LIBRARY_EDITS = [
  { kind: "strip", level: "all" },
  { kind: "set-search-paths", paths: ["$ORIGIN"], as: "rpath" },
] as const;

/** Files that a Node needs to run the program. */
const PROGRAM = ["cli.cjs", "program.cjs", "worker.cjs", "zstd.wasm", "libdeflate.wasm"] as const;

export function anyWheel(build: Build, folder: string): string {
  const members: WheelMember[] = [
    { path: "wheelkit/__init__.py", bytes: launcher(build, "__init__.py") },
    { path: "wheelkit/__main__.py", bytes: launcher(build, "launcher.py") },
    ...PROGRAM.map((name) => ({
      path: `wheelkit/program/${name}`,
      bytes: bytesOf(build.root, `dist/src/${name}`),
    })),
  ];
  members.push(manPage(build));
  const entryPoints = "[console_scripts]\nwheelkit = wheelkit.__main__:main\n";
  members.push(...distInfoMembers(build, { node: false, gcc: false, entryPoints }));
  return writeWheel(build, "py3-none-any", members, folder);
}

function manPage(build: Build): WheelMember {
  const path = `wheelkit-${build.version}.data/data/share/man/man1/wheelkit.1`;
  return { path, bytes: bytesOf(build.root, "docs/wheelkit.1") };
}

function launcher(build: Build, name: string): Uint8Array {
  return bytesOf(build.root, `scripts/dist/python/${name}`);
}
