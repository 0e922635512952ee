import type { Slice } from "../../../binary.ts";
import type { Level, Problem } from "../../../finding.ts";
import { FORMATS } from "../../../formats.ts";
import { formatOfTag } from "../../claim.ts";
import type { NativeMember } from "../../member.ts";
import { binariesOf } from "../../member.ts";
import type { AuditModel } from "../../model.ts";
import { isPythonExtension } from "../../python/module.ts";
import type { NativeCode } from "../texts.ts";
import { quoteSome } from "../wording.ts";

/** Binary formats of another operating system. */
export function wrongSystem({
  claims,
  binaries,
  data,
}: AuditModel): readonly Problem<NativeCode>[] {
  const formats = new Set(claims.map(({ tag }) => formatOfTag(tag)));
  // Of a tag that says nothing of a format nobody knows what belongs to it.
  if (claims.length === 0 || formats.has(undefined)) return [];
  const native = binaries.filter(({ path }) => !data.has(path));
  const alone = !native.some(({ format }) => formats.has(format));
  const tags = quoteSome(
    claims.map(({ text }) => text),
    2,
  );
  const problems: Problem<NativeCode>[] = [];
  for (const member of native) {
    const { path, format } = member;
    if (formats.has(format)) continue;
    problems.push({
      code: "TAG003",
      path,
      facts: { format, tags: claims.map(({ text }) => text) },
      message: `${FORMATS[format].words.aFile} in a wheel that is tagged ${tags}`,
      level: alone ? "error" : levelOf(member),
    });
  }
  return problems;
}

/** Beside files of the right kind, one of another is mostly data on purpose, unless it is a module. */
function levelOf({ path, size, format, file }: NativeMember): Level {
  if (format !== "elf") return /\.(pyd|so)$/i.test(path) ? "warning" : "info";
  const module = file !== undefined && binariesOf<Slice>(path, size, file).some(isPythonExtension);
  return module ? "error" : "info";
}
