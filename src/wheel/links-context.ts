/** What the rules on LINKS need, from what is known of the wheel. */
import type { LinksContext } from "./checks/link-record.ts";
import { parsePlatformTag } from "./platform-tag.ts";
import type { CheckContext, WheelModel, WheelView } from "./view.ts";

const FILE_TYPE = 0o170000;
const REGULAR = 0o100000;

export function linksContext(
  wheel: WheelModel & Pick<CheckContext, "record"> & { readonly view: Pick<WheelView, "entries"> },
): LinksContext {
  const kinds = wheel.tags.map((tag) => parsePlatformTag(tag.slice(tag.lastIndexOf("-") + 1)).kind);
  const version = wheel.wheelFile?.version;
  let hashes: ReadonlyMap<string, string> | undefined;
  return {
    path: `${wheel.distInfo}/LINKS`,
    members: wheel.view.entries.map(({ name, directory, versionMadeBy, externalAttributes }) => {
      // Only archives from Unix and macOS have modes.
      const host = versionMadeBy >> 8;
      const type = host === 3 || host === 19 ? (externalAttributes >>> 16) & FILE_TYPE : 0;
      return { name, regular: !directory && (type === 0 || type === REGULAR) };
    }),
    ...(version === undefined ? {} : { wheelVersion: version }),
    windows: kinds.includes("win") || kinds.includes("any"),
    macos: kinds.includes("macosx") || kinds.includes("any"),
    hashOf(path) {
      hashes ??= new Map(
        (wheel.record ?? []).map((row) => [row.path, `${row.algorithm}=${row.digest}`]),
      );
      return hashes.get(path);
    },
  };
}
