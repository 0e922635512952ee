/** What the dynamic section shall say after the edits: pure, before anything is placed. */

import { DT, PF, PT } from "../constants.ts";
import type { ElfExpectation } from "../expectation.ts";
import { type Linkage, STRING_TAGS } from "../read/linkage.ts";
import { refuse } from "../refuse.ts";
import type { ElfEdit } from "./types.ts";

/** An entry to be: a raw value, or a text whose offset is still to be found. */
export interface TargetEntry {
  readonly d_tag: number;
  readonly d_val: bigint;
  /** A string tag's new text; `undefined` when `d_val` stays as it is. */
  readonly text?: string;
  /** The slot it had; `undefined` for a new entry. */
  readonly slot?: number;
}

export interface DynamicTarget {
  readonly entries: readonly TargetEntry[];
  /** Version needs with a new vn_file, by index. */
  readonly files: ReadonlyMap<number, string>;
  /** PF_X of PT_GNU_STACK goes. */
  readonly clearStack: boolean;
  readonly changed: boolean;
  readonly expect: ElfExpectation;
}

export function planTarget(model: Linkage, edits: readonly ElfEdit[]): DynamicTarget {
  const { strings } = model;
  let entries: TargetEntry[] = model.dynamic.entries.map((entry, slot) => ({ ...entry, slot }));
  const nameOf = (entry: TargetEntry): string => entry.text ?? strings.text(Number(entry.d_val));
  const files = new Map<number, string>();
  const fileOf = (index: number): string =>
    files.get(index) ?? model.versionNeeds[index]?.file ?? "";
  let clearStack = false;

  const retext = (entry: TargetEntry, text: string, d_tag = entry.d_tag): TargetEntry => {
    return { ...entry, d_tag, text };
  };
  const drop = (unwanted: (entry: TargetEntry) => boolean): void => {
    entries = entries.filter((entry) => !unwanted(entry));
  };
  const isNeeded = (entry: TargetEntry, name: string): boolean =>
    entry.d_tag === DT.DT_NEEDED && nameOf(entry) === name;

  const renameNeeded = (names: ReadonlyMap<string, string>): void => {
    const seen = new Set<string>();
    const given = new Set<string>();
    entries = entries.flatMap((entry) => {
      if (entry.d_tag !== DT.DT_NEEDED) return [entry];
      const name = nameOf(entry);
      const wanted = names.get(name) ?? name;
      // Naming one library twice helps nobody; a repetition that was there before stays.
      if (seen.has(wanted) && (names.has(name) || given.has(wanted))) return [];
      seen.add(wanted);
      if (wanted !== name) given.add(wanted);
      return [wanted === name ? entry : retext(entry, wanted)];
    });
    for (const [index] of model.versionNeeds.entries()) {
      const wanted = names.get(fileOf(index));
      if (wanted !== undefined) files.set(index, wanted);
    }
  };

  for (let done = 0; done < edits.length; done++) {
    const edit = edits[done];
    switch (edit?.kind) {
      case "set-soname": {
        checkText(edit.name);
        const found = entries.findIndex(({ d_tag }) => d_tag === DT.DT_SONAME);
        if (found < 0) {
          entries.push({ d_tag: DT.DT_SONAME, d_val: 0n, text: edit.name });
        } else {
          entries = entries.map((entry, at) => (at === found ? retext(entry, edit.name) : entry));
        }
        break;
      }
      case "add-needed": {
        checkText(edit.name);
        if (entries.some((entry) => isNeeded(entry, edit.name))) break;
        const last = entries.findLastIndex(({ d_tag }) => d_tag === DT.DT_NEEDED);
        entries.splice(last + 1, 0, { d_tag: DT.DT_NEEDED, d_val: 0n, text: edit.name });
        break;
      }
      case "remove-needed": {
        if (model.versionNeeds.some((_, index) => fileOf(index) === edit.name)) {
          throw refuse(
            "version-need",
            `symbol versions are needed from \`${edit.name}\`, so it can't be removed`,
            "replace it by a library that defines these versions",
          );
        }
        drop((entry) => isNeeded(entry, edit.name));
        break;
      }
      case "replace-needed": {
        // Those that stand together happen at once, so that two names can be exchanged.
        const names = new Map<string, string>();
        for (let next: ElfEdit | undefined = edit; next?.kind === "replace-needed"; ) {
          checkText(next.to);
          if (!names.has(next.from)) names.set(next.from, next.to);
          done++;
          next = edits[done];
        }
        done--;
        renameNeeded(names);
        break;
      }
      case "set-search-path": {
        checkText(edit.path);
        const tag = edit.tag === "rpath" ? DT.DT_RPATH : DT.DT_RUNPATH;
        const found = entries.findIndex(isSearchPath);
        if (found < 0) {
          entries.push({ d_tag: tag, d_val: 0n, text: edit.path });
          break;
        }
        // The wanted tag's own slot when it is there, so that setting it again changes nothing.
        const own = entries.findIndex(({ d_tag }) => d_tag === tag);
        const keep = own < 0 ? found : own;
        const kept = entries[keep];
        entries = entries.map((entry, at) => (at === keep ? retext(entry, edit.path, tag) : entry));
        const replaced = entries[keep];
        drop((entry) => isSearchPath(entry) && entry !== replaced && entry !== kept);
        break;
      }
      case "remove-search-path":
        drop(isSearchPath);
        break;
      case "set-execstack": {
        const stack = model.segments.find(({ p_type }) => p_type === PT.PT_GNU_STACK);
        if (stack === undefined) {
          throw refuse(
            "no-stack-header",
            "there is no PT_GNU_STACK whose flag could be cleared",
            "link it again with `-z noexecstack`",
          );
        }
        clearStack = (stack.p_flags & PF.PF_X) !== 0;
        break;
      }
    }
  }
  // Back to the text it had: the old reference serves.
  entries = entries.map((entry) => {
    const before = entry.slot === undefined ? undefined : model.dynamic.entries[entry.slot];
    if (entry.text === undefined || before?.d_tag !== entry.d_tag) return entry;
    if (entry.text !== strings.text(Number(before.d_val))) return entry;
    const { text: _, ...rest } = entry;
    return rest;
  });
  for (const [index, file] of [...files]) {
    if (model.versionNeeds[index]?.file === file) files.delete(index);
  }
  const changed =
    clearStack ||
    files.size > 0 ||
    entries.length !== model.dynamic.entries.length ||
    entries.some(({ slot, text, d_tag }, at) => {
      return slot !== at || text !== undefined || model.dynamic.entries[at]?.d_tag !== d_tag;
    });
  // Prelink's record of the file as it was: the loader must not trust it any more.
  if (changed) drop(({ d_tag }) => STALE.has(d_tag));
  return { entries, files, clearStack, changed, expect: expectation(model, entries, fileOf) };
}

const STALE: ReadonlySet<number> = new Set([DT.DT_GNU_PRELINKED, DT.DT_CHECKSUM]);

function isSearchPath({ d_tag }: TargetEntry): boolean {
  return d_tag === DT.DT_RPATH || d_tag === DT.DT_RUNPATH;
}

function expectation(
  model: Linkage,
  entries: readonly TargetEntry[],
  fileOf: (index: number) => string,
): ElfExpectation {
  const texts = (tag: number): string[] =>
    entries
      .filter(({ d_tag }) => d_tag === tag)
      .map((entry) => entry.text ?? model.strings.text(Number(entry.d_val)));
  return {
    soname: texts(DT.DT_SONAME)[0] ?? null,
    needed: texts(DT.DT_NEEDED),
    rpath: texts(DT.DT_RPATH)[0] ?? null,
    runpath: texts(DT.DT_RUNPATH)[0] ?? null,
    versionFiles: model.versionNeeds.map((_, index) => fileOf(index)),
  };
}

function checkText(text: string): void {
  if (text === "" || text.includes("\0")) {
    throw refuse("bad-name", "a name must not be empty or contain a NUL character");
  }
}

/** Offsets into the string table that the entries keep using. */
export function keptStrings(entries: readonly TargetEntry[]): number[] {
  return entries
    .filter(({ d_tag, text }) => text === undefined && STRING_TAGS.has(d_tag))
    .map(({ d_val }) => Number(d_val));
}
