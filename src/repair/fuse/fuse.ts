/**
 * One wheel for two kinds of processors out of two wheels: code is joined slice by slice and stays as
 * it is, bit for bit, signatures included; the rest must agree.
 */
import type { Engine, Inspection, Judgement } from "../../audit/audit.ts";
import { inspectWheel, judgeWheel } from "../../audit/audit.ts";
import { toFindings } from "../../audit/findings.ts";
import type { MacosFacts } from "../../audit/macos/facts.ts";
import { DEFAULT_NATIVE_OPTIONS } from "../../audit/options.ts";
import { printable, toHex } from "../../bytes.ts";
import { digestOf } from "../../digest.ts";
import type { Draft } from "../../edit/draft.ts";
import { refuseDefects } from "../../edit/refused.ts";
import type { Workshop } from "../../edit/workshop.ts";
import { RefusalError } from "../../errors.ts";
import { joinMacho, machoParts } from "../../formats.ts";
import type { FileSource, Hasher } from "../../runtime.ts";
import type { Source } from "../../source.ts";
import type { WheelFilename } from "../../wheel/filename.ts";
import { normalizeName } from "../../wheel/names.ts";
import type { Wheel } from "../../wheel/open.ts";
import { modeOf } from "../../zip/writer.ts";
import { SBOM_NAME } from "../sbom.ts";
import { fixWheelFile, retag } from "../wheel-file.ts";
import { mergedBill } from "./bill.ts";
import type { FuseConflict, FuseContent, FuseMember, FusePlan } from "./plan.ts";
import { planFuse } from "./plan.ts";
import { fusedTags } from "./tags.ts";

/** Which wheel is right where both have a text and the texts differ; `neither`: that is refused. */
export type Taken = "first" | "second" | "neither";

export interface FuseSide {
  readonly wheel: Wheel;
  readonly name: WheelFilename;
  /** As the engine opens it. */
  readonly path: string;
}

export interface FuseJob {
  /** Of the first wheel: it becomes the result. */
  readonly draft: Draft;
  readonly first: FuseSide;
  readonly second: FuseSide;
  readonly taken: Taken;
  readonly workshop: Workshop;
}

/** Bytes of a member that is read as a whole. */
const MEMBER_LIMIT = 2 ** 31 - 1;
/** Conflicts that a refusal names. */
const SHOWN = 5;

/** What became of the wheels, with the facts that the result is held to. */
export interface Fused {
  /** What the user should know. */
  readonly notes: readonly string[];
  /** Of the first wheel. */
  readonly before: Inspection;
  readonly judged: readonly [first: Judgement, second: Judgement];
}

/**
 * @throws RefusalError when the wheels don't fit together; then the draft is of no more use.
 */
export async function fuseWheels(job: FuseJob, engine: Engine): Promise<Fused> {
  const { draft, first, second, workshop, taken } = job;
  refuseStrangers(first.name, second.name);
  const sides = [
    await inspected(first, engine),
    await inspected(second, engine).catch((error: unknown) => {
      throw ofSecond(error, second.wheel);
    }),
  ] as const;
  const facts = sides.map(({ facts }) => facts);
  const isOwn = ownMembers(draft);
  const plan = planFuse(...(await comparedMembers(job, engine)), isOwn);
  const conflicts = settle(job, plan.conflicts);
  const native = new Set(plan.oneSided);
  const made = plan.steps.filter(({ kind, path }) => kind === "join" || native.has(path));
  const patched = await workshop.patch(
    made.map(({ kind, path }) => ({
      path,
      edits: [],
      isNew: true,
      from: () => (kind === "join" ? joinedSource(path, job) : openMember(second, path, workshop)),
    })),
  );
  for (const [index, { path }] of made.entries()) {
    const content = patched[index]?.content;
    if (content !== undefined) draft.place(path, content, modeIn(path, first, second));
  }
  for (const { kind, path } of plan.steps) {
    if (kind === "copy" && !native.has(path)) copyMember(draft, second.wheel, path);
  }
  const platforms = fusedTags([first.name, second.name], facts);
  const wheelFile = `${draft.distInfo}/WHEEL`;
  const before = fixWheelFile(draft.need(wheelFile, "WHL001"));
  const { wheel, name } = retag(before, draft.name, platforms);
  draft.name = name;
  draft.write(wheelFile, wheel);
  const bill = mergedBill(draft, first.wheel, second.wheel);
  if (bill !== undefined) draft.write(`${draft.distInfo}/sboms/${SBOM_NAME}`, bill);
  const [own, other] = sides;
  return {
    notes: notesOf(plan, conflicts, taken),
    before: own.inspection,
    judged: [own.judged, other.judged],
  };
}

/** Two wheels of one build: anything else is a mistake on the command line. */
function refuseStrangers(first: WheelFilename, second: WheelFilename): void {
  const differs = (what: string, a: string, b: string): void => {
    if (a === b) return;
    throw new RefusalError(
      "fuse-names",
      `the wheels have different ${what}: \`${printable(a)}\` and \`${printable(b)}\``,
      "fuse two wheels of one build that differ in their platform alone",
    );
  };
  differs("names", normalizeName(first.name), normalizeName(second.name));
  differs("versions", first.version, second.version);
  differs("build numbers", first.build ?? "", second.build ?? "");
  differs("Python tags", first.pythonTags.join("."), second.pythonTags.join("."));
  differs("ABI tags", first.abiTags.join("."), second.abiTags.join("."));
  differs("variant labels", first.variant ?? "", second.variant ?? "");
}

/** The command names the first wheel when it fails. */
function ofSecond(error: unknown, { file }: Wheel): unknown {
  if (!(error instanceof RefusalError) || error.code.startsWith("fuse-")) return error;
  return new RefusalError(error.code, `of \`${printable(file)}\`: ${error.message}`, error.hint);
}

interface Inspected {
  readonly inspection: Inspection;
  readonly judged: Judgement;
  readonly facts: MacosFacts;
}

async function inspected({ wheel, path }: FuseSide, engine: Engine): Promise<Inspected> {
  const inspection = await inspectWheel(wheel, path, wheel.source, engine, { hash: true });
  const judged = judgeWheel(wheel, inspection, { native: DEFAULT_NATIVE_OPTIONS });
  refuseDefects(toFindings(judged.problems));
  const { facts } = judged.native.model;
  if (facts.platform === "macos" && facts.identity.system === "macos") {
    return { inspection, judged, facts };
  }
  throw new RefusalError(
    "fuse-platform",
    `\`${wheel.file}\` is not a wheel for macOS`,
    "only macOS has files for several processors",
  );
}

/** What the result gets anew, so that it need not agree. */
function ownMembers({ distInfo }: Draft): (path: string) => boolean {
  const own = ["RECORD", "RECORD.jws", "RECORD.p7s", "WHEEL", `sboms/${SBOM_NAME}`];
  const paths = new Set(own.map((name) => `${distInfo}/${name}`));
  return (path) => paths.has(path) || path.endsWith("/");
}

/** Members of both wheels, with digests only where they are compared. */
async function comparedMembers(
  { first, second, workshop }: FuseJob,
  engine: Engine,
): Promise<readonly [readonly FuseMember[], readonly FuseMember[]]> {
  const hasher = (): Hasher => engine.compression.hasher("sha256");
  const members = async (side: FuseSide, other: FuseSide): Promise<readonly FuseMember[]> => {
    const found: FuseMember[] = [];
    for (const { name: path, crc32, size, directory } of side.wheel.index.entries) {
      if (directory) continue;
      const twin = other.wheel.index.byName.get(path);
      if (twin !== undefined && twin.size === size && twin.crc32 === crc32) {
        const digests = [side, other].map(async (each) => {
          return await withMember(each, path, workshop, (source) => digestText(source, hasher()));
        });
        const [own, theirs] = await Promise.all(digests);
        if (own === theirs) {
          // Nobody asks what a member is that is the same in both wheels.
          found.push({ path, sha256: "same", content: { kind: "other" } });
          continue;
        }
      }
      const content = await withMember(side, path, workshop, (source) => contentOf(source, hasher));
      // Equal in both or different in both is all that counts.
      found.push({ path, sha256: side === first ? "first" : "second", content });
    }
    return found;
  };
  return [await members(first, second), await members(second, first)];
}

function contentOf(source: Source, hasher: () => Hasher): FuseContent {
  const parts = machoParts(source);
  if (parts === null) return { kind: "other" };
  return {
    kind: "native",
    slices: parts.map((part) => ({ arch: part.arch, sha256: digestText(part.source, hasher()) })),
  };
}

function digestText(source: Source, hasher: Hasher): string {
  return toHex(digestOf(source, hasher));
}

async function withMember<Result>(
  side: FuseSide,
  path: string,
  workshop: Workshop,
  look: (source: Source) => Result,
): Promise<Result> {
  const source = await openMember(side, path, workshop);
  try {
    return look(source);
  } finally {
    source.close();
  }
}

async function openMember(
  { wheel }: FuseSide,
  path: string,
  workshop: Workshop,
): Promise<FileSource> {
  const entry = wheel.index.byName.get(path);
  if (entry !== undefined) return await workshop.open(wheel.source, entry);
  throw unreadable(wheel, path);
}

function unreadable({ file }: Wheel, path: string): RefusalError {
  return new RefusalError("ZIP010", `\`${path}\` of \`${file}\` can't be read`);
}

/** @throws RefusalError for conflicts that nobody has settled. */
function settle(
  { draft, second, taken }: FuseJob,
  conflicts: readonly FuseConflict[],
): readonly FuseConflict[] {
  if (conflicts.length === 0) return conflicts;
  if (taken === "neither") {
    const shown = conflicts.slice(0, SHOWN).map(({ path, why }) => `\`${printable(path)}\` ${why}`);
    const more = conflicts.length > SHOWN ? `; and ${conflicts.length - SHOWN} more` : "";
    throw new RefusalError(
      "fuse-conflict",
      `the wheels don't agree: ${shown.join("; ")}${more}`,
      "build both from the same sources, or say with `--take first` or `--take second` whose files count",
    );
  }
  if (taken === "second") for (const { path } of conflicts) copyMember(draft, second.wheel, path);
  return conflicts;
}

function copyMember(draft: Draft, from: Wheel, path: string): void {
  const entry = from.index.byName.get(path);
  const bytes = from.read(path, MEMBER_LIMIT);
  if (bytes === undefined) throw unreadable(from, path);
  draft.write(path, bytes, entry === undefined ? undefined : modeOf(entry));
}

async function joinedSource(
  path: string,
  { first, second, workshop }: FuseJob,
): Promise<FileSource> {
  const own = await openMember(first, path, workshop);
  const other = await openMember(second, path, workshop);
  return {
    ...joinMacho([own, other]),
    close() {
      own.close();
      other.close();
    },
  };
}

/** Executable in the result where it is in one of the wheels; `undefined`: as the first has it. */
function modeIn(path: string, first: FuseSide, second: FuseSide): number | undefined {
  const [own, other] = [first, second].map(({ wheel }) => wheel.index.byName.get(path));
  if (own === undefined) return other === undefined ? undefined : modeOf(other);
  if (other === undefined) return undefined;
  const mode = modeOf(own) | (modeOf(other) & 0o111);
  return mode === modeOf(own) ? undefined : mode;
}

function notesOf(
  { oneSided }: FusePlan,
  conflicts: readonly FuseConflict[],
  taken: Taken,
): readonly string[] {
  const notes = conflicts.map(
    ({ path, why }) => `\`${printable(path)}\` ${why}: that of the ${taken} wheel is taken`,
  );
  for (const path of oneSided) {
    notes.push(`\`${printable(path)}\` is in one of the wheels only`);
  }
  return notes;
}
