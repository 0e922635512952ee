/**
 * One wheel for two kinds of processors out of two wheels: code is joined slice by slice and stays as
 * it is, bit for bit, signatures included; the rest must agree.
 */
import type { Engine, Judgement } from "../../audit/audit.ts";
import { inspectWheel, judgeWheel } from "../../audit/audit.ts";
import { toFindings } from "../../audit/findings.ts";
import type { MacosFacts } from "../../audit/macos/facts.ts";
import { DEFAULT_NATIVE_OPTIONS } from "../../audit/options.ts";
import { bytesEqual, printable, toHex } from "../../bytes.ts";
import { digestOf } from "../../digest.ts";
import type { Draft } from "../../edit/draft.ts";
import { refuseDefects } from "../../edit/refused.ts";
import type { Workshop } from "../../edit/workshop.ts";
import { RefusalError } from "../../errors.ts";
import { joinMacho, machoParts } from "../../formats.ts";
import type { Source } from "../../source.ts";
import { memorySource } from "../../source.ts";
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

/**
 * @returns what the user should know.
 * @throws RefusalError when the wheels don't fit together; then the draft is of no more use.
 */
export async function fuseWheels(job: FuseJob, engine: Engine): Promise<readonly string[]> {
  const { draft, first, second, taken, workshop } = job;
  refuseStrangers(first.name, second.name);
  const facts = [await inspected(first, engine), await inspected(second, engine)] as const;
  const isOwn = ownMembers(draft);
  const plan = planFuse(...comparedMembers(first, second, engine), isOwn);
  const conflicts = settle(job, plan.conflicts);
  const joined = plan.steps.filter(({ kind }) => kind === "join").map(({ path }) => path);
  const patched = await workshop.patch(
    joined.map((path) => ({ path, edits: [], from: () => joinedSource(path, first, second) })),
  );
  for (const [index, path] of joined.entries()) {
    const content = patched[index]?.content;
    if (content !== undefined) draft.place(path, content, executableMode(path, first, second));
  }
  for (const { kind, path } of plan.steps) {
    if (kind === "copy") copyMember(draft, second.wheel, path);
  }
  const platforms = fusedTags([first.name, second.name], facts);
  const wheelFile = `${draft.distInfo}/WHEEL`;
  const before = fixWheelFile(draft.need(wheelFile, "WHL001"));
  const { wheel, name } = retag(before, draft.name, platforms);
  draft.name = name;
  draft.write(wheelFile, wheel);
  const bill = mergedBill(draft, first.wheel, second.wheel);
  if (bill !== undefined) draft.write(`${draft.distInfo}/sboms/${SBOM_NAME}`, bill);
  return notesOf(plan, conflicts, taken);
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
}

async function inspected({ wheel, path }: FuseSide, engine: Engine): Promise<MacosFacts> {
  const inspection = await inspectWheel(wheel, path, wheel.source, engine, { hash: true });
  const judged: Judgement = judgeWheel(wheel, inspection, { native: DEFAULT_NATIVE_OPTIONS });
  refuseDefects(toFindings(judged.problems));
  const { facts } = judged.native.model;
  if (facts.platform === "macos" && facts.identity.system === "macos") return facts;
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
function comparedMembers(
  first: FuseSide,
  second: FuseSide,
  engine: Engine,
): readonly [readonly FuseMember[], readonly FuseMember[]] {
  const sides = [first.wheel, second.wheel] as const;
  const members = (wheel: Wheel, other: Wheel): readonly FuseMember[] =>
    wheel.index.entries
      .filter(({ directory }) => !directory)
      .map(({ name, crc32, size }) => {
        const twin = other.index.byName.get(name);
        const alike = twin !== undefined && twin.size === size && twin.crc32 === crc32;
        const differs = twin !== undefined && !(alike && sameMember(name, ...sides));
        return {
          path: name,
          // Equal in both or different in both is all that counts.
          sha256: differs ? `${wheel === first.wheel ? "first" : "second"}` : "same",
          content: contentOf(wheel, name, differs || twin === undefined, engine),
        };
      });
  return [members(first.wheel, second.wheel), members(second.wheel, first.wheel)];
}

function sameMember(path: string, first: Wheel, second: Wheel): boolean {
  return bytesEqual(readMember(first, path), readMember(second, path));
}

/** @param counts nobody asks what a member is that is the same in both wheels. */
function contentOf(wheel: Wheel, path: string, counts: boolean, engine: Engine): FuseContent {
  if (!counts) return { kind: "other" };
  const parts = machoParts(memorySource(readMember(wheel, path)));
  if (parts === null) return { kind: "other" };
  const { compression } = engine;
  return {
    kind: "native",
    slices: parts.map(({ arch, source }) => ({
      arch,
      sha256: toHex(digestOf(source, compression.hasher("sha256"))),
    })),
  };
}

function readMember(wheel: Wheel, path: string): Uint8Array {
  const bytes = wheel.read(path, MEMBER_LIMIT);
  if (bytes !== undefined) return bytes;
  throw new RefusalError("ZIP010", `\`${path}\` of \`${wheel.file}\` can't be read`);
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
  draft.write(path, readMember(from, path), entry === undefined ? undefined : modeOf(entry));
}

function joinedSource(path: string, first: FuseSide, second: FuseSide): Source & { close(): void } {
  const sources = [first, second].map(({ wheel }) => memorySource(readMember(wheel, path)));
  return { ...joinMacho(sources), close() {} };
}

/** Executable in the result where it is in one of the wheels. */
function executableMode(path: string, first: FuseSide, second: FuseSide): number | undefined {
  const [own, other] = [first, second].map(({ wheel }) => wheel.index.byName.get(path));
  if (own === undefined || other === undefined) return undefined;
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
