/** Permissions in a repaired wheel: what unpacks it can read and change every file. */
import type { Draft } from "../edit/draft.ts";
import { DIRECTORY, modeOf } from "../zip/writer.ts";

const READ_WRITE = 0o600;
const OPEN_FOLDER = DIRECTORY | 0o755;

/**
 * The owner may read and write every file; what group and others may do stays. Folders get 0755, as
 * unpacking with auditwheel gives them. Entries without Unix modes keep theirs.
 */
export function mendModes(draft: Draft): void {
  for (const entry of draft.input.entries) {
    const mode = modeOf(entry);
    const mended = entry.directory ? OPEN_FOLDER : mode | READ_WRITE;
    if (mended !== mode) draft.setMode(entry.name, mended);
  }
}
