/** Which options of a run had no effect on any of its wheels, and why. */
import { matchedNothing } from "../audit/had-effect.ts";
import { KNOWN_GPUS } from "../device-code/selection.ts";
import { baseNameOf } from "../paths.ts";
import { didYouMean } from "../suggest.ts";
import type { DeviceReport } from "./device-code.ts";
import { ZSTD_DRIVER } from "./device-plan.ts";
import type { Gain, StepName } from "./gains.ts";
import type { ShrinkSettings } from "./settings.ts";

/** What of a wheel options could act on. */
export interface Found {
  /** Globs of `--drop` that left something out. */
  readonly dropped: readonly string[];
  /** Members that could be left out. */
  readonly members: readonly string[];
  /** Libraries that are there several times, whether they could go or not. */
  readonly twins: number;
  readonly thinned: boolean;
}

/** A wheel that was shrunk. */
export interface Seen {
  readonly found: Found;
  readonly files: readonly {
    readonly gains: readonly Gain[];
    readonly device: DeviceReport | undefined;
  }[];
}

/**
 * An option as it was given, with one value of it where it takes a list; `undefined`: it was not.
 *
 * @param key its name without the dashes.
 */
export type Spelling = (key: string, value?: string) => string | undefined;

/** One warning for each option without effect. */
export function idleOptions(
  settings: ShrinkSettings,
  spell: Spelling,
  wheels: readonly Seen[],
): readonly string[] {
  if (wheels.length === 0) return [];
  const warnings: string[] = [];
  const warn = (key: string, reason: string): void => {
    const spelled = spell(key);
    if (spelled !== undefined) warnings.push(`\`${spelled}\` had no effect: ${reason}`);
  };
  const found = wheels.map((wheel) => wheel.found);
  for (const glob of settings.drop) {
    if (found.some(({ dropped }) => dropped.includes(glob))) continue;
    const members = found.flatMap((each) => each.members);
    const spelled = spell("drop", glob) ?? glob;
    warnings.push(matchedNothing({ pattern: glob, spelled }, nearMember(glob, members)));
  }
  if (!found.some(({ thinned }) => thinned)) {
    warn("thin", "no library is for several architectures");
  }
  if (found.every(({ twins }) => twins === 0)) warn("dedupe", "no library is there twice");
  const files = wheels.flatMap((wheel) => wheel.files);
  const devices = files.flatMap(({ device }) => device ?? []);
  const did = new Set(files.flatMap(({ gains }) => gains.map(({ step }) => step)));
  for (const { key, reason } of idleDeviceOptions(settings, devices, did)) warn(key, reason);
  return [...warnings, ...unknownGpus(settings, spell), ...idleArchs(settings, devices, spell)];
}

/** A folder is no pattern, nor is a name without its folders; else what is spelled like it. */
function nearMember(glob: string, members: readonly string[]): string | undefined {
  const folder = glob.replace(/\/*$/, "/");
  if (members.some((name) => name.startsWith(folder))) {
    return `what is in the folder is \`${folder}*\``;
  }
  if (/\.dist-info\b/.test(glob)) return "files of `.dist-info` always stay";
  const nested = members.filter((name) => name.includes("/")).map(inAnyFolder);
  return didYouMean(inAnyFolder(glob), new Set(nested)) ?? didYouMean(glob, members);
}

function inAnyFolder(path: string): string {
  return `*/${baseNameOf(path)}`;
}

/** Beside these, the lists of GPUs are told one by one. */
function idleDeviceOptions(
  { device }: ShrinkSettings,
  devices: readonly DeviceReport[],
  did: ReadonlySet<StepName>,
): readonly { readonly key: string; readonly reason: string }[] {
  const idle: { key: string; reason: string }[] = [];
  const rows = devices.flatMap(({ before }) => before);
  const nothing = (what: string): string => {
    if (rows.length === 0) return "no library has code for NVIDIA's GPUs";
    return devices.every(({ before, fixed }) => before.length === 0 || fixed.length > 0)
      ? "the code for GPUs that there is can't be changed"
      : what;
  };
  const add = (key: string, isIdle: boolean, what: string): void => {
    if (isIdle) idle.push({ key, reason: nothing(what) });
  };
  add("recompress-device-code", rows.length === 0, "");
  const driver = device.minDriver ?? ZSTD_DRIVER;
  add(
    "min-driver",
    driver < ZSTD_DRIVER || devices.every(({ driverBytes }) => driverBytes === 0),
    driver < ZSTD_DRIVER
      ? `drivers read zstd since ${ZSTD_DRIVER}`
      : "nothing waits for newer drivers",
  );
  const keeps = device.keepArchs !== undefined && !did.has("drop-archs") && !did.has("ptx");
  add(
    "keep-archs",
    keeps,
    "these GPUs run all that there is, or no file gets smaller without the rest",
  );
  const texts = rows.filter(({ target }) => target.startsWith("compute_"));
  const noText = texts.length === 0 ? "there is no PTX" : "there is no other PTX";
  add("ptx", device.ptx !== "all" && !did.has("ptx"), noText);
  const debug = devices.every(({ cleared }) => cleared.size === 0);
  add("strip-device-debug", debug, "no code for GPUs has line tables");
  const linked = !did.has("drop-linked-duplicates");
  add("drop-linked-duplicates", linked, "no code is there both to link and linked");
  return idle;
}

/** GPUs to keep that nobody makes: a slip of the pen would cost the code of one that was meant. */
function unknownGpus(
  { device: { keepArchs = [] } }: ShrinkSettings,
  spell: Spelling,
): readonly string[] {
  const known = KNOWN_GPUS.map((gpu) => `sm_${gpu}`);
  return keepArchs
    .map((gpu) => `sm_${gpu}`)
    .filter((name) => !known.includes(name))
    .flatMap((name) => {
      const spelled = spell("keep-archs", name);
      const near = didYouMean(name, known);
      const more = near === undefined ? "" : `; ${near}`;
      return spelled === undefined ? [] : [`\`${spelled}\`: no such GPU is known${more}`];
    });
}

/** GPUs of the lists that the wheels have nothing for. */
function idleArchs(
  { device: { keepArchs = [], dropArchs } }: ShrinkSettings,
  devices: readonly DeviceReport[],
  spell: Spelling,
): readonly string[] {
  const targets = new Set(
    devices.flatMap(({ before }) => before.map(({ target }) => target.replace(/[af]$/, ""))),
  );
  const native = [...targets].filter((target) => target.startsWith("sm_"));
  if (targets.size === 0) {
    const spelled = dropArchs.length > 0 ? spell("drop-archs") : undefined;
    const reason = "no library has code for NVIDIA's GPUs";
    return spelled === undefined ? [] : [`\`${spelled}\` had no effect: ${reason}`];
  }
  const there =
    native.length === 0 ? "there is only PTX" : `there is code for ${native.join(", ")}`;
  const kept = new Set(devices.flatMap((each) => each.keptArchs));
  // Whoever ran another GPU's code was given up with it.
  const changed = new Set(devices.flatMap(({ gpus }) => gpus.map(({ gpu }) => gpu)));
  return [
    ...keepArchs
      .filter((gpu) => !kept.has(gpu))
      .map((gpu) => ({ key: "keep-archs", gpu, hint: `${there}, which it can't run` })),
    ...dropArchs
      .filter((gpu) => !targets.has(`sm_${gpu}`) && !changed.has(gpu))
      .map((gpu) => ({ key: "drop-archs", gpu, hint: there })),
  ].flatMap(({ key, gpu, hint }) => {
    const spelled = spell(key, `sm_${gpu}`);
    return spelled === undefined ? [] : [matchedNothing({ pattern: "", spelled }, hint)];
  });
}
