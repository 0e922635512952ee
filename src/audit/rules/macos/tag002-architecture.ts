import type { Problem } from "../../../finding.ts";
import { archsInUse, archsOfTag } from "../../../policy/macos/archs.ts";
import type { MachoBinary } from "../../macos/facts.ts";
import type { MacosModel } from "../../macos/model.ts";
import { isPythonExtension, moduleStem } from "../../python/module.ts";
import type { NativeCode } from "../texts.ts";
import { quote, quoteSome } from "../wording.ts";

/** Code that comes beside plain code, and does not run where that is promised. */
const VARIANTS: Readonly<Record<string, string>> = { arm64e: "arm64", x86_64h: "x86_64" };

/**
 * Architectures that the tags promise and no file has, or one of the modules lacks, and code for
 * architectures that no tag names.
 */
export function wrongArchitecture(model: MacosModel): readonly Problem<NativeCode>[] {
  const { identity, claims } = model;
  const tags = identity.claims.map(({ tag }) => tag.arch);
  if (tags.length === 0 || identity.considered.length === 0) return [];
  const wanted = new Set(tags.flatMap(archsInUse));
  const named = new Set(tags.flatMap(archsOfTag));
  const names = quoteSome(
    claims.map(({ text }) => text),
    2,
  );
  const byFile = new Map<string, MachoBinary[]>();
  for (const binary of identity.considered) {
    const slices = byFile.get(binary.path);
    if (slices === undefined) byFile.set(binary.path, [binary]);
    else slices.push(binary);
  }
  const twins = twinsOf(byFile);
  const problems: Problem<NativeCode>[] = [];
  const present = new Set(identity.considered.map(({ slice }) => slice.arch));
  for (const arch of wanted) {
    if (present.has(arch)) continue;
    problems.push({
      code: "TAG002",
      message: `tagged ${names}, but no file has code for ${arch}${insteadOf(arch, present)}`,
    });
  }
  for (const arch of named) {
    if (wanted.has(arch) || present.has(arch)) continue;
    const message = `tagged ${names}, but no file has code for ${arch}, which no current system runs`;
    problems.push({ code: "TAG002", message, level: "info" });
  }
  for (const [path, slices] of byFile) {
    const archs = new Set(slices.map(({ slice }) => slice.arch));
    const lacking = [...wanted].filter((arch) => present.has(arch) && !archs.has(arch));
    const own = [...archs].filter((arch) => named.has(arch));
    if (own.length === 0 && [...archs].every((arch) => VARIANTS[arch] === undefined)) {
      const level = slices.some(isPythonExtension) ? "error" : "info";
      const message = `the file is for ${quoteSome([...archs])}, the wheel is tagged ${names}`;
      problems.push({ code: "TAG002", path, message, level });
    } else if (lacking.length > 0 && slices.some(isPythonExtension)) {
      if (twins(path, lacking)) continue;
      const message = `the module has no code for ${quoteSome(lacking)}, which the tag promises${insteadOf(lacking[0] ?? "", archs)}`;
      problems.push({ code: "TAG002", path, message });
    }
  }
  return problems;
}

function insteadOf(arch: string, present: ReadonlySet<string>): string {
  const variant = [...present].find((each) => VARIANTS[each] === arch);
  return variant === undefined ? "" : `: ${quote(variant)} is not ${quote(arch)}`;
}

/** Whether another file that is imported under the same name has the rest: `_x.cpython-…`, `_x.abi3.so`. */
function twinsOf(
  files: ReadonlyMap<string, readonly MachoBinary[]>,
): (path: string, lacking: readonly string[]) => boolean {
  const module = (path: string): string =>
    path.slice(0, path.lastIndexOf("/") + 1) + moduleStem(path);
  const byModule = new Map<string, { readonly path: string; readonly archs: Set<string> }[]>();
  for (const [path, slices] of files) {
    const file = { path, archs: new Set(slices.map(({ slice }) => slice.arch)) };
    const known = byModule.get(module(path));
    if (known === undefined) byModule.set(module(path), [file]);
    else known.push(file);
  }
  return (path, lacking) =>
    (byModule.get(module(path)) ?? []).some(
      (file) => file.path !== path && lacking.every((arch) => file.archs.has(arch)),
    );
}
