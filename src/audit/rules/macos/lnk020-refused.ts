import type { Problem } from "../../../finding.ts";
import { compareVersions } from "../../../policy/macos/version.ts";
import type { MacosModel } from "../../macos/model.ts";
import type { NativeCode } from "../texts.ts";

/** The SDK from which on dyld wants an LC_UUID (dyld, `Policy.cpp`). */
const UUID_SINCE = { major: 12, minor: 0 };

/** Files that dyld refuses before it looks for anything (dyld, `Header::valid` and its kin). */
export function refusedImage({ considered }: MacosModel): readonly Problem<NativeCode>[] {
  const problems: Problem<NativeCode>[] = [];
  for (const { path, slice } of considered) {
    const { arch, uuidCount, sdk, id, fileType, dependencies } = slice;
    const report = (message: string, mild = false): void => {
      const level = mild ? { level: "warning" as const } : {};
      problems.push({ code: "LNK020", path, message: `${message} (${arch})`, ...level });
    };
    if (uuidCount > 1) report("has more than one LC_UUID");
    if (uuidCount === 0) {
      const enforced = sdk !== null && compareVersions(sdk, UUID_SINCE) >= 0;
      report("has no LC_UUID", !enforced);
    }
    if (fileType === "MH_DYLIB" && id === null) report("is a dynamic library without LC_ID_DYLIB");
    if (fileType !== "MH_DYLIB" && id !== null) {
      report("has LC_ID_DYLIB, but is not a dynamic library");
    }
    if (dependencies.length === 0) report("loads no library at all, not even libSystem", true);
  }
  return problems;
}
