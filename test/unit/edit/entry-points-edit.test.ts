import { describe, expect, it } from "vitest";
import {
  addEntryPoint,
  parseEntryPointOption,
  removeEntryPoint,
} from "../../../src/edit/entry-points-edit.ts";
import { RefusalError } from "../../../src/errors.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (value: Uint8Array | undefined): string | undefined =>
  value === undefined ? undefined : new TextDecoder().decode(value);
const SCRIPTS = "[console_scripts]\na = m:f\n  [x]\n# note\n\n[gui_scripts]\ng=m:g\n";

describe("entry points", () => {
  it.each([
    ["a new file", undefined, "[console_scripts]\nb = n:h\n"],
    ["an empty file", "", "[console_scripts]\nb = n:h\n"],
    [
      "a group that is there",
      SCRIPTS,
      "[console_scripts]\na = m:f\n  [x]\n# note\nb = n:h\n\n[gui_scripts]\ng=m:g\n",
    ],
    ["a group at the end", "[x]\ny=z", "[x]\ny=z\n\n[console_scripts]\nb = n:h\n"],
    ["CRLF", "[console_scripts]\r\na=m:f\r\n", "[console_scripts]\r\na=m:f\r\nb = n:h\r\n"],
  ])("adds to %s", (_, before, after) => {
    const input = before === undefined ? undefined : bytes(before);
    const name = { group: "console_scripts", name: "b" };
    expect(text(addEntryPoint(input, name, "n:h"))).toBe(after);
  });

  it("removes what was added, with the group it made", () => {
    for (const group of ["console_scripts", "plugins"]) {
      const added = addEntryPoint(bytes(SCRIPTS), { group, name: "b" }, "n:h");
      expect(text(removeEntryPoint(added, { group, name: "b" }))).toBe(SCRIPTS);
    }
  });

  it("removes an entry with the lines that continue it, and the file with the last", () => {
    expect(text(removeEntryPoint(bytes(SCRIPTS), { group: "console_scripts", name: "a" }))).toBe(
      "# note\n\n[gui_scripts]\ng=m:g\n",
    );
    const single = bytes("[g]\na=b\n");
    expect(removeEntryPoint(single, { group: "g", name: "a" })).toBeUndefined();
  });

  it("refuses what is there, what is not, and what is none", () => {
    const name = { group: "gui_scripts", name: "g" };
    expect(() => addEntryPoint(bytes(SCRIPTS), name, "a:b")).toThrow(RefusalError);
    expect(() => addEntryPoint(undefined, name, "a:b\n[console_scripts]\nx=y:z")).toThrow(
      RefusalError,
    );
    expect(() => removeEntryPoint(bytes(SCRIPTS), { group: "g", name: "g" })).toThrow(RefusalError);
    expect(() => parseEntryPointOption("demo=x")).toThrow(RefusalError);
    expect(parseEntryPointOption("console_scripts:de mo = a.b:c [x]")).toEqual({
      group: "console_scripts",
      name: "de mo",
      value: "a.b:c [x]",
    });
  });
});
