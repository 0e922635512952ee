/** Wheels for macOS and iOS: Mach-O files, dyld, minimum systems, PEP 730. */
import type { MachoSlice } from "../../formats.ts";
import type { AuditPlatform, PlatformInput, PlatformView } from "../platform.ts";
import { MACOS_RULES } from "../rules/macos/index.ts";
import { auditView } from "../run.ts";
import { identify, loadable, machoBinaries } from "./identify.ts";
import { dyld } from "./loader.ts";
import type { MacosTagVerdict } from "./model.ts";
import { externalResults, machoResult } from "./results.ts";
import { judgeTags } from "./verdict.ts";

export const macos: AuditPlatform = {
  name: "macos",
  judges: ({ kind }) => kind === "macosx" || kind === "ios",
  owns: ({ format }) => format === "macho",
  audit: (input) => auditView(input, look(input)),
};

function look(input: PlatformInput): PlatformView<MachoSlice> {
  const { claims, members, options } = input;
  const unread = [
    ...input.unreadable,
    ...members.flatMap(({ format, file, path }) =>
      format === "macho" && file === undefined ? [path] : [],
    ),
  ];
  const all = machoBinaries(members);
  const linked = all.filter(loadable);
  const identity = identify(claims, linked);
  let tags: readonly MacosTagVerdict[] = [];
  return {
    linked,
    considered: identity.considered,
    others: identity.others,
    data: new Set(all.filter((binary) => !loadable(binary)).map(({ path }) => path)),
    programs: new Set(
      linked.filter(({ slice }) => slice.kind === "executable").map(({ path }) => path),
    ),
    loader: dyld(options),
    judge(graph) {
      const nativeMembers = members.length;
      const result = judgeTags({ claims, identity, graph, nativeMembers, unreadable: unread });
      tags = result.judged;
      const { verdict, needs, unverified } = result;
      return {
        facts: { platform: "macos", identity, needs, unread, graph },
        verdict,
        tags,
        external: externalResults(identity, graph),
        unverified,
      };
    },
    describe: (member, graph) => machoResult(member, graph, identity.system),
    check(model, { facts }) {
      if (facts.platform !== "macos") return [];
      const { needs } = facts;
      return MACOS_RULES.flatMap((rule) => rule({ ...model, identity, needs, judged: tags }));
    },
  };
}
