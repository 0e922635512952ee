/**
 * Edits of `Requires-Dist`: PEP 508 is parsed, and what an edit does not mean keeps its spelling.
 *
 * Each function takes all values of the field in order and returns them after the edit.
 */
import { printable } from "../bytes.ts";
import { RefusalError } from "../errors.ts";
import { didYouMean } from "../suggest.ts";
import { printMarker } from "../wheel/marker.ts";
import { normalizeName } from "../wheel/names.ts";
import type { Requirement, RequirementSpans } from "../wheel/requirement.ts";
import { parseRequirement } from "../wheel/requirement.ts";
import { containsVersion, printSpecifier, printSpecifierSet } from "../wheel/specifier.ts";

/** A requirement from the command line or a patch. */
export interface Wanted {
  readonly text: string;
  readonly requirement: Requirement;
  readonly spans: RequirementSpans;
}

/** @throws RefusalError MET009. */
export function parseWanted(text: string): Wanted {
  const bare = text.trim();
  const parsed = parseRequirement(bare);
  if (!parsed.ok || /[\r\n]/.test(bare)) {
    const why = parsed.ok ? "it has a line break" : `${parsed.message} (at character ${parsed.at})`;
    throw new RefusalError(
      "MET009",
      `\`${printable(bare)}\` is not a requirement: ${why}`,
      "write it as PEP 508 has it, for example `numpy>=1.21; python_version < '3.12'`",
    );
  }
  return { text: bare, requirement: parsed.requirement, spans: parsed.spans };
}

/** Adds it behind the others; one that is there already, word for word, stays as it is. */
export function addRequirement(values: readonly string[], wanted: Wanted): readonly string[] {
  return values.includes(wanted.text) ? values : [...values, wanted.text];
}

/** Removes every requirement of that name, or, where extras, versions or a marker are given, just that one. */
export function removeRequirement(
  values: readonly string[],
  wanted: Wanted,
  original: readonly string[] = values,
): readonly string[] {
  const key = canonical(wanted.requirement);
  const bare = key === normalizeName(wanted.requirement.name);
  const left = values.filter((value) => {
    const parsed = parseRequirement(value);
    if (!parsed.ok || !sameName(parsed.requirement, wanted.requirement)) return true;
    return !bare && canonical(parsed.requirement) !== key;
  });
  if (left.length === values.length) throw notRequired(values, wanted, original);
  return left;
}

/** Puts it in the place of the requirement of the same name (and marker, where there are several). */
export function replaceRequirement(
  values: readonly string[],
  wanted: Wanted,
  original: readonly string[] = values,
): readonly string[] {
  const places = placesOf(values, wanted);
  const marker = markerText(wanted.requirement);
  const exact = places.filter(({ requirement }) => markerText(requirement) === marker);
  const chosen = exact.length > 0 ? exact : places;
  const [place, ...others] = chosen;
  if (place === undefined) throw notRequired(values, wanted, original);
  if (others.length > 0) {
    const list = chosen.map(({ value }) => `\`${printable(value)}\``).join(", ");
    throw new RefusalError(
      "EDT005",
      `\`${wanted.requirement.name}\` is required ${chosen.length} times: ${list}`,
      "give the marker of the one that is meant, or use `--remove-requires` and `--add-requires`",
    );
  }
  return values.map((value, at) => (at === place.at ? wanted.text : value));
}

/**
 * Adds the bounds to every requirement of that name; its extras, bounds and marker stay.
 *
 * A bound that is there already is not added again.
 */
export function constrainRequirement(
  values: readonly string[],
  wanted: Wanted,
  original: readonly string[] = values,
): readonly string[] {
  const requirement = boundsOf(wanted);
  const places = placesOf(values, wanted);
  if (places.length === 0) throw notRequired(values, wanted, original);
  const changed = [...values];
  for (const { at, value, requirement: present, spans } of places) {
    if (present.url !== undefined) {
      throw new RefusalError(
        "MET009",
        `\`${printable(value)}\` takes \`${present.name}\` from an address, which has no versions to bound`,
        "replace it with `--replace-requires`",
      );
    }
    const known = present.specifiers.map(printSpecifier);
    const missing = requirement.specifiers.filter((each) => !known.includes(printSpecifier(each)));
    if (missing.length === 0) continue;
    refuseContradiction(present, requirement, value);
    changed[at] = withBounds(value, spans, printSpecifierSet(missing));
  }
  return changed;
}

/** @throws RefusalError MET009 for anything but a name and bounds. */
export function boundsOf(wanted: Wanted): Requirement {
  const { requirement } = wanted;
  if (
    requirement.specifiers.length === 0 ||
    requirement.extras.length > 0 ||
    requirement.url !== undefined ||
    requirement.marker !== undefined
  ) {
    throw new RefusalError(
      "MET009",
      `\`${printable(wanted.text)}\` is not a name with bounds`,
      "a constraint is a name and its bounds, for example `numpy<2.3`; extras and markers stay as the wheel has them",
    );
  }
  return requirement;
}

function withBounds(value: string, { specifiers }: RequirementSpans, bounds: string): string {
  const present = value.slice(specifiers.start, specifiers.end);
  const closing = present.endsWith(")");
  const inside = closing ? present.slice(0, -1).trimEnd() : present;
  const empty = inside === "" || inside === "(";
  const joined = empty || inside.endsWith(",") ? inside + bounds : `${inside},${bounds}`;
  return (
    value.slice(0, specifiers.start) + joined + (closing ? ")" : "") + value.slice(specifiers.end)
  );
}

/** `==2.5` under `<2.3`: no version is left, and no installer would find one. */
function refuseContradiction(present: Requirement, wanted: Requirement, value: string): void {
  for (const specifier of present.specifiers) {
    if (specifier.operator !== "==" || specifier.wildcard) continue;
    if (containsVersion(wanted.specifiers, specifier.version)) continue;
    throw new RefusalError(
      "MET009",
      `\`${printable(value)}\` pins a version that \`${printSpecifierSet(wanted.specifiers)}\` keeps out`,
      "replace the pin with `--replace-requires`",
    );
  }
}

interface Place {
  readonly at: number;
  readonly value: string;
  readonly requirement: Requirement;
  readonly spans: RequirementSpans;
}

function placesOf(values: readonly string[], wanted: Wanted): readonly Place[] {
  const places: Place[] = [];
  values.forEach((value, at) => {
    const parsed = parseRequirement(value);
    if (parsed.ok && sameName(parsed.requirement, wanted.requirement)) {
      places.push({ at, value, requirement: parsed.requirement, spans: parsed.spans });
    }
  });
  return places;
}

/** Names what the wheel requires, without what edits of this run have added to it. */
function notRequired(
  values: readonly string[],
  wanted: Wanted,
  original: readonly string[],
): RefusalError {
  const { name } = wanted.requirement;
  const own = new Set(namesOf(original));
  const names = namesOf(values).filter((each) => own.has(each));
  if ([...own].some((each) => normalizeName(each) === normalizeName(name))) {
    return new RefusalError(
      "EDT003",
      `\`${printable(name)}\` is no longer required: an edit before this one has removed it`,
    );
  }
  const near = didYouMean(name, names);
  const hint =
    names.length === 0
      ? "the wheel has no requirements; add one with `--add-requires`"
      : `it requires ${names
          .slice(0, 8)
          .map((name) => `\`${printable(name)}\``)
          .join(", ")}${names.length > 8 ? ", …" : ""}`;
  return new RefusalError(
    "EDT003",
    `the wheel does not require \`${printable(name)}\``,
    near === undefined ? hint : `${near} ${hint}`,
  );
}

function namesOf(values: readonly string[]): readonly string[] {
  const names = values.flatMap((value) => {
    const parsed = parseRequirement(value);
    return parsed.ok ? [parsed.requirement.name] : [];
  });
  return [...new Set(names)];
}

function sameName(a: Requirement, b: Requirement): boolean {
  return normalizeName(a.name) === normalizeName(b.name);
}

function markerText({ marker }: Requirement): string {
  return marker === undefined ? "" : printMarker(marker);
}

/** The same text for requirements that mean the same. */
function canonical(requirement: Requirement): string {
  const extras = requirement.extras.map(normalizeName).sort();
  const bounds = requirement.specifiers.map(printSpecifier).sort();
  return [
    normalizeName(requirement.name),
    extras.length === 0 ? "" : `[${extras.join(",")}]`,
    bounds.join(","),
    requirement.url === undefined ? "" : `@${requirement.url}`,
    requirement.marker === undefined ? "" : `;${markerText(requirement)}`,
  ].join("");
}
