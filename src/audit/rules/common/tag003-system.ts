import type { Problem } from "../../../finding.ts";
import { isHostMachine } from "../../linux/identify.ts";
import type { AuditModel } from "../../model.ts";
import { isPythonExtension } from "../../python/module.ts";
import type { NativeCode } from "../texts.ts";
import { quote, quoteSome } from "../wording.ts";

const SYSTEMS = { elf: "Linux", macho: "macOS", pe: "Windows" } as const;

/** Binary formats of another operating system; Android files for a newer API level. */
export function wrongSystem(model: AuditModel): readonly Problem<NativeCode>[] {
  const { identity, binaries, elves } = model;
  const { claims } = identity;
  if (claims.length === 0 || claims.some(({ kind }) => kind === "any")) return [];
  const problems: Problem<NativeCode>[] = [];
  const linux = claims.some(({ kind }) => kind !== "other");
  const other = claims.some(({ kind }) => kind === "other");
  const tags = quoteSome(
    claims.map(({ text }) => text),
    2,
  );
  const host = elves.filter(({ slice }) => isHostMachine(slice));
  const opaque = binaries.filter(({ format }) => format !== "elf");
  if (!linux && !claims.some(({ text }) => /emscripten|pyodide/.test(text))) {
    for (const binary of host) {
      const alone = opaque.length === 0 || isPythonExtension(binary);
      problems.push({
        code: "TAG003",
        path: binary.path,
        message: `an ELF file in a wheel that is tagged ${tags}`,
        ...(alone ? {} : { level: "info" as const }),
      });
    }
  }
  if (!other) {
    for (const { path, format } of opaque) {
      const module = /\.(pyd|so)$/i.test(path);
      const level = host.length === 0 ? "error" : module ? "warning" : "info";
      problems.push({
        code: "TAG003",
        path,
        message: `a file for ${SYSTEMS[format]} in a wheel that is tagged ${tags}`,
        level,
      });
    }
  }
  for (const { tag, text } of claims) {
    if (tag.kind !== "android") continue;
    for (const { path, slice } of identity.considered) {
      if (slice.androidApi === null || slice.androidApi <= tag.api) continue;
      problems.push({
        code: "TAG003",
        path,
        message: `built for API level ${slice.androidApi}, but tagged ${quote(text)}`,
      });
    }
  }
  return problems;
}
