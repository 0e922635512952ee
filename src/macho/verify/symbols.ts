/** Symbols after a rewrite: each keeps its library, and none that others see is lost. */
import { MH_FLAGS } from "../constants.ts";
import type { BoundSymbol } from "../read/bind.ts";
import type { MachoImage } from "../read/image.ts";
import { externalSymbols, isUndefined, libraryOrdinal } from "../read/symbols.ts";

/**
 * @param ordinals the new ordinal of each old one.
 * @param moved addresses are others, which somebody else looks at.
 */
export function symbolFaults(
  old: MachoImage,
  now: MachoImage,
  ordinals: readonly number[],
  moved = false,
): string[] {
  const faults: string[] = [];
  const follow = (ordinal: number): number =>
    ordinal > 0 ? (ordinals[ordinal] ?? ordinal) : ordinal;
  const spell = ({ name, ordinal, weak }: BoundSymbol): string => `${name} ${ordinal} ${weak}`;
  const expected = (old.bound() ?? []).map((symbol) =>
    spell({ ...symbol, ordinal: follow(symbol.ordinal) }),
  );
  const found = (now.bound() ?? []).map(spell);
  // Joined libraries may make two entries one.
  const missing = difference(expected, found) + difference(found, expected);
  if (missing > 0) faults.push(`${missing} imports lead to another library`);
  faults.push(...tableFaults(old, now, follow), ...reexportFaults(old, now, follow, moved));
  return faults;
}

function difference(a: readonly string[], b: readonly string[]): number {
  const known = new Set(b);
  return a.filter((each) => !known.has(each)).length;
}

function tableFaults(
  old: MachoImage,
  now: MachoImage,
  follow: (ordinal: number) => number,
): string[] {
  if ((old.header.flags & MH_FLAGS.MH_TWOLEVEL) === 0) return [];
  const undefinedOnes = (image: MachoImage, map: (ordinal: number) => number): string[] => {
    const list: string[] = [];
    for (const { name, type, desc } of externalSymbols(image.symbols())) {
      if (isUndefined(type)) list.push(`${name} ${map(libraryOrdinal(desc))} ${desc & 0xff}`);
    }
    return list;
  };
  const before = undefinedOnes(old, follow);
  const after = undefinedOnes(now, (ordinal) => ordinal);
  return before.length === after.length && difference(before, after) === 0
    ? []
    : ["undefined symbols changed"];
}

function reexportFaults(
  old: MachoImage,
  now: MachoImage,
  follow: (ordinal: number) => number,
  moved: boolean,
): string[] {
  const spell = (image: MachoImage, map: (ordinal: number) => number): string =>
    JSON.stringify(
      (image.exports() ?? []).map(({ name, flags, address, reexport }) => [
        name,
        flags,
        moved ? 0 : address,
        reexport === undefined ? null : [map(reexport.ordinal), reexport.importName],
      ]),
    );
  return spell(old, follow) === spell(now, (ordinal) => ordinal) ? [] : ["the exports changed"];
}

/** After a strip: external symbols are the same, and stubs and pointers still mean the same symbols. */
export function strippedFaults(
  old: MachoImage,
  now: MachoImage,
  ordinals: readonly number[],
): string[] {
  const faults: string[] = [];
  const follow = (ordinal: number): number => ordinals[ordinal] ?? ordinal;
  const external = (image: MachoImage, map: (ordinal: number) => number): string[] => {
    const list: string[] = [];
    for (const { name, type, desc, section } of externalSymbols(image.symbols())) {
      const high = isUndefined(type) ? map(libraryOrdinal(desc)) : desc >>> 8;
      list.push(`${name} ${type} ${section} ${high} ${desc & 0xff}`);
    }
    return list;
  };
  const before = external(old, follow);
  const after = external(now, (ordinal) => ordinal);
  if (before.length !== after.length || before.some((each, index) => each !== after[index])) {
    faults.push("external symbols changed");
  }
  const a = old.indirect();
  const b = now.indirect();
  if (a.length !== b.length || a.some((name, index) => name !== b[index])) {
    faults.push("the indirect symbols changed");
  }
  return faults;
}
