/** VAR: the variant label of a wheel and its `variant.json`. */
import type { RuleInfo } from "../../finding.ts";

export type VariantCode = "VAR001" | "VAR002" | "VAR003" | "VAR004" | "VAR005";

const SOURCE = "PEP 825 (draft): wheel variants";

export const VARIANT_RULES: Readonly<Record<VariantCode, RuleInfo>> = {
  VAR001: {
    title: "variant label without `variant.json`, or the reverse",
    level: "error",
    why: "The label in the file name says nothing by itself: `variant.json` in `.dist-info` says what it stands for. An installer that knows variants refuses a wheel that has one without the other.",
    mend: "Let a build back end that knows variants write both. A label of your own belongs into the version (`1.0+label`), without a file.",
    source: SOURCE,
  },
  VAR002: {
    title: "`variant.json` that can't be read",
    level: "error",
    why: "It is JSON with namespaces, features and lists of values, all of them with names of lower-case letters, digits and `_`. A file of an unknown major version may mean anything.",
    mend: "Let the build back end write the file, in a version that installers know.",
    source: SOURCE,
  },
  VAR003: {
    title: "`variant.json` that does not describe this wheel",
    level: "error",
    why: "The file in a wheel describes that wheel: one entry, whose key is the label of the file name, with namespaces that all have a priority. `null` is the label of a wheel without properties.",
    mend: "Write one entry under the label of the file name, and list its namespaces in `default-priorities`.",
    source: SOURCE,
  },
  VAR004: {
    title: "values of a variant that are not sorted",
    level: "warning",
    why: "Two spellings of one set of properties look like two variants.",
    mend: "Sort the values of each feature, each of them once.",
    source: SOURCE,
  },
  VAR005: {
    title: "wheels of a release that disagree about their variants",
    level: "error",
    why: "An index joins what the wheels of a release say: one label stands for one set of properties, and the priorities of one wheel are the beginning of those of another. Where they differ, an installer chooses by what it happens to read.",
    mend: "Build all wheels of a release with the same definition of its variants.",
    source: SOURCE,
  },
};
