/** A draft of an open wheel. */
import { printable } from "../bytes.ts";
import { RefusalError } from "../errors.ts";
import { findDistInfo } from "../wheel/dist-info.ts";
import { parseWheelFilename } from "../wheel/filename.ts";
import type { Wheel } from "../wheel/open.ts";
import { Draft } from "./draft.ts";

/** @throws RefusalError when the file's name says too little, or no `.dist-info` is called after it. */
export function openDraft(wheel: Wheel): Draft {
  const { file, index } = wheel;
  const { name, problems } = parseWheelFilename(file);
  if (name === undefined) {
    throw new RefusalError(
      "NAM001",
      problems[0]?.message ?? `\`${file}\` is not the name of a wheel`,
      "the edit needs name, version and tags from the file name",
    );
  }
  const distInfo = findDistInfo(index.entries, file);
  if (distInfo === undefined) {
    throw new RefusalError(
      "DST001",
      `\`${printable(file)}\` has no \`.dist-info\` folder of its name`,
      "run `wheelkit audit` to see what is wrong with the wheel",
    );
  }
  return new Draft(
    {
      file,
      source: wheel.source,
      compression: wheel.compression,
      entries: index.entries,
      read: (path) => wheel.read(path),
    },
    name,
    distInfo,
  );
}
