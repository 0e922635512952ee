/** Permissions in a repaired wheel: what unpacks it can read and change every file. */
import type { ZipEntry } from "../zip/entry.ts";
import { DIRECTORY, modeOf } from "../zip/writer.ts";

export interface PlannedMode {
  /** Of the member in the input. */
  readonly path: string;
  /** `st_mode` with the file type. */
  readonly mode: number;
}

const READ_WRITE = 0o600;
const OPEN_FOLDER = DIRECTORY | 0o755;

/**
 * The owner may read and write every file; what group and others may do stays. Folders get 0755, as
 * unpacking with auditwheel gives them. Entries without Unix modes keep theirs.
 */
export function planModes(entries: readonly ZipEntry[]): readonly PlannedMode[] {
  const modes: PlannedMode[] = [];
  for (const entry of entries) {
    const before = modeOf(entry);
    const mode = entry.directory ? OPEN_FOLDER : before | READ_WRITE;
    if (mode !== before) modes.push({ path: entry.name, mode });
  }
  return modes;
}
