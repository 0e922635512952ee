/** LKS: the LINKS record of symbolic links. */
import type { RuleInfo } from "../../finding.ts";

export type LinkCode = "LKS001" | "LKS002" | "LKS003" | "LKS004" | "LKS005";

export const LINK_RULES: Readonly<Record<LinkCode, RuleInfo>> = {
  LKS001: {
    title: "LINKS record that an installer must refuse",
    level: "error",
    why: "A link may only stand for a regular file of the same package in the same wheel. One that leaves the package, dangles, runs in a circle or lies where a file is lets a wheel write through it, or leaves a broken installation.",
    mend: "Name two paths of files in one package: the link, which does not exist, and the file that it stands for. `wheelkit links check` shows each row.",
    source: "PEP 778 (deferred); packaging summit 2024",
  },
  LKS002: {
    title: "LINKS in a wheel of version 1",
    level: "warning",
    why: "Only installers that know wheels of version 2 make the links; those of today leave them out without a word.",
    mend: "Ship nothing that needs the links yet, or turn them into copies with `wheelkit links materialize`.",
    source: "PEP 778 (deferred); PEP 777",
  },
  LKS003: {
    title: "LINKS with its columns in the other order, or in both",
    level: "info",
    why: "The text of PEP 778 puts the link first, its example puts the file first. Tools that follow the other one would make no link, or the wrong one.",
    mend: "Write the link first. `wheelkit links` reads both and writes the order of the text.",
    source: "PEP 778 (deferred), text and example",
  },
  LKS004: {
    title: "link that Windows or macOS can't make",
    level: "warning",
    why: "Names that differ in case only are one name there, some names are devices on Windows, and making a link needs a privilege on Windows.",
    mend: "Rename the link, or ship copies in wheels for those systems: `wheelkit links materialize`.",
    source: "PEP 778 (deferred); packaging summit 2024",
  },
  LKS005: {
    title: "hash in LINKS that is not the target's",
    level: "error",
    why: "The row was written for another file than the one in the wheel.",
    mend: "Write the row again with `wheelkit links remove` and `wheelkit links add`.",
    source: "packaging summit 2024; RECORD",
  },
};
