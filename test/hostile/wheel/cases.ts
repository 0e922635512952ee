/** What a case of a rule looks like, and texts that many cases share. */
import type { Level } from "../../../src/finding.ts";
import type { BuiltWheel } from "../../support/wheel-check.ts";

export interface Breaks {
  readonly what: string;
  readonly wheel: BuiltWheel;
  /** Under `release`. */
  readonly level: Level;
  readonly pypi?: Level;
  readonly install?: Level;
  readonly pending?: Level;
  /** A piece of the message. */
  readonly says?: string;
  /** Rules that the same defect breaks necessarily. */
  readonly also?: readonly string[];
}

export interface Passes {
  readonly what: string;
  readonly wheel: BuiltWheel;
}

export interface RuleCases {
  readonly breaks: readonly Breaks[];
  readonly passes: readonly Passes[];
}

export type CaseTable = Readonly<Record<string, RuleCases>>;

/** METADATA of `demo` 1.0 with further lines, and another version of the metadata. */
export function metadata(lines: string, version: string = "2.1", body: string = ""): string {
  const fields = lines === "" ? "" : `${lines}\n`;
  return `Metadata-Version: ${version}\nName: demo\nVersion: 1.0\n${fields}${body === "" ? "" : `\n${body}`}`;
}

/** WHEEL of a pure wheel, with lines left out or added. */
export function wheelFile(changes: { readonly drop?: string; readonly add?: string } = {}): string {
  const lines = [
    "Wheel-Version: 1.0",
    "Generator: test",
    "Root-Is-Purelib: true",
    "Tag: py3-none-any",
  ];
  const kept = lines.filter((line) => changes.drop === undefined || !line.startsWith(changes.drop));
  return `${[...kept, ...(changes.add === undefined ? [] : [changes.add])].join("\n")}\n`;
}

/** The text of `variant.json` with one variant. */
export function variantFile(label: string, properties: object, changes: object = {}): string {
  const namespace = Object.keys(properties);
  return JSON.stringify({
    $schema: "https://example.org/v0.1.1.json",
    "default-priorities": { namespace: namespace.length === 0 ? ["x86_64"] : namespace },
    variants: { [label]: properties },
    ...changes,
  });
}

/** A pure wheel with a variant label and what it stands for. */
export function variant(label: string, properties: object, changes: object = {}): BuiltWheel {
  return {
    filename: `demo-1.0-py3-none-any-${label}.whl`,
    files: { "%/variant.json": variantFile(label, properties, changes) },
  };
}

/** The first bytes by which a native member is known; the rest does not matter here. */
export const ELF: Uint8Array = Uint8Array.from(
  { length: 64 },
  (_, index) => [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1][index] ?? 0,
);

/** A native wheel for Linux with one extension module. */
export const NATIVE: BuiltWheel = {
  tag: "cp312-cp312-manylinux_2_17_x86_64",
  files: { "demo/_x.cpython-312-x86_64-linux-gnu.so": ELF },
};
