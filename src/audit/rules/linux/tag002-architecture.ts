import type { Problem } from "../../../finding.ts";
import type { ElfSlice } from "../../../formats.ts";
import { policyArch } from "../../../policy/arch.ts";
import { isDeviceMachine, isHostCode } from "../../linux/identify.ts";
import type { LinuxModel } from "../../linux/model.ts";
import { isPythonExtension, moduleSuffix } from "../../python/module.ts";
import type { NativeCode } from "../texts.ts";
import { quote, quoteSome } from "../wording.ts";

/** ELF files for another processor than a Linux tag names. */
export function wrongArchitecture(model: LinuxModel): readonly Problem<NativeCode>[] {
  const { identity, linked, graph } = model;
  const problems: Problem<NativeCode>[] = [];
  const claims = identity.claims.filter(({ arch }) => arch !== undefined);
  if (claims.length === 0 || linked.length === identity.device.length) return [];
  const claimed = new Set(claims.flatMap(({ arch }) => arch?.arch ?? []));
  // Beside files of the right kind, one of another is mostly data on purpose: a helper for
  // other machines. An extension module of the wrong kind never is, unless its name says so.
  const right = linked.some(({ slice }) => claimed.has(policyArch(slice.arch)));
  for (const binary of linked) {
    const { path, slice } = binary;
    if (!isHostCode(binary) || claimed.has(policyArch(slice.arch))) continue;
    const module = isPythonExtension(binary) && !namesOther(path, claimed);
    const needed = (graph.users.get(path) ?? []).some((user) => {
      const node = graph.members.get(user);
      return node !== undefined && claimed.has(policyArch(node.slice.arch));
    });
    problems.push({
      code: "TAG002",
      path,
      facts: { arch: slice.arch, machine: slice.machine, tags: claims.map(({ text }) => text) },
      message: `the file is for ${describeMachine(slice)}, the wheel is tagged ${quoteSome(
        claims.map(({ text }) => text),
        2,
      )}`,
      at: { record: "Elf_Ehdr", field: "e_machine", offset: 18, value: slice.machine },
      ...(right && !module && !needed
        ? { level: isData(slice) ? ("info" as const) : ("warning" as const) }
        : {}),
    });
  }
  for (const { text, arch } of claims) {
    if (arch === undefined || linked.some(({ slice }) => policyArch(slice.arch) === arch.arch))
      continue;
    if (problems.length > 0 && claims.length === 1) continue;
    if (arch.arch === "unknown") continue;
    problems.push({
      code: "TAG002",
      facts: { arch: arch.arch, tags: [text] },
      message: `tagged ${quote(text)}, but no file is for ${arch.text}`,
    });
  }
  return problems;
}

function isData(slice: ElfSlice): boolean {
  return slice.kind === "object" || isDeviceMachine(slice);
}

function namesOther(path: string, claimed: ReadonlySet<string>): boolean {
  const suffix = moduleSuffix(path);
  return (
    suffix !== undefined &&
    /-linux/.test(suffix) &&
    ![...claimed].some((arch) => suffix.includes(arch))
  );
}

/** The architecture, or why it is none that a tag could name. */
function describeMachine({ arch, machine, bits, littleEndian, flags }: ElfSlice): string {
  if (arch !== "unknown") return quote(arch);
  const name = machine.replace(/^EM_/, "");
  if (machine === "EM_ARM" && bits === 32 && littleEndian) {
    if (flags >>> 24 !== 5) return "ARM with an ABI other than EABI 5";
    if ((flags & 0x400) === 0) return "ARM with soft float";
  }
  if (machine === "EM_X86_64" && bits === 32) return "x32, the 32-bit ABI of x86-64";
  return `${name} (${bits} bits, ${littleEndian ? "little" : "big"}-endian)`;
}
