/** Wheels for Windows: PE files, the search of LoadLibraryEx, what Windows and the interpreter have. */
import type { PeSlice } from "../../formats.ts";
import type { AuditPlatform, PlatformInput, PlatformView } from "../platform.ts";
import { WINDOWS_RULES } from "../rules/windows/index.ts";
import { auditView } from "../run.ts";
import { hostFolders } from "./host-folders.ts";
import { identify, peBinaries } from "./identify.ts";
import { windowsLoader } from "./loader.ts";
import { peResult } from "./results.ts";
import { externalLibraries, judgeTags } from "./verdict.ts";

export const windows: AuditPlatform = {
  name: "windows",
  judges: ({ kind }) => kind === "win",
  owns: ({ format }) => format === "pe",
  audit: (input) => auditView(input, look(input)),
};

function look({
  claims,
  wheel,
  members,
  unreadable,
  paths,
  mentions,
  options,
}: PlatformInput): PlatformView<PeSlice> {
  const binaries = peBinaries(members);
  const identity = identify(claims, wheel, binaries);
  const { considered, others, data } = identity;
  const outside = hostFolders(options, identity.arch ?? "x86_64");
  return {
    linked: binaries,
    considered,
    others,
    data: new Set(data.map(({ path }) => path)),
    programs: new Set(
      binaries.filter(({ slice }) => slice.kind === "executable").map(({ path }) => path),
    ),
    loader: windowsLoader(identity, binaries, paths, outside),
    judge(graph) {
      const unknown = unreadable.length > 0 || binaries.length < members.length;
      const { verdict, tags, unverified } = judgeTags(claims, identity, unknown);
      return {
        facts: { platform: "windows", identity, graph },
        verdict,
        tags,
        external: externalLibraries(identity, graph),
        unverified,
      };
    },
    describe: (member, graph) => peResult(member, graph, identity),
    check: (model) => WINDOWS_RULES.flatMap((rule) => rule({ ...model, identity, mentions })),
  };
}
