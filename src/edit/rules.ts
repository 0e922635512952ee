/** Why an edit is refused, where no rule on wheels says it. */
import type { RuleInfo } from "../finding.ts";

export const EDIT_RULES = {
  EDT001: {
    title: "a value that would break out of its field",
    level: "error",
    why: "METADATA and WHEEL are lines of `Name: value`. A value with a line break would add fields, or end them and begin the description.",
    mend: "Give the value on one line. A description of several lines comes from a file, with `--description`.",
    source: "core metadata specifications; PEP 566",
  },
  EDT002: {
    title: "another project's name",
    level: "error",
    why: "A wheel with another name is another project: its files, its requirements and every index that serves it know it by the old one.",
    mend: "Build the wheel under its new name. The spelling of a name may be changed, as long as its normal form stays.",
    source: "PEP 503; binary distribution format",
  },
  EDT003: {
    title: "nothing there to change",
    level: "error",
    why: "An edit that finds nothing was meant for another wheel, or is spelled wrong; going on would publish a wheel without it.",
    mend: "Look at what the wheel has with `wheelkit show`, and name that.",
    source: "wheelkit",
  },
  EDT004: {
    title: "a patch that matches no wheel",
    level: "error",
    why: "A patch file that matches nothing fixes nothing, and nobody notices until users do.",
    mend: "Correct its conditions, or allow it with `--allow-unmatched`.",
    source: "wheelkit",
  },
  EDT005: {
    title: "several requirements that could be meant",
    level: "error",
    why: "A project may be required more than once under different markers; which one is to change can't be guessed.",
    mend: "Give the marker of the one that is meant, or remove and add.",
    source: "PEP 508",
  },
  EDT006: {
    title: "a file of the result's name that is in the way",
    level: "error",
    why: "Replacing a wheel by one of another name must not destroy a third.",
    mend: "Move that file away, or write to another folder with `--wheel-dir`.",
    source: "wheelkit",
  },
  EDT007: {
    title: "a wheel that another run is editing",
    level: "error",
    why: "Two runs that rewrite the end of one file would leave neither's result.",
    mend: "Wait for the other run.",
    source: "wheelkit",
  },
  EDT008: {
    title: "edits that can't go together",
    level: "error",
    why: "Metadata beside an untouched wheel must have that wheel's version and files.",
    mend: "Leave out `--metadata-only`, or the edits of version and files.",
    source: "PEP 658; PEP 714",
  },
  EDT009: {
    title: "a damaged journal beside the wheel",
    level: "error",
    why: "A journal says what an interrupted edit was to write. One that can't be read, or that others may have made, must not decide what a wheel holds.",
    mend: "Audit the wheel. When it is sound, remove the journal; otherwise get the wheel again.",
    source: "wheelkit",
  },
} as const satisfies Record<string, RuleInfo>;

export type EditCode = keyof typeof EDIT_RULES;
