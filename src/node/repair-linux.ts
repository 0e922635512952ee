/** Carries out the repair of a Linux wheel on a draft of it: grafts, patches, tags, bill of materials. */
import type { Judgement } from "../audit/audit.ts";
import type { DependencyGraph, GraphNode } from "../audit/graph/graph.ts";
import type { Identity } from "../audit/linux/identify.ts";
import { compareText, printable, toHex } from "../bytes.ts";
import type { Draft } from "../edit/draft.ts";
import { rehashLinks, renameLinkTargets } from "../edit/links.ts";
import { RefusalError } from "../errors.ts";
import type { NativeEdit } from "../native-edit.ts";
import { baseNameOf } from "../paths.ts";
import type { PolicyTable } from "../policy/linux/table.ts";
import type { Goal } from "../repair/linux/goal.ts";
import { chooseGoal } from "../repair/linux/goal.ts";
import type { Graft, LinuxPlan, MemberEdits } from "../repair/linux/plan.ts";
import { planLinux } from "../repair/linux/plan.ts";
import { repairedPlatforms } from "../repair/linux/tags.ts";
import type { TargetFacts } from "../repair/linux/target.ts";
import { mendModes } from "../repair/modes.ts";
import { packageUrl } from "../repair/owners/owner.ts";
import type { GraftedComponent } from "../repair/sbom.ts";
import { formatSbom, readComponents, SBOM_NAME } from "../repair/sbom.ts";
import { parseScriptPath, scriptShim } from "../repair/scripts.ts";
import { mendWheelFile, retag } from "../repair/wheel-file.ts";
import type { RepairReport } from "../report/repair.ts";
import type { FileSource, MemberSpan } from "../runtime.ts";
import { memorySource } from "../source.ts";
import { VERSION } from "../version.ts";
import { normalizeName } from "../wheel/names.ts";
import type { Wheel } from "../wheel/open.ts";
import type { BlockIndex } from "../zip/deflate-scan.ts";
import { readMember } from "../zip/read.ts";
import { modeOf, REGULAR_FILE } from "../zip/writer.ts";
import { mendRecord } from "./mend-record.ts";
import type { PatchJob, PatchOptions } from "./patch-file.ts";
import { digestSource, patchFiles } from "./patch-file.ts";
import type { RepairRoot } from "./repair-roots.ts";
import { deflatedMember } from "./splice-member.ts";
import { spoolMember } from "./spool.ts";

export interface LinuxRepairOptions extends Pick<PatchOptions, "level" | "splices" | "jobs"> {
  /** `auto` or a platform tag. */
  readonly plat: string;
  readonly onlyPlat: boolean;
  readonly updateTags: boolean;
  /** `.libs` */
  readonly libSuffix: string;
  /** Names of libraries to graft although nobody asks for them. */
  readonly include: readonly string[];
  /** True for a library that keeps its name. */
  readonly keepsName: (name: string) => boolean;
  readonly strip: boolean;
  readonly clearExecstack: boolean;
  readonly isaCheck: boolean;
  readonly sbom: boolean;
}

/** What was done, for the report. */
export interface LinuxRepair extends RepairReport {
  /** Temporary files of large members: call it when the wheel is written. */
  close(): void;
}

export interface LinuxRepairInput extends Pick<PatchOptions, "beside" | "dryRun"> {
  readonly draft: Draft;
  readonly wheel: Wheel;
  readonly judgement: Judgement;
  /** The roots that the graph was resolved with. */
  readonly roots: readonly RepairRoot[];
  /** Folders below site-packages where other wheels keep what a file needs, by its path. */
  readonly providerFolders: ReadonlyMap<string, readonly string[]>;
  /** Finds the blocks of a deflated member. */
  readonly indexMember: (span: MemberSpan) => Promise<BlockIndex | undefined>;
}

/** Members above this size (bytes) are unpacked to a temporary file. */
const MEMORY_LIMIT = 8 << 20;
/** Grafted libraries are made by us: their mode depends on no host. */
const LIBRARY_MODE = REGULAR_FILE | 0o755;
const SCRIPT_MODE = REGULAR_FILE | 0o755;

/** @throws RefusalError when the goal can't be reached; nothing was written then. */
export async function repairLinux(
  input: LinuxRepairInput,
  options: LinuxRepairOptions,
): Promise<LinuxRepair> {
  const { draft, judgement } = input;
  const { graph, model } = judgement.native;
  const { identity, table } = model;
  if (table === undefined || identity.family === null) {
    throw new RefusalError(
      "TAG002",
      `no platform policy is known for the files of \`${draft.file}\` (${identity.arch})`,
      "`wheelkit show` tells what they are built for",
    );
  }
  const opened = openedLibraries(options.include, graph);
  const facts: TargetFacts = {
    table,
    considered: identity.considered,
    graph,
    needOptions: { isaCheck: options.isaCheck, isa: identity.isa },
    included: opened,
  };
  const goal = chooseGoal(facts, identity, options.plat, options.onlyPlat);
  const digests = new Map<GraphNode, string>();
  const plan = planLinux({
    family: identity.family,
    distribution: draft.name.name,
    libSuffix: options.libSuffix,
    considered: identity.considered,
    graph,
    target: goal.target,
    opened,
    keepsName: options.keepsName,
    digestOf(node) {
      const digest = digests.get(node) ?? digestFile(rootOf(input, node), node.path);
      digests.set(node, digest);
      return digest;
    },
    clearExecstack: options.clearExecstack,
    providerFolders: input.providerFolders,
  });
  draft.warnings.push(...leftAlone(identity, plan, options));
  const closers: (() => void)[] = [];
  const close = (): void => {
    for (const each of closers.splice(0)) each();
  };
  try {
    await applyPlan(input, plan, options, closers);
    mendModes(draft);
    mendWheelFile(draft);
    await mendRecord(draft, input.wheel, judgement.problems);
    if (options.updateTags) updateTags(draft, identity, goal, table);
    const components = componentsOf(input, plan.grafts);
    if (options.sbom) writeSbom(input, components);
    return {
      grafted: components.map(({ path, originalName, owner, sha256 }, index) => ({
        name: baseNameOf(path),
        path,
        original: originalName,
        package: owner === undefined ? null : packageUrl(owner),
        sha256,
        neededBy: plan.grafts[index]?.neededBy ?? [],
      })),
      edits: [
        ...plan.members.map(({ path, movesTo, edits }) => ({ path: movesTo ?? path, edits })),
        ...plan.grafts.map(({ path, edits }) => ({ path, edits })),
      ],
      audited: !input.dryRun,
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

function openedLibraries(
  names: readonly string[],
  { included, host }: DependencyGraph,
): ReadonlyMap<string, GraphNode> {
  const nodes = new Map<string, GraphNode>();
  for (const name of names) {
    const node = host.get(included.get(name) ?? "");
    if (node !== undefined) {
      nodes.set(name, node);
      continue;
    }
    throw new RefusalError(
      "LNK001",
      `\`${name}\`, asked for with \`--include\`, was not found`,
      "say where it is with `--ldpaths DIR`",
    );
  }
  return nodes;
}

/** What a user might expect a repair to mend, and it does not. */
function leftAlone(
  { foreign, otherLibc, considered }: Identity,
  { grafts, members }: LinuxPlan,
  { clearExecstack }: LinuxRepairOptions,
): readonly string[] {
  const warnings: string[] = [];
  const tell = (paths: readonly string[], what: string): void => {
    const [first, ...more] = [...paths].sort(compareText);
    if (first === undefined) return;
    const others = more.length === 0 ? "" : ` and ${more.length} more`;
    warnings.push(`\`${printable(first)}\`${others} ${what}`);
  };
  tell(
    foreign.map(({ path }) => path),
    "for another architecture stays as it is",
  );
  tell(
    otherLibc.map(({ path }) => path),
    "for another C library stays as it is",
  );
  // An interpreter brings Python to the modules that it loads; nobody brings it to a program.
  const programs = new Set(
    considered.filter(({ slice }) => slice.kind === "executable").map(({ path }) => path),
  );
  tell(
    members
      .filter(({ path, edits }) => programs.has(path) && edits.some(isRemoval))
      .map(({ path }) => path),
    "is a program that needs libpython, which no wheel may bring: it will not start",
  );
  if (!clearExecstack) {
    const brought = grafts.map(({ path, node: { slice } }) => ({ path, slice }));
    const files = [...considered, ...brought];
    tell(
      files.filter(({ slice }) => slice.execstack === "yes").map(({ path }) => path),
      "with an executable stack stays as it is; `--clear-execstack` drops it",
    );
  }
  return warnings;
}

function isRemoval({ kind }: NativeEdit): boolean {
  return kind === "remove-dependency";
}

function updateTags(draft: Draft, identity: Identity, goal: Goal, table: PolicyTable): void {
  const { tags, contradicted } = repairedPlatforms(identity, goal, table);
  for (const tag of contradicted) {
    draft.warnings.push(`the tag \`${tag}\` goes: it is not true of the repaired wheel`);
  }
  retag(draft, tags);
}

/** Also rewritten when nothing was grafted now: what an earlier repair brought is still in the wheel. */
function writeSbom(
  { draft, judgement }: LinuxRepairInput,
  components: readonly GraftedComponent[],
): void {
  const path = `${draft.distInfo}/sboms/${SBOM_NAME}`;
  const before = draft.read(path);
  if (before === undefined && components.length === 0) return;
  const subject = {
    name: normalizeName(draft.name.name),
    version: judgement.model.version ?? "0",
    file: draft.file,
  };
  const earlier = readComponents(before ?? new Uint8Array(), (member) => draft.has(member));
  draft.write(path, formatSbom(subject, components, VERSION, earlier));
}

function componentsOf(
  input: LinuxRepairInput,
  grafts: readonly Graft[],
): readonly GraftedComponent[] {
  return grafts.map(({ path, from, node, sha256 }) => {
    const owner = rootOf(input, node).ownerOf(from);
    return { path, originalName: baseNameOf(from), sha256, owner };
  });
}

function rootOf({ roots }: LinuxRepairInput, { files, path }: GraphNode): RepairRoot {
  const root = roots.find((each) => each === files);
  if (root === undefined) throw new TypeError(`${path} is below no root`);
  return root;
}

function digestFile(root: RepairRoot, path: string): string {
  const source = root.open(path);
  try {
    return toHex(digestSource(source));
  } finally {
    source.close();
  }
}

/** A file to patch, and the mode that it gets: `undefined`: its own. */
interface Work {
  readonly job: PatchJob;
  readonly mode: number | undefined;
}

async function applyPlan(
  input: LinuxRepairInput,
  plan: LinuxPlan,
  options: LinuxRepairOptions,
  closers: (() => void)[],
): Promise<void> {
  const { draft, beside, dryRun } = input;
  const { strip, level, splices, jobs } = options;
  const members = new Map(plan.members.map((member) => [member.path, member]));
  for (const { path } of strip ? input.judgement.native.model.identity.considered : []) {
    if (!members.has(path)) members.set(path, { path, edits: [] });
  }
  const work = [
    ...[...members.values()].map((member) => memberWork(input, member, strip)),
    ...plan.grafts.map((graft) => graftWork(input, graft, strip)),
  ];
  const patched = await patchFiles(
    work.map(({ job }) => job),
    { level, splices, jobs, beside, dryRun },
    closers,
  );
  const moved = new Map<string, string>();
  for (const { path, movesTo } of plan.members) {
    const script = parseScriptPath(path);
    if (movesTo === undefined || script === undefined) continue;
    moved.set(path, movesTo);
    draft.rename(path, movesTo);
    draft.write(path, scriptShim(draft.name.name, script.file), SCRIPT_MODE);
  }
  renameLinkTargets(draft, moved);
  const digests = new Map<string, Uint8Array>();
  // In the plan's order, so that the archive does not depend on which finished first.
  for (const [index, { job, mode }] of work.entries()) {
    const { content, warnings = [] } = patched[index] ?? {};
    for (const warning of warnings) {
      draft.warnings.push(`\`${printable(job.path)}\` ${warning}`);
    }
    if (content === undefined) continue;
    draft.place(job.path, content, mode);
    digests.set(job.path, content.sha256);
  }
  rehashLinks(draft, digests);
}

function memberWork(
  { wheel, beside, dryRun, indexMember }: LinuxRepairInput,
  member: MemberEdits,
  strip: boolean,
): Work {
  const { path, movesTo, edits } = member;
  const entry = wheel.index.byName.get(path);
  if (entry === undefined) throw new TypeError(`${path} is no member`);
  const open = async (): Promise<FileSource> => {
    if (entry.size > MEMORY_LIMIT) {
      return await spoolMember(wheel.source, entry, dryRun ? undefined : beside);
    }
    const { bytes, problems } = readMember(wheel.source, entry, wheel.compression);
    const [problem] = problems;
    if (problem === undefined) return { ...memorySource(bytes), close() {} };
    throw new RefusalError(problem.code, `\`${path}\` is damaged: ${problem.message}`);
  };
  const deflated = deflatedMember(wheel.source, entry, () => indexMember(entry));
  const job = { path: movesTo ?? path, edits: withStrip(edits, strip), isMember: true, open };
  return {
    job: deflated === undefined ? job : { ...job, deflated },
    // Installers make scripts executable whatever their mode is; elsewhere they do not.
    mode: movesTo === undefined ? undefined : modeOf(entry) | 0o711,
  };
}

function graftWork(input: LinuxRepairInput, graft: Graft, strip: boolean): Work {
  const { path, edits, node, from } = graft;
  const open = async (): Promise<FileSource> => rootOf(input, node).open(from);
  const job = { path, edits: withStrip(edits, strip), isMember: false, open };
  return { job, mode: LIBRARY_MODE };
}

/** What can't be stripped is repaired all the same. */
function withStrip(edits: readonly NativeEdit[], strip: boolean): readonly NativeEdit[] {
  return strip ? [{ kind: "strip", level: "all", optional: true }, ...edits] : edits;
}
