import type { Problem } from "../../../finding.ts";
import type { LinuxModel } from "../../linux/model.ts";
import type { NativeCode } from "../texts.ts";

/** Scripts become executable wherever they are installed to. */
const SCRIPT = /^[^/]+\.data\/scripts\/[^/]+$/;

/** What tests read: Go ignores folders of that name, and many others keep such files there. */
const DATA = /(^|\/)testdata\//;

/** Programs that nobody may run once the wheel is installed. */
export function missingExecuteBit({
  programs,
  idle,
  considered,
}: LinuxModel): readonly Problem<NativeCode>[] {
  return considered
    .filter(({ path }) => programs.has(path) && idle.has(path))
    .filter(({ path }) => !SCRIPT.test(path) && !DATA.test(path))
    .map(({ path }) => ({
      code: "LNK023",
      path,
      message: "is a program, and its mode lets nobody run it",
    }));
}
