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
const EXECUTE = 0o111;
const OPEN_FOLDER = DIRECTORY | 0o755;

/**
 * The owner may read and write every file; what group and others may do stays. Folders get 0755, as
 * unpacking with auditwheel gives them. Programs may be run. Entries without Unix modes keep theirs.
 */
export function planModes(
  entries: readonly ZipEntry[],
  programs: ReadonlySet<string> = new Set(),
): readonly PlannedMode[] {
  const modes: PlannedMode[] = [];
  for (const entry of entries) {
    const before = modeOf(entry);
    // Whoever may read a program may run it.
    const run = programs.has(entry.name) ? EXECUTE & (before >> 2) : 0;
    const mode = entry.directory ? OPEN_FOLDER : before | READ_WRITE | run;
    if (mode !== before) modes.push({ path: entry.name, mode });
  }
  return modes;
}
