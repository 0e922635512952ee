/**
 * The JSON documents: keys in the order of this file, nothing that depends on the host.
 *
 * docs/formats.md describes them; a field is never renamed within a schema version.
 */
import type {
  BinaryResult,
  ResolvedDependency,
  SliceResult,
  WheelResult,
} from "../audit/result.ts";
import type { FieldRef } from "../errors.ts";
import type { Finding, Unverified } from "../finding.ts";
import { VERSION } from "../version.ts";
import { jsonPieces, type Streamed, streamed } from "./json-pieces.ts";

/** @param warnings of the run, not of one of its wheels. */
export function auditJson(
  wheels: readonly WheelResult[],
  warnings: readonly string[] = [],
): Iterable<string> {
  return documentPieces("wheelkit.audit/1", {
    ...(warnings.length === 0 ? {} : { warnings }),
    wheels: streamed(wheels, (wheel) => ({
      file: wheel.file,
      size: wheel.size,
      sha256: wheel.sha256,
      ok: wheel.ok,
      ...facts(wheel),
      findings: streamed(wheel.findings, findingJson),
      unverified: wheel.unverified.map(unverifiedJson),
    })),
  });
}

/** A document with `schema` and `version` in front. */
export function document(schema: string, content: object): string {
  return jsonText({ schema, version: VERSION, ...content });
}

/** The same in pieces, for content with lists that are {@link Streamed}. */
export function* documentPieces(schema: string, content: object): Generator<string> {
  for (const piece of jsonPieces({ schema, version: VERSION, ...content }, 2)) {
    yield piece.replace(INVISIBLE, escapeUnits);
  }
  yield "\n";
}

/** As JSON on lines of their own; what could drive a terminal is escaped, as JSON may do anywhere. */
export function jsonText(value: object, indent: number = 2): string {
  return `${JSON.stringify(value, undefined, indent).replace(INVISIBLE, escapeUnits)}\n`;
}

/** JSON itself escapes what is below U+0020, and lone surrogates. */
const INVISIBLE = /[\x7f-\x9f\p{Cf}\u2028\u2029]/gu;

function escapeUnits(character: string): string {
  return character
    .split("")
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");
}

/** What `show` prints of a wheel. */
export function wheelFacts(wheel: WheelResult): object {
  return { file: wheel.file, size: wheel.size, sha256: wheel.sha256, ...facts(wheel) };
}

function facts(wheel: WheelResult): object {
  const { platform } = wheel;
  return {
    name: wheel.name,
    version: wheel.version,
    build: wheel.build,
    tags: wheel.tags,
    platform: {
      family: platform.family,
      claimed: platform.claimed,
      supported: platform.supported,
      reachable: platform.reachable,
      truthful: platform.truthful,
      reasons: platform.reasons.map((reason) => ({
        policy: reason.policy,
        path: reason.path,
        why: reason.why,
        library: reason.library,
        version: reason.version,
        symbols: reason.symbols,
      })),
    },
    binaries: streamed(wheel.binaries, (binary) => binaryJson(binary, false)),
    external: wheel.external.map(({ name, neededBy, found }) => ({ name, neededBy, found })),
  };
}

/**
 * Keys whose value is `undefined` are left out by `JSON.stringify`.
 *
 * @param traced with the search trace of each dependency, which only `show` prints.
 */
export function binaryJson(binary: BinaryResult, traced: boolean): object {
  // `armv7l` or `x86_64` says it all; an unknown machine or flags do not go without saying.
  const telling =
    binary.format === "pe" || binary.archs.includes("unknown") || (binary.flags ?? 0) !== 0;
  return {
    path: binary.path,
    format: binary.format,
    kind: binary.kind,
    archs: binary.archs,
    id: binary.id,
    dependencies: streamed(binary.dependencies, (dependency) => dependencyJson(dependency, traced)),
    searchPaths: binary.searchPaths.map(searchPathJson),
    requires: binary.requires,
    pythonExtension: binary.pythonExtension,
    size: binary.size,
    machine: telling ? binary.machine : undefined,
    flags: telling ? binary.flags : undefined,
    interpreter: binary.interpreter,
    isa: binary.isa,
    execstack: binary.execstack,
    versionNeeds: binary.versionNeeds,
    versionDefinitions: binary.versionDefinitions,
    exports: binary.exports,
    signature: binary.signature,
    overlay: binary.overlay,
    checksum: binary.checksum,
    dependentLoadFlags: binary.dependentLoadFlags,
    slices: binary.slices && streamed(binary.slices, (slice) => sliceJson(slice, traced)),
  };
}

function dependencyJson(dependency: ResolvedDependency, traced: boolean): object {
  return {
    name: dependency.name,
    how: dependency.how,
    in: dependency.in,
    path: dependency.path,
    archs: dependency.archs,
    trace: traced
      ? dependency.trace?.map(({ via, place, found }) => ({ via, place, found }))
      : undefined,
  };
}

function searchPathJson({ kind, path }: BinaryResult["searchPaths"][number]): object {
  return { kind, path };
}

function sliceJson(slice: SliceResult, traced: boolean): object {
  const { kind, identifier, valid } = slice.signature;
  return {
    arch: slice.arch,
    kind: slice.kind,
    id: slice.id,
    platform: slice.platform,
    minos: slice.minos,
    sdk: slice.sdk,
    dependencies: streamed(slice.dependencies, (dependency) => dependencyJson(dependency, traced)),
    searchPaths: slice.searchPaths.map(searchPathJson),
    uuid: slice.uuid,
    signature: { kind, identifier, valid },
  };
}

export function findingJson(finding: Finding): object {
  return {
    code: finding.code,
    level: finding.level,
    path: finding.path,
    message: finding.message,
    hint: finding.hint,
    at: finding.at === undefined ? undefined : placeJson(finding.at),
    facts: finding.facts,
  };
}

function placeJson({ record, field, offset, value }: FieldRef): object {
  return { record, field, offset, value };
}

function unverifiedJson({ code, path, why }: Unverified): object {
  return { code, path, why };
}
