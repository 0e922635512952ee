/** Everything an audit says about native code, from the facts of the members to problems. */
import type { RawMetadata } from "../wheel/metadata.ts";
import { knownFields } from "../wheel/metadata.ts";
import { normalizeName } from "../wheel/names.ts";
import type { Variant } from "../wheel/variant-file.ts";
import type { ZipEntry } from "../zip/entry.ts";
import { claimOf } from "./claim.ts";
import type { NativeMember } from "./member.ts";
import type { WheelFacts } from "./model.ts";
import type { NativeOptions } from "./options.ts";
import type { NativeAudit } from "./platform.ts";
import { platformsFor } from "./platforms.ts";
import { pythonMentions } from "./python/mentions.ts";
import type { PythonText } from "./python/texts.ts";
import { auditSystems } from "./several-systems.ts";

/** What of the wheel's own texts matters to native code. */
interface NativeWheel {
  readonly filename?: {
    readonly name: string;
    readonly pythonTags: readonly string[];
    readonly abiTags: readonly string[];
    readonly platformTags: readonly string[];
  };
  readonly name: string | null;
  readonly metadata?: RawMetadata;
  readonly variant?: Variant;
}

export interface NativeInput {
  readonly wheel: NativeWheel;
  readonly entries: readonly Pick<ZipEntry, "name" | "directory">[];
  /** Members whose mode lets nobody run them. */
  readonly idle?: ReadonlySet<string>;
  readonly binaries: readonly NativeMember[];
  /** Members with the first bytes of a native format, also those that could not be read. */
  readonly nativeMembers: ReadonlySet<string>;
  readonly options: NativeOptions;
  /** Texts of the wheel's Python files, read when they are asked for. */
  readonly texts?: () => Iterable<PythonText>;
}

export function auditNative(input: NativeInput): NativeAudit {
  const { entries, binaries, nativeMembers, options } = input;
  const wheel = wheelFacts(input.wheel);
  const claims = wheel.platformTags.map(claimOf);
  const read = new Set(binaries.map(({ path }) => path));
  const paths = new Set<string>();
  for (const { name, directory } of entries) if (!directory) paths.add(name);
  return auditSystems(platformsFor(claims, binaries), {
    wheel,
    claims,
    members: binaries,
    unreadable: [...nativeMembers].filter((path) => !read.has(path)).sort(),
    paths,
    idle: input.idle ?? new Set(),
    mentions: pythonMentions(input.texts ?? (() => [])),
    options,
  });
}

function wheelFacts({ filename, name, metadata, variant }: NativeWheel): WheelFacts {
  const required = new Map<string, Set<string>>();
  for (const { value } of metadata === undefined ? [] : knownFields(metadata, "Requires-Dist")) {
    const [, project] = /^\s*([A-Za-z0-9][A-Za-z0-9._-]*)/.exec(value) ?? [];
    if (project === undefined) continue;
    const key = normalizeName(project);
    const extras = required.get(key) ?? new Set();
    required.set(key, extras);
    const [, listed = ""] = /^\s*[A-Za-z0-9._-]+\s*\[([^\]]*)\]/.exec(value) ?? [];
    for (const extra of listed.split(","))
      if (extra.trim() !== "") extras.add(normalizeName(extra.trim()));
  }
  return {
    pythonTags: filename?.pythonTags ?? [],
    abiTags: filename?.abiTags ?? [],
    platformTags: filename?.platformTags ?? [],
    requirements: [...required].map(([each, extras]) => ({
      name: each,
      extras: [...extras].sort(),
    })),
    name: normalizeName(name ?? filename?.name ?? ""),
    ...(variant === undefined ? {} : { variant }),
  };
}
