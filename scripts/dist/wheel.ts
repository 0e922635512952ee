/** Writes a wheel from its members, with wheelkit's own writer. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { compareText, encodeUtf8 } from "../../src/bytes.ts";
import { digestOf } from "../../src/digest.ts";
import { nodeCompression } from "../../src/node/compression.ts";
import { memorySource } from "../../src/source.ts";
import { formatRecord } from "../../src/wheel/record.ts";
import { layoutArchive, layoutSource, packMember, REGULAR_FILE } from "../../src/zip/writer.ts";
import type { Build } from "./build.ts";

export interface WheelMember {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly executable?: boolean;
}

const LEVEL = 9;

/**
 * @param tag `py3-none-any`
 * @param members of the wheel but WHEEL and RECORD; dist-info last.
 * @returns the path of the wheel.
 */
export function writeWheel(
  build: Build,
  tag: string,
  members: readonly WheelMember[],
  folder: string,
): string {
  const distInfo = `wheelkit-${build.version}.dist-info`;
  const wheel = [
    "Wheel-Version: 1.0",
    `Generator: wheelkit ${build.version}`,
    `Root-Is-Purelib: ${tag.endsWith("-any")}`,
    `Tag: ${tag}`,
    "",
  ].join("\n");
  const all = [...members, { path: `${distInfo}/WHEEL`, bytes: encodeUtf8(wheel) }];
  const record = `${distInfo}/RECORD`;
  const rows = all.map(({ path, bytes }) => ({
    path,
    hash: { algorithm: "sha256" as const, digest: digest(bytes) },
    size: bytes.length,
  }));
  rows.sort((a, b) => compareText(a.path, b.path));
  const list: WheelMember[] = [
    ...all,
    { path: record, bytes: formatRecord([...rows, { path: record }]) },
  ];
  const layout = layoutArchive(
    list.map(({ path, bytes, executable }) => {
      const mode = REGULAR_FILE | (executable === true ? 0o755 : 0o644);
      return packMember(
        { name: path, bytes, mode, time: build.time, level: LEVEL },
        nodeCompression,
      );
    }),
  );
  const target = join(folder, `wheelkit-${build.version}-${tag}.whl`);
  writeFileSync(target, layoutSource(layout).read(0, layout.size));
  return target;
}

function digest(bytes: Uint8Array): Uint8Array {
  return digestOf(memorySource(bytes), nodeCompression.hasher("sha256"));
}
