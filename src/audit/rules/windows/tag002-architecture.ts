import type { Problem } from "../../../finding.ts";
import type { PeSlice } from "../../../formats.ts";
import { isPythonExtension } from "../../python/module.ts";
import { archOf, archOfTag, tagOf } from "../../windows/arch.ts";
import type { WindowsModel } from "../../windows/model.ts";
import type { NativeCode } from "../texts.ts";
import { quote, quoteSome } from "../wording.ts";

/** PE files for another processor than the tag names. */
export function wrongArchitecture(model: WindowsModel): readonly Problem<NativeCode>[] {
  const { claims, graph, identity } = model;
  const windows = claims.filter(({ tag }) => tag.kind === "win");
  const [claim] = windows;
  if (claim === undefined) return [];
  const problems: Problem<NativeCode>[] = [];
  if (windows.length > 1) {
    problems.push({
      code: "TAG002",
      message: `tagged ${quoteSome(windows.map(({ text }) => text))}, but no file runs on more than one of them`,
    });
  }
  const right = identity.considered.length > 0;
  for (const binary of identity.others) {
    const { path, slice } = binary;
    const users = (graph.users.get(path) ?? []).map((user) => graph.members.get(user)?.slice);
    const needed = users.some((user) => user !== undefined && archOf(user) === identity.arch);
    // A launcher or a helper for other machines is data on purpose; what Python loads never is.
    const module = isPythonExtension(binary) || /\.pyd$/i.test(path);
    problems.push({
      code: "TAG002",
      path,
      message: `the file is for ${describe(slice)}, the wheel is tagged ${quote(claim.text)}`,
      ...hintFor(slice),
      at: { record: "IMAGE_FILE_HEADER", field: "Machine", offset: 4, value: slice.machine },
      ...(right && !module && !needed
        ? { level: slice.kind === "executable" ? ("info" as const) : ("warning" as const) }
        : {}),
    });
  }
  if (!right && problems.length === 0 && archOfTag(claim.text) === undefined) {
    problems.push({
      code: "TAG002",
      message: `tagged ${quote(claim.text)}, which no Python for Windows installs`,
    });
  }
  return problems;
}

function describe(slice: PeSlice): string {
  if (slice.arch === "arm64ec") return "ARM64EC, which x64 processes on ARM64 machines load";
  const arch = archOf(slice);
  return arch === undefined ? quote(slice.machine) : `${quote(slice.arch)} (${quote(tagOf(arch))})`;
}

function hintFor({ arch }: PeSlice): { readonly hint?: string } {
  return arch === "arm64ec"
    ? { hint: "build it as ARM64, or as ARM64X if x64 processes are to load it as well" }
    : {};
}
