/** Rules that compare a wheel with what its owner said it must be. Silent when nothing was said. */
import type { RuleInfo } from "../../finding.ts";

export const EXPECTATION_RULES = {
  EXP001: {
    title: "not the platform that was expected",
    level: "error",
    why: "The release was meant for a platform (`--expect-plat`), and the wheel does not support it: it needs something newer or other than that tag promises. Users of that platform would get an import error, or pip would pass the wheel over.",
    mend: "Build in the image of that platform, or repair the wheel for it. `wheelkit audit -v` lists which symbol of which library costs the tag.",
    source: "wheelkit: --expect-plat",
  },
  EXP002: {
    title: "architecture missing",
    level: "error",
    why: "A native file has no code for an architecture that was required (`--require-archs`), so the wheel fails there when the file is loaded.",
    mend: "Build the file for that architecture too, or require what the wheel is for.",
    source: "wheelkit: --require-archs; delocate's option of the same name",
  },
  SIZ001: {
    title: "larger than the limit",
    level: "error",
    why: "The file is larger than the limit that was set (`--max-size`). PyPI takes 100 MiB for a file unless the project has been granted more, and every installation downloads it.",
    mend: "Strip debug symbols, leave out what is not needed at run time, or raise the limit.",
    source: "wheelkit: --max-size; PyPI's file size limit",
  },
  SIZ004: {
    title: "grown since the baseline",
    level: "warning",
    why: "The wheel is more than a tenth (or the `max-growth` of the settings) larger than the one it was compared with (`--baseline`). Often a debug build, a second copy of a library or a test folder has slipped in.",
    mend: "Compare the members of both wheels with `wheelkit show -v`, and raise `max-growth` when the growth is meant.",
    source: "wheelkit: --baseline",
  },
  BAS001: {
    title: "member lost since the baseline",
    level: "warning",
    why: "A member of the earlier wheel (`--baseline`) is gone. Whoever imports or opens it breaks with this release.",
    mend: "Put it back, or ignore this rule for the release that removes it.",
    source: "wheelkit: --baseline",
  },
  BAS002: {
    title: "exports lost since the baseline",
    level: "warning",
    why: "A native library no longer exports symbols that the earlier wheel (`--baseline`) exported. Whatever was linked to them fails to load.",
    mend: "Export them again, or ignore this rule for the release that removes them.",
    source: "wheelkit: --baseline",
  },
} as const satisfies Record<string, RuleInfo>;

export type ExpectationCode = keyof typeof EXPECTATION_RULES;
