/** Edits as data, and one function that applies them in order to a draft. */

import type { Draft } from "./draft.ts";
import type { EntryPointName } from "./entry-points-edit.ts";
import { addEntryPoint, removeEntryPoint } from "./entry-points-edit.ts";
import { addFile, addLicense, removeFile } from "./files.ts";
import type { RequirementAction } from "./metadata-edit.ts";
import {
  addClassifier,
  editRequirement,
  setDescription,
  setRequiresPython,
  setValue,
  unsetValue,
} from "./metadata-edit.ts";
import type { TagEdit } from "./tags-edit.ts";
import { editTags } from "./tags-edit.ts";
import type { VersionEdit } from "./version-edit.ts";
import { editVersion } from "./version-edit.ts";

type MetadataEdit =
  | { readonly kind: "requires"; readonly action: RequirementAction; readonly requirement: string }
  | { readonly kind: "requires-python"; readonly specifier: string }
  | { readonly kind: "set"; readonly field: string; readonly value: string }
  | { readonly kind: "unset"; readonly field: string }
  | { readonly kind: "add-classifier"; readonly classifier: string }
  | { readonly kind: "description"; readonly text: Uint8Array; readonly fileName: string };

type FileEdit =
  | {
      readonly kind: "add-file";
      readonly path: string;
      readonly bytes: Uint8Array;
      /** `st_mode` with the file type. */
      readonly mode: number;
    }
  | { readonly kind: "remove-file"; readonly path: string }
  | { readonly kind: "add-license"; readonly path: string; readonly bytes: Uint8Array };

type EntryPointEdit =
  | { readonly kind: "add-entry-point"; readonly entry: EntryPointName; readonly value: string }
  | { readonly kind: "remove-entry-point"; readonly entry: EntryPointName };

export type Edit = MetadataEdit | FileEdit | EntryPointEdit | VersionEdit | TagEdit;

/** @throws RefusalError with the code of the rule that the edit would break. */
export function applyEdits(draft: Draft, edits: readonly Edit[]): void {
  for (const edit of edits) applyEdit(draft, edit);
}

function applyEdit(draft: Draft, edit: Edit): void {
  switch (edit.kind) {
    case "version":
    case "post":
    case "local":
      editVersion(draft, edit);
      break;
    case "tags":
      editTags(draft, edit);
      break;
    case "add-file":
      addFile(draft, edit.path, edit.bytes, edit.mode);
      break;
    case "remove-file":
      removeFile(draft, edit.path);
      break;
    case "add-license":
      addLicense(draft, edit.path, edit.bytes);
      break;
    case "add-entry-point":
    case "remove-entry-point": {
      const path = `${draft.distInfo}/entry_points.txt`;
      const before = draft.read(path);
      const after =
        edit.kind === "add-entry-point"
          ? addEntryPoint(before, edit.entry, edit.value)
          : removeEntryPoint(before, edit.entry, draft.original(path) ?? new Uint8Array());
      if (after === undefined) draft.remove(path);
      else draft.write(path, after);
      break;
    }
    default: {
      const path = `${draft.distInfo}/METADATA`;
      const present = draft.needMetadata();
      draft.write(path, editMetadata(present, edit, draft.original(path) ?? present));
    }
  }
}

/** @param original METADATA before any edit, for messages that say what the wheel has. */
function editMetadata(metadata: Uint8Array, edit: MetadataEdit, original: Uint8Array): Uint8Array {
  switch (edit.kind) {
    case "requires":
      return editRequirement(metadata, edit.action, edit.requirement, original);
    case "requires-python":
      return setRequiresPython(metadata, edit.specifier);
    case "set":
      return setValue(metadata, edit.field, edit.value);
    case "unset":
      return unsetValue(metadata, edit.field);
    case "add-classifier":
      return addClassifier(metadata, edit.classifier);
    case "description":
      return setDescription(metadata, edit.text, edit.fileName);
  }
}
