/**
 * wheelkit's core over memory, with nothing of Node: what a browser or another runtime would write.
 * Hashes and deflate are the caller's, as a page would load them.
 */
import type { Engine } from "../../../src/audit/audit.ts";
import { auditWheel } from "../../../src/audit/audit.ts";
import { inspectMembers } from "../../../src/audit/inspect/inspect.ts";
import { digestOf } from "../../../src/digest.ts";
import { assemble, copyOf } from "../../../src/edit/assemble.ts";
import { completeDraft } from "../../../src/edit/complete.ts";
import { openDraft } from "../../../src/edit/open-draft.ts";
import { compareFindings, refuseInvalid } from "../../../src/edit/verify.ts";
import type { Patched, PatchJob, Workshop } from "../../../src/edit/workshop.ts";
import { formatOf, readerOf } from "../../../src/formats.ts";
import { interestingSymbol } from "../../../src/policy/interest.ts";
import { repairWheel } from "../../../src/repair/repair.ts";
import type { RepairRoot } from "../../../src/repair/roots.ts";
import type { RepairSettings } from "../../../src/repair/settings.ts";
import { DEFAULT_REPAIR_SETTINGS } from "../../../src/repair/settings.ts";
import { verifyRepair } from "../../../src/repair/verify.ts";
import { auditJson } from "../../../src/report/json.ts";
import { isUnchanged, rewrittenSource } from "../../../src/rewrite.ts";
import type { Compression, FileSource, MemberStream } from "../../../src/runtime.ts";
import type { Source } from "../../../src/source.ts";
import { memorySource } from "../../../src/source.ts";
import { openSoundWheel } from "../../../src/wheel/open.ts";
import { readMember } from "../../../src/zip/read.ts";
import { layoutSource } from "../../../src/zip/writer.ts";

/** Files of the page, by path. */
export type Files = Map<string, Uint8Array>;

export function memoryEngine(files: Files, compression: Compression): Engine {
  return {
    compression,
    open: (path) => openBytes(files.get(path) ?? new Uint8Array()),
    inspect: async ({ source, tasks, options, onProgress }) =>
      await inspectMembers(
        { source, compression, stream: memoryStream(source, compression) },
        tasks,
        options,
        onProgress,
      ),
  };
}

/** The document that `wheelkit audit -f json` prints. */
export async function audit(name: string, files: Files, compression: Compression): Promise<string> {
  return [...auditJson([await auditWheel(name, memoryEngine(files, compression))])].join("");
}

export interface RepairedInMemory {
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly notes: readonly string[];
}

/** @param root where libraries are looked for: `settings.ldpaths` are folders of it. */
export async function repair(
  name: string,
  files: Files,
  compression: Compression,
  root: RepairRoot,
  settings: Partial<RepairSettings>,
): Promise<RepairedInMemory> {
  const engine = memoryEngine(files, compression);
  const wheel = openSoundWheel(engine.open(name), name, compression);
  const stream = memoryStream(wheel.source, compression);
  const draft = openDraft(wheel);
  const workshop = memoryWorkshop(wheel.source, compression);
  const all = { ...DEFAULT_REPAIR_SETTINGS, ...settings };
  const context = { settings: all, roots: { host: root }, providers: [], engine };
  const { repair: done, notes } = await repairWheel(
    { draft, wheel, path: name, workshop },
    context,
  );
  const more = await completeDraft(draft, wheel, { stream, limit: undefined });
  const built =
    done === undefined ? copyOf(wheel) : assemble(draft, { inPlace: false, recordLast: true });
  refuseInvalid(compareFindings(wheel, built).fresh, ["NAM006"]);
  const { size } = built.layout;
  const bytes = layoutSource(built.layout).read(0, size).slice();
  files.set(built.file, bytes);
  if (done !== undefined) {
    const { before, judged, native } = done;
    const check = { before, inputs: [judged], native, path: built.file, built };
    await verifyRepair({ ...check, updateTags: all.updateTags }, engine);
  }
  return { file: built.file, bytes, notes: [...notes, ...more, ...built.notes] };
}

/** A root of an own: files by their absolute paths. */
export function memoryRoot(files: ReadonlyMap<string, Uint8Array>): RepairRoot {
  return {
    resolve: (path) => (files.has(path) ? path : undefined),
    list: (folder) =>
      [...files.keys()]
        .filter((path) => path.startsWith(`${folder}/`))
        .map((path) => path.slice(folder.length + 1).split("/")[0] ?? "")
        .sort(),
    readText: () => undefined,
    readNative(path) {
      const source = openBytes(files.get(path) ?? new Uint8Array());
      const format = formatOf(source.read(0, Math.min(64, source.size)));
      const reader = format === undefined ? undefined : readerOf(format);
      return reader?.open(source).facts(interestingSymbol);
    },
    open: (path) => openBytes(files.get(path) ?? new Uint8Array()),
    ownerOf: () => undefined,
  };
}

function openBytes(bytes: Uint8Array): FileSource {
  return { ...memorySource(bytes), close() {} };
}

function memoryStream(archive: Source, compression: Compression): MemberStream {
  return async (span, onChunk) => {
    const { bytes, problems } = readMember(archive, span, compression);
    if (problems.length === 0) onChunk(bytes, 0);
    return problems;
  };
}

function memoryWorkshop(archive: Source, compression: Compression): Workshop {
  return {
    expect() {},
    patch: (jobs) => Promise.all(jobs.map((job) => patch(job, archive, compression))),
    open: async (from, span) => openBytes(readMember(from, span, compression).bytes),
    close() {},
  };
}

async function patch(
  { edits, from, isNew }: PatchJob,
  archive: Source,
  compression: Compression,
): Promise<Patched> {
  const source =
    typeof from === "function"
      ? await from()
      : memorySource(readMember(archive, from, compression).bytes);
  const format = formatOf(source.read(0, Math.min(64, source.size)));
  const reader = format === undefined ? undefined : readerOf(format);
  if (reader === undefined) throw new Error("this is not a native file");
  const rewrite = reader.rewrite(source, edits, compression);
  const { warnings } = rewrite;
  const isKept = typeof from !== "function" && isNew !== true;
  if (isUnchanged(rewrite) && isKept) return { content: undefined, warnings };
  const result = rewrittenSource(source, rewrite);
  const bytes = result.read(0, result.size);
  const data = { bytes: compression.deflateRaw(bytes, 6) };
  const packed = {
    method: 8,
    crc32: compression.crc32(bytes),
    size: bytes.length,
    compressedSize: data.bytes.length,
    data,
  };
  const sha256 = digestOf(memorySource(bytes), compression.hasher("sha256"));
  return { content: { packed, sha256 }, warnings };
}
