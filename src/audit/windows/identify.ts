/** What the wheel is built for, and which files count. */
import type { PeSlice } from "../../formats.ts";
import type { WindowsArch, WindowsVersion } from "../../policy/windows/baseline.ts";
import { oldestWindows } from "../../policy/windows/baseline.ts";
import { interpreterDlls, oldestMinor } from "../../policy/windows/interpreter.ts";
import type { Claim } from "../claim.ts";
import type { Binary, NativeMember } from "../member.ts";
import { binariesOf } from "../member.ts";
import { archOf, archOfTag, WINDOWS_ARCHS } from "./arch.ts";

export type PeBinary = Binary<PeSlice>;

export interface WindowsIdentity {
  /** Of the tag, or without one of most files; `null` without a file for any of them. */
  readonly arch: WindowsArch | null;
  /** Files of that architecture: they decide the verdict. */
  readonly considered: readonly PeBinary[];
  /** Files for other processors. */
  readonly others: readonly PeBinary[];
  /** .NET assemblies and firmware: no process of Python loads them by itself. */
  readonly data: readonly PeBinary[];
  /** The oldest Windows that a Python of the tags runs on. */
  readonly floor: WindowsVersion;
  /** C runtimes that every Python of the tags brings, by their names in lower case. */
  readonly provided: ReadonlySet<string>;
}

export function identify(
  claims: readonly Claim[],
  wheel: { readonly pythonTags: readonly string[]; readonly abiTags: readonly string[] },
  binaries: readonly PeBinary[],
): WindowsIdentity {
  // Launchers are data for tools that copy them, in wheels that hold nothing else for Windows.
  const launchers =
    !claims.some(({ tag }) => tag.kind === "win") &&
    !binaries.some(({ path }) => /\.(?:pyd|dll)$/i.test(path));
  const data = binaries.filter((binary) => launchers || isData(binary));
  const code = binaries.filter((binary) => !data.includes(binary));
  const claimed = claims.flatMap(({ text }) => archOfTag(text) ?? []);
  const arch = claimed[0] ?? mostFrequent(code) ?? null;
  const of = arch ?? "x86_64";
  const minor = oldestMinor(wheel.pythonTags);
  return {
    arch,
    considered: code.filter(({ slice }) => archOf(slice) === arch),
    others: code.filter(({ slice }) => archOf(slice) !== arch),
    data,
    floor: oldestWindows(minor === 0 ? undefined : minor, of),
    provided: interpreterDlls(wheel.pythonTags, wheel.abiTags, of),
  };
}

export function peBinaries(members: readonly NativeMember[]): readonly PeBinary[] {
  return members.flatMap(({ path, size, file }) =>
    file?.format === "pe" ? binariesOf(path, size, file) : [],
  );
}

function isData({ slice }: PeBinary): boolean {
  return slice.managed || /_EFI_|_ROM$|_NATIVE$|_XBOX$/.test(slice.subsystem);
}

/** The architecture of most modules, or of most files where there is no module. */
function mostFrequent(code: readonly PeBinary[]): WindowsArch | undefined {
  const modules = code.filter(({ path }) => /\.pyd$/i.test(path));
  const counted = modules.length > 0 ? modules : code;
  let best: WindowsArch | undefined;
  let most = 0;
  for (const arch of WINDOWS_ARCHS) {
    const count = counted.filter(({ slice }) => archOf(slice) === arch).length;
    if (count > most) {
      best = arch;
      most = count;
    }
  }
  return best;
}
