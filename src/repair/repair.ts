/** Repairs one open wheel: inspects it, finds out what it is, plans, and has a draft of it changed. */

import type { Engine, Inspection, Judgement } from "../audit/audit.ts";
import { inspectWheel, judgeWheel } from "../audit/audit.ts";
import { toFindings } from "../audit/findings.ts";
import { rememberLibraries } from "../audit/had-effect.ts";
import type { NativeOptions } from "../audit/options.ts";
import { SYSTEM_TITLES } from "../audit/platform.ts";
import { compareText, toHex } from "../bytes.ts";
import { digestOf } from "../digest.ts";
import type { Draft } from "../edit/draft.ts";
import { refuseDefects } from "../edit/refused.ts";
import type { Workshop } from "../edit/workshop.ts";
import { baseNameOf } from "../paths.ts";
import { knownProvider } from "../policy/providers.ts";
import type { Wheel } from "../wheel/open.ts";
import { parsePlatformTag } from "../wheel/platform-tag.ts";
import { carryOut } from "./carry-out.ts";
import type { Seen } from "./had-effect.ts";
import { seenNothing } from "./had-effect.ts";
import type { OutsideFile, RepairPlatform, RepairRequest } from "./platform.ts";
import { repairPlatform } from "./platforms.ts";
import type { LibraryProvider } from "./providers.ts";
import { provideLibraries } from "./providers.ts";
import type { RepairRoots } from "./roots.ts";
import { rootOf } from "./roots.ts";
import type { RepairSettings } from "./settings.ts";
import type { WheelPlan } from "./wheel-plan.ts";
import { planWheel } from "./wheel-plan.ts";

/** What is the same for all wheels of a run. */
export interface RepairContext {
  readonly settings: RepairSettings;
  readonly roots: RepairRoots;
  readonly providers: readonly LibraryProvider[];
  readonly engine: Engine;
  /** What patterns could match, of all wheels. */
  readonly seen?: Seen;
}

export interface RepairJob {
  readonly draft: Draft;
  readonly wheel: Wheel;
  /** Of the wheel, as the engine opens it. */
  readonly path: string;
  readonly workshop: Workshop;
}

/** A repair that was carried out on the draft, with the facts that it started from. */
export interface Repair {
  readonly plan: WheelPlan;
  readonly before: Inspection;
  readonly judged: Judgement;
  readonly native: NativeOptions;
}

export interface RepairOutcome {
  /**
   * `undefined` for a wheel that is to be copied: it is pure, or nothing is wrong with it and that is
   * reason enough.
   */
  readonly repair: Repair | undefined;
  /** What the user should know. */
  readonly notes: readonly string[];
}

/** @throws RefusalError when the wheel can't be repaired; then the draft is of no more use. */
export async function repairWheel(
  { draft, wheel, path, workshop }: RepairJob,
  { settings, roots, providers, engine, seen = seenNothing() }: RepairContext,
): Promise<RepairOutcome> {
  const before = await inspectWheel(wheel, path, wheel.source, engine, { hash: true });
  const searched = searchedPlaces(draft, settings, roots);
  const first = judgeWheel(wheel, before, { native: searched });
  rememberLibraries(seen, first.native.graph);
  // A damaged member would be damaged in the result too, or worse: patched.
  refuseDefects(toFindings(first.problems));
  if (isCopied(first)) {
    const note = "no native code to repair; the wheel is copied unchanged";
    return { repair: undefined, notes: settings.pureIsFine ? [] : [note] };
  }
  const platform = repairPlatform(first);
  const provided = provideLibraries(
    first.native.graph,
    providers,
    first.native.model.wheel.requirements,
  );
  const drivers = driverLibraries(first, settings);
  const left = [...provided.names, ...drivers.keys()];
  const native = { ...searched, exclude: [...settings.exclude, ...left] };
  const judged = left.length === 0 ? first : judgeWheel(wheel, before, { native });
  if (settings.ifNeeded && nothingWrong(judged)) return { repair: undefined, notes: [] };
  const request: RepairRequest = {
    name: draft.name,
    judgement: judged,
    settings,
    providerFolders: provided.folders,
    read: (member) => wheel.read(member),
    digestOf: (file, before) => digestOutside(file, roots, engine, before),
    digestOfMember: (member, before) => digestMember(wheel, member, engine, before),
  };
  if (judged.native.verdict.family === "ios") {
    // Nothing can be put into such a wheel: it is right as it is, or refused.
    platform.plan(request);
    return { repair: undefined, notes: [] };
  }
  const onFiles = (count: number): void => workshop.expect(count);
  const plan = planWheel({ draft, wheel, request, roots, onFiles }, platform);
  for (const { name, aliases, from } of plan.native.grafts) {
    for (const each of [name, baseNameOf(from), ...aliases]) seen.grafted.add(each);
  }
  const notes = await carryOut({ draft, wheel, roots, workshop }, plan);
  await engine.rest?.();
  return {
    repair: { plan, before, judged, native },
    notes: [
      ...idle(settings, platform),
      ...[...drivers].map(([name, what]) => leftToDriver(name, what)),
      ...providedElsewhere(plan),
      ...notes,
    ],
  };
}

/** Needed libraries that a driver installs, with its name: a copy in the wheel would hide the real one. */
function driverLibraries(
  { native: { graph } }: Judgement,
  { include, bundle }: RepairSettings,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { edges } of [...graph.members.values(), ...graph.host.values()]) {
    for (const { name, target } of edges) {
      if (target.kind !== "host" && target.kind !== "none") continue;
      if (include.includes(name) || bundle.includes(name)) continue;
      const provider = knownProvider(name);
      if (provider?.kind === "driver") found.set(name, provider.what);
    }
  }
  return new Map([...found].sort(([a], [b]) => compareText(a, b)));
}

function leftToDriver(name: string, what: string): string {
  return `\`${name}\` is left out: ${what} brings it, and a copy would hide that; \`--include ${name}\` puts it in all the same`;
}

/** What was grafted although another wheel is known to provide it. */
function providedElsewhere({ native }: WheelPlan): readonly string[] {
  return native.grafts.flatMap(({ aliases }) => {
    const [name = ""] = aliases;
    const provider = knownProvider(name);
    if (provider?.kind !== "wheel") return [];
    return [
      `\`${name}\` is grafted, and \`${provider.projects[0]}\` provides ${provider.what}: two copies in one process may clash; \`--exclude ${name}\` leaves it out`,
    ];
  });
}

/** Options that were given and that wheels of this platform have no use for. */
function idle({ asked }: RepairSettings, { name }: RepairPlatform): readonly string[] {
  return asked
    .filter(({ platform }) => platform !== name)
    .map(
      ({ flag, platform }) =>
        `\`${flag}\` does nothing for a ${SYSTEM_TITLES[name]} wheel: it is for ${SYSTEM_TITLES[platform]}`,
    );
}

/** Where libraries are looked for, and what counts. */
function searchedPlaces(
  { name }: Draft,
  settings: RepairSettings,
  { host, sysroot }: RepairRoots,
): NativeOptions {
  const { exclude, bundle, ldpaths, libraryPath, isaCheck } = settings;
  const include = [...settings.include, ...bundle];
  const { dyldPath, dyldFallbackPath, executablePath } = settings;
  const android = name.platformTags.some((tag) => parsePlatformTag(tag).kind === "android");
  // A phone's libraries are not this host's.
  const noSystem = sysroot === undefined || (android && sysroot === host);
  return {
    exclude,
    ldpaths,
    libraryPath,
    dyldPath,
    dyldFallbackPath,
    ...(executablePath === undefined ? {} : { executablePath }),
    include,
    isaCheck,
    ...(host === undefined ? {} : { host }),
    ...(noSystem ? {} : { sysroot }),
  };
}

/** Bytes of a member that is read as a whole: no DLL comes near. */
const MEMBER_LIMIT = 1 << 30;

function digestOutside(
  file: OutsideFile,
  roots: RepairRoots,
  { compression }: Engine,
  before: Uint8Array = new Uint8Array(),
): string {
  const source = rootOf(roots, file).open(file.path);
  try {
    const hasher = compression.hasher("sha256");
    hasher.update(before);
    return toHex(digestOf(source, hasher));
  } finally {
    source.close();
  }
}

function digestMember(
  wheel: Wheel,
  path: string,
  { compression }: Engine,
  before: Uint8Array = new Uint8Array(),
): string {
  const hasher = compression.hasher("sha256");
  hasher.update(before);
  hasher.update(wheel.read(path, MEMBER_LIMIT) ?? new Uint8Array());
  return toHex(hasher.digest());
}

/** Pure wheels, and those for iOS, whose libraries are frameworks that Xcode sees to. */
function isCopied({ native: { verdict } }: Judgement): boolean {
  return verdict.supported === "any" && verdict.claimed.includes("any");
}

function nothingWrong({ problems, native }: Judgement): boolean {
  const { verdict, external } = native;
  const bare = verdict.claimed.every((tag) => {
    const { kind } = parsePlatformTag(tag);
    return kind === "linux" || kind === "any";
  });
  const findings = toFindings(problems).filter(({ level }) => level === "error");
  return verdict.truthful === true && external.length === 0 && !bare && findings.length === 0;
}
