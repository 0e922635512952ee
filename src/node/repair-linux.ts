/** Carries out the repair of a Linux wheel on a draft of it: grafts, patches, tags, bill of materials. */
import { createHash } from "node:crypto";
import { basename } from "node:path";
import type { Judgement } from "../audit/audit.ts";
import type { DependencyGraph, GraphNode } from "../audit/graph.ts";
import type { Wheel } from "../audit/wheel.ts";
import { toHex } from "../bytes.ts";
import type { Draft, PackedContent } from "../edit/draft.ts";
import { setPurelib } from "../edit/purelib-edit.ts";
import { editTags } from "../edit/tags-edit.ts";
import { edit as planEdit, verify as verifyEdit } from "../elf/edit.ts";
import type { ElfEdit, ElfRewrite } from "../elf/edit-types.ts";
import { parse } from "../elf/index.ts";
import { RefusalError } from "../errors.ts";
import type { FileSource } from "../platform.ts";
import { packageFinder } from "../repair/owners/owner.ts";
import type { Graft, LinuxPlan, MemberEdits } from "../repair/plan.ts";
import { planLinux } from "../repair/plan.ts";
import { repairedPlatforms } from "../repair/platforms.ts";
import { chooseGoal } from "../repair/request.ts";
import type { GraftedComponent } from "../repair/sbom.ts";
import { formatSbom, SBOM_NAME } from "../repair/sbom.ts";
import { parseScriptPath, scriptShim } from "../repair/scripts.ts";
import type { TargetFacts } from "../repair/target.ts";
import { isUnchanged, rewrittenSource } from "../rewrite.ts";
import type { Source } from "../source.ts";
import { memorySource } from "../source.ts";
import { VERSION } from "../version.ts";
import { normalizeName } from "../wheel/names.ts";
import { modeOf, REGULAR_FILE } from "../zip/writer.ts";
import { deflateSource } from "./deflate.ts";
import type { Root } from "./root-files.ts";
import { spoolMember } from "./spool.ts";

export interface LinuxRepairOptions {
  /** `auto` or a platform tag. */
  readonly plat: string;
  readonly onlyPlat: boolean;
  readonly updateTags: boolean;
  /** `.libs` */
  readonly libSuffix: string;
  /** Names of libraries to graft although nobody asks for them. */
  readonly include: readonly string[];
  readonly clearExecstack: boolean;
  readonly isaCheck: boolean;
  readonly sbom: boolean;
  /** 0-9. */
  readonly level: number;
  /** Deflate streams at once. */
  readonly jobs: number;
}

/** What was done, for the report. */
export interface LinuxRepair {
  readonly grafted: readonly {
    readonly name: string;
    readonly from: string;
    readonly package: string | null;
    readonly sha256: string;
    readonly neededBy: readonly string[];
  }[];
  /** By the member's path in the result. */
  readonly edits: readonly { readonly path: string; readonly edits: readonly ElfEdit[] }[];
  /** The policy that was reached, as a tag. */
  readonly reached: string;
  /** Temporary files of large members: call it when the wheel is written. */
  close(): void;
}

export interface LinuxRepairInput {
  readonly draft: Draft;
  readonly wheel: Wheel;
  readonly judgement: Judgement;
  /** The roots that the graph was resolved with. */
  readonly roots: readonly Root[];
  /** Search paths to libraries that other wheels provide, by member path. */
  readonly providerPaths: ReadonlyMap<string, readonly string[]>;
  /** Temporary files go beside this path. */
  readonly beside: string;
}

/** Members above this size (bytes) are unpacked to a temporary file. */
const MEMORY_LIMIT = 32 << 20;
/** Grafted libraries are made by us: their mode depends on no host. */
const LIBRARY_MODE = REGULAR_FILE | 0o755;

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
  const facts: TargetFacts = {
    table,
    considered: identity.considered,
    graph,
    needOptions: { isaCheck: options.isaCheck, isa: identity.isa },
    included: includedNodes(options.include, graph),
  };
  const goal = chooseGoal(facts, identity, options.plat, options.onlyPlat);
  const distribution = draft.name.name;
  const plan = planLinux({
    family: identity.family,
    distribution,
    libSuffix: options.libSuffix,
    considered: identity.considered,
    graph,
    target: goal.target,
    digestOf: (node) => digestFile(rootOf(input, node), node.path),
    clearExecstack: options.clearExecstack,
    providerPaths: input.providerPaths,
  });
  const closers: (() => void)[] = [];
  const close = (): void => {
    for (const each of closers.splice(0)) each();
  };
  try {
    await applyPlan(input, plan, options, closers);
    if (options.updateTags) {
      const platforms = repairedPlatforms(
        identity.claims,
        goal.tags,
        goal.target,
        table,
        identity.tagArch,
      );
      editTags(draft, { kind: "tags", platform: platforms.join(".") });
      if (identity.considered.length > 0) setPurelib(draft, false);
    }
    const components = componentsOf(input, plan.grafts);
    if (options.sbom && components.length > 0) {
      const { version } = judgement.model;
      const subject = {
        name: normalizeName(distribution),
        version: version ?? "0",
        file: draft.file,
      };
      draft.write(`${draft.distInfo}/sboms/${SBOM_NAME}`, formatSbom(subject, components, VERSION));
    }
    return {
      grafted: components.map((component, index) => ({
        name: basename(component.path),
        from: component.originalName,
        package: component.owner === undefined ? null : component.owner.name,
        sha256: component.sha256,
        neededBy: plan.grafts[index]?.neededBy.map((path) => basename(path)) ?? [],
      })),
      edits: [
        ...plan.members.map(({ path, movesTo, edits }) => ({ path: movesTo ?? path, edits })),
        ...plan.grafts.map(({ path, edits }) => ({ path, edits })),
      ],
      reached: goal.tags[0] ?? "",
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

function includedNodes(
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

function componentsOf(
  input: LinuxRepairInput,
  grafts: readonly Graft[],
): readonly GraftedComponent[] {
  const finders = new Map<Root, ReturnType<typeof packageFinder>>();
  return grafts.map(({ path, from, node, sha256 }) => {
    const root = rootOf(input, node);
    const findOwner = finders.get(root) ?? packageFinder(root);
    finders.set(root, findOwner);
    return { path, originalName: basename(from), sha256, owner: findOwner(from) };
  });
}

function rootOf({ roots }: LinuxRepairInput, { files, path }: GraphNode): Root {
  const root = roots.find((each) => each === files);
  if (root === undefined) throw new TypeError(`${path} is below no root`);
  return root;
}

function digestFile(root: Root, path: string): string {
  const source = root.open(path);
  try {
    return toHex(digestOf(source));
  } finally {
    source.close();
  }
}

function digestOf(source: Source): Uint8Array {
  const hash = createHash("sha256");
  const step = 1 << 20;
  for (let at = 0; at < source.size; at += step) {
    hash.update(source.read(at, Math.min(step, source.size - at)));
  }
  return hash.digest();
}

/** A file to write into the draft. */
interface Job {
  readonly path: string;
  readonly mode: number;
  readonly edits: readonly ElfEdit[];
  /** The member is there already, so what needs no change needs no writing. */
  readonly inPlace: boolean;
  open(): Promise<FileSource>;
}

async function applyPlan(
  input: LinuxRepairInput,
  plan: LinuxPlan,
  options: LinuxRepairOptions,
  closers: (() => void)[],
): Promise<void> {
  const { draft } = input;
  const jobs: Job[] = [
    ...plan.members.map((member) => memberJob(input, member)),
    ...plan.grafts.map((graft) => ({
      path: graft.path,
      mode: LIBRARY_MODE,
      edits: graft.edits,
      inPlace: false,
      open: async () => rootOf(input, graft.node).open(graft.from),
    })),
  ];
  const done = await inParallel(jobs, options.jobs, async (job) => {
    const source = await job.open();
    closers.push(() => source.close());
    return await pack(job, source, input.beside, options, closers);
  });
  // In the plan's order, so that the archive does not depend on which finished first.
  done.forEach((content, index) => {
    const job = jobs[index];
    if (job !== undefined && content !== undefined) draft.place(job.path, content, job.mode);
  });
  for (const { path, movesTo } of plan.members) {
    const script = parseScriptPath(path);
    if (movesTo === undefined || script === undefined) continue;
    const entry = input.wheel.index.byName.get(path);
    const mode = entry === undefined ? LIBRARY_MODE : modeOf(entry);
    draft.remove(path);
    draft.write(path, scriptShim(draft.name.name, script.file), mode | 0o111);
  }
}

function memberJob({ wheel, beside }: LinuxRepairInput, member: MemberEdits): Job {
  const entry = wheel.index.byName.get(member.path);
  if (entry === undefined) throw new TypeError(`${member.path} is no member`);
  return {
    path: member.movesTo ?? member.path,
    mode: modeOf(entry),
    edits: member.edits,
    inPlace: member.movesTo === undefined,
    async open() {
      if (entry.size > MEMORY_LIMIT) return await spoolMember(wheel.source, entry, beside);
      const bytes = wheel.read(member.path, MEMORY_LIMIT);
      if (bytes === undefined) {
        throw new RefusalError("ZIP023", `\`${member.path}\` is damaged and can't be patched`);
      }
      return { ...memorySource(bytes), close() {} };
    },
  };
}

/** Plans, verifies and compresses one file; `undefined` when it already is as it should be. */
async function pack(
  job: Job,
  source: Source,
  beside: string,
  { level, jobs }: LinuxRepairOptions,
  closers: (() => void)[],
): Promise<PackedContent | undefined> {
  const rewrite = planFile(job.path, source, job.edits);
  if (isUnchanged(rewrite) && job.inPlace) return undefined;
  const result = rewrittenSource(source, rewrite);
  const packed = await deflateSource(result, { level, jobs, spoolBeside: beside });
  closers.push(() => packed.close());
  return { packed, sha256: digestOf(result) };
}

function planFile(path: string, source: Source, edits: readonly ElfEdit[]): ElfRewrite {
  try {
    const rewrite = planEdit(parse(source), edits);
    const faults = verifyEdit(source, rewrittenSource(source, rewrite), rewrite);
    const [first] = faults;
    if (first !== undefined) {
      throw new RefusalError("elf-verify", `the patched file would be wrong: ${first}`);
    }
    return rewrite;
  } catch (error) {
    if (!(error instanceof RefusalError)) throw error;
    throw new RefusalError(error.code, `\`${path}\`: ${error.message}`, error.hint);
  }
}

/** Runs `work` on `limit` items at a time; results in the items' order. */
async function inParallel<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  let next = 0;
  const runner = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) {
      const item = items[index];
      if (item !== undefined) results[index] = await work(item);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, limit) }, runner));
  return results;
}
