/** CON: what the files of a wheel do beyond being imported. */
import type { RuleInfo } from "../../finding.ts";

export type ContentCode = "CON016";

export const CONTENT_RULES: Readonly<Record<ContentCode, RuleInfo>> = {
  CON016: {
    title: "code that runs without being imported",
    level: "error",
    profiles: { pypi: "warning" },
    why: "Every start of the interpreter runs `sitecustomize`, `usercustomize`, the `import` lines of `.pth` files and the entry points of `.start` files, in every program of the environment; malware lives there. `_manylinux` is imported by pip and others to decide which wheels fit, so that it changes what is installed after it.",
    mend: "Import what is needed from the package, and leave such files to the administrator of the environment.",
    source: "Python's `site` module; PEP 829; PEP 600; CVE-2026-6357",
  },
};
