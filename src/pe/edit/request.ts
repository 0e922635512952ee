/** What is asked of a PE file, in the order in which it is done. */
import type { NativeEdit, StripLevel } from "../../native-edit.ts";
import { dllKey } from "../dll-name.ts";
import { encodeName } from "../names.ts";
import { refuse } from "../refuse.ts";
import type { CutEdit } from "./cut.ts";

export interface Request {
  /** New names by the key of the old one. */
  readonly renames: ReadonlyMap<string, string>;
  /** Delayed DLLs that are to be loaded with the file, by the key of their new names. */
  readonly early: ReadonlySet<string>;
  readonly id: string | undefined;
  readonly cuts: readonly CutEdit[];
  /** DependentLoadFlags go, whether or not a name changes. */
  readonly clearsLoadFlags: boolean;
  readonly strip: { readonly level: StripLevel; readonly optional: boolean } | undefined;
}

/**
 * @param arch of the file: what is asked of another architecture is none of its business.
 * @throws RefusalError for what the format has no place for.
 */
export function requestOf(edits: readonly NativeEdit[], arch: string): Request {
  const renames = new Map<string, string>();
  const early = new Set<string>();
  let id: string | undefined;
  let strip: Request["strip"];
  let clearsLoadFlags = false;
  const cuts: CutEdit[] = [];
  for (const edit of edits) {
    if ("arch" in edit && edit.arch !== undefined && edit.arch !== arch) continue;
    switch (edit.kind) {
      case "replace-dependency":
        checkName(edit.to);
        renames.set(dllKey(edit.from), edit.to);
        break;
      case "add-dependency":
        early.add(dllKey(edit.name));
        break;
      case "set-id":
        checkName(edit.id);
        id = edit.id;
        break;
      case "strip": {
        const all = edit.level === "all" || strip?.level === "all";
        const optional = edit.optional === true && strip?.optional !== false;
        strip = { level: all ? "all" : "debug", optional };
        break;
      }
      case "cut":
        cuts.push(edit);
        break;
      case "clear-load-flags":
        clearsLoadFlags = true;
        break;
      default:
        throw refuse("unsupported", REASONS[edit.kind]);
    }
  }
  return { renames, early, id, cuts, clearsLoadFlags, strip };
}

type Unsupported = Exclude<
  NativeEdit["kind"],
  "replace-dependency" | "add-dependency" | "set-id" | "strip" | "cut" | "clear-load-flags"
>;

const REASONS: Readonly<Record<Unsupported, string>> = {
  "keep-archs": "a PE file has one architecture, so none can be left out",
  "remove-dependency": "a PE file calls what it imports by slot, so no DLL can be removed",
  "set-search-paths":
    "PE files have no search paths: Windows looks beside the module and in added folders",
  "clear-executable-stack": "PE files do not say whether the stack is executable",
  sign: "a PE file is signed with a certificate, or not at all",
};

/** Longer names do not fit Windows' file systems. */
const MAX_NAME = 255;

function checkName(name: string): void {
  const bytes = encodeName(name);
  if (bytes === undefined || name === "" || bytes.length > MAX_NAME || /[/\\:]/.test(name)) {
    throw refuse("name", `\`${name}\` can't be the name of a DLL`);
  }
}
