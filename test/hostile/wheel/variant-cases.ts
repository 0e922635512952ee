import type { Breaks, CaseTable } from "./cases.ts";
import { variant, variantFile } from "./cases.ts";

const LEVEL = { x86_64: { level: ["v3"] } };
const LABEL = "x86_64_v3";
/** The label is only taken by future installers. */
const also = ["NAM001"];
const good = variant(LABEL, LEVEL);

const broken = (what: string, changes: object, says?: string): Breaks => ({
  what,
  wheel: variant(LABEL, LEVEL, changes),
  level: "error",
  also,
  ...(says === undefined ? {} : { says }),
});
const file = (what: string, text: string): Breaks => ({
  what,
  wheel: { ...good, files: { "%/variant.json": text } },
  level: "error",
  also,
});
const properties = (what: string, value: unknown): Breaks =>
  broken(what, { variants: { [LABEL]: value } });

export const VARIANT_CASES: CaseTable = {
  VAR001: {
    breaks: [
      {
        what: "a label alone",
        wheel: { filename: "demo-1.0-py3-none-any-noavx.whl" },
        level: "error",
        install: "error",
        also,
      },
      {
        what: "a file alone",
        wheel: { files: { "%/variant.json": variantFile(LABEL, LEVEL) } },
        level: "error",
        says: "no label",
      },
    ],
    passes: [{ what: "neither", wheel: {} }],
  },
  VAR002: {
    breaks: [
      file("no JSON", "{"),
      file("a list", "[]"),
      file("no UTF-8", "\ud800".padStart(3)),
      file("nothing", ""),
      broken("a later major version", { $schema: "https://example.org/v1.0.0.json" }, "`1`"),
      broken("a schema without version", { $schema: "https://example.org/" }),
      broken("a schema that is not a text", { $schema: 1 }),
      broken("no priorities", { "default-priorities": undefined }),
      broken("no namespaces", { "default-priorities": { namespace: [] } }),
      broken("a wrong namespace", { "default-priorities": { namespace: ["x86_64", "X"] } }, "`X`"),
      broken("a number for a list", {
        "default-priorities": { namespace: ["x86_64"], feature: { x86_64: 1 } },
      }),
      broken("no variants", { variants: undefined }),
      properties("a list of features", []),
      properties("a text for features", { x86_64: "level" }),
      properties("a text for values", { x86_64: { level: "v3" } }),
      properties("no values", { x86_64: { level: [] } }),
      properties("a number for a value", { x86_64: { level: [3] } }),
      properties("a capital in a value", { x86_64: { level: ["V3"] } }),
      properties("a blank in a feature", { x86_64: { "the level": ["v3"] } }),
      {
        what: "no schema",
        wheel: variant(LABEL, LEVEL, { $schema: undefined }),
        level: "warning",
        also,
      },
    ],
    passes: [{ what: "no file", wheel: {} }],
  },
  VAR003: {
    breaks: [
      broken("two variants", { variants: { [LABEL]: LEVEL, other: {} } }, "2 variants"),
      broken("none", { variants: {} }, "0 variants"),
      broken("another label", { variants: { other: LEVEL } }, "`other`"),
      { what: "`null` with properties", wheel: variant("null", LEVEL), level: "error", also },
      broken(
        "a namespace without priority",
        { "default-priorities": { namespace: ["nvidia"] } },
        "`x86_64`",
      ),
    ],
    passes: [{ what: "no file", wheel: {} }],
  },
  VAR004: {
    breaks: [
      {
        what: "an order of their own",
        wheel: variant(LABEL, { x86_64: { level: ["v3", "v2"] } }),
        level: "warning",
        also,
      },
      {
        what: "one of them twice",
        wheel: variant(LABEL, { x86_64: { level: ["v3", "v3"] } }),
        level: "warning",
        also,
      },
    ],
    passes: [{ what: "no file", wheel: {} }],
  },
};
