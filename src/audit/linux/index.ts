/** Wheels for Linux and Android: ELF files, the loaders of glibc, musl and bionic, PEP 600, 656 and 738. */
import { printable } from "../../bytes.ts";
import type { Unverified } from "../../finding.ts";
import type { ElfSlice } from "../../formats.ts";
import type { AuditPlatform, PlatformInput, PlatformView } from "../platform.ts";
import { LINUX_RULES } from "../rules/linux/index.ts";
import { auditView } from "../run.ts";
import type { ElfBinary } from "./binary.ts";
import { elfBinaries } from "./binary.ts";
import { identify, levelOf } from "./identify.ts";
import { linuxLoader, loaderOf } from "./loader.ts";
import type { LinuxTag } from "./model.ts";
import { elfResult, externalResults } from "./results.ts";
import { type Undefined, undefinedSymbols } from "./undefined.ts";
import { unreachedLibraries } from "./unreached.ts";
import { judgePlatform, tableFor } from "./verdict.ts";

export const linux: AuditPlatform = {
  name: "linux",
  judges: ({ kind }) =>
    kind === "linux" || kind === "manylinux" || kind === "musllinux" || kind === "android",
  owns: ({ format }) => format === "elf",
  audit: (input) => auditView(input, look(input)),
};

function look(input: PlatformInput): PlatformView<ElfSlice> {
  const { claims, members, unreadable, mentions, options } = input;
  const elves = elfBinaries(members);
  const identity = identify(claims, elves, levelOf(input.wheel.variant));
  const table = tableFor(identity.family, identity.arch);
  const programs = new Set(elves.filter(startsProcess).map(({ path }) => path));
  let tags: readonly LinuxTag[] = [];
  return {
    linked: elves,
    considered: identity.considered,
    others: identity.otherLibc,
    data: new Set(identity.device.map(({ path }) => path)),
    programs,
    loader: linuxLoader(loaderOf(identity), elves[0], table, options),
    judge(graph) {
      const { considered } = identity;
      const unreached = unreachedLibraries({
        graph,
        considered,
        programs,
        mentions,
        requires: input.wheel.requirements.map(({ name }) => name),
      });
      const undefineds = undefinedSymbols(identity, graph, mentions);
      const result = judgePlatform({
        identity,
        unreached,
        elves,
        graph,
        opaque: members.filter(({ file }) => file?.format !== "elf").map(({ path }) => path),
        unreadable,
        isaCheck: options.isaCheck,
      });
      tags = result.judged;
      const { verdict, needs, unverified } = result;
      return {
        facts: { platform: "linux", identity, table, needs, unreached, undefineds, graph },
        verdict,
        tags,
        external: externalResults(considered, graph, table),
        unverified: [...unverified, ...undefineds.flatMap(openQuestion)],
      };
    },
    describe: (member, graph) => elfResult(member, graph, table),
    check(model, { facts }) {
      if (facts.platform !== "linux") return [];
      const { needs, unreached, undefineds } = facts;
      return LINUX_RULES.flatMap((rule) =>
        rule({ ...model, identity, table, needs, unreached, undefineds, judged: tags }),
      );
    },
  };
}

/** What nobody can say of symbols that an unknown library may define. */
function openQuestion({ path, unknown }: Undefined): readonly Unverified[] {
  if (unknown === undefined) return [];
  const library = printable(unknown);
  const why = `whether anything defines all of its imported symbols: \`${library}\` may, and is not known`;
  return [{ code: "LNK003", path, why }];
}

/** A library with a SONAME may have PT_INTERP too, for the version that it prints (Qt's, libc). */
function startsProcess({ slice }: ElfBinary): boolean {
  return slice.kind === "executable";
}
