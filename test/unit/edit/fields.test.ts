import { describe, expect, it } from "vitest";
import { addField, removeFields, setField, setFields } from "../../../src/edit/fields.ts";
import { FIELD_ORDER } from "../../../src/edit/metadata-edit.ts";
import { fieldsNamed, parseHeaders } from "../../../src/wheel/headers.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (value: Uint8Array): string => new TextDecoder().decode(value);

const METADATA =
  "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\nClassifier: A :: B\nRequires-Dist: a\nRequires-Dist: b\n\nBody: no field\n";

describe("addField", () => {
  it.each([
    ["behind the last of its name", METADATA, "Requires-Dist", "b\nRequires-Dist: X\n\nBody"],
    ["behind the fields that come before it", METADATA, "Summary", "1.0\nSummary: X\nClassifier"],
    ["at the end when it is unknown", METADATA, "X-Own", "b\nX-Own: X\n\nBody"],
    [
      "at the top when nothing comes before it",
      "Name: a\n",
      "Metadata-Version",
      "Metadata-Version: X\nName: a\n",
    ],
    [
      "with the line ends of the file",
      "Name: a\r\nVersion: 1\r\n\r\nbody",
      "Version",
      "1\r\nVersion: X\r\n\r\nbody",
    ],
    [
      "to a file without a last line end",
      "Name: a\nVersion: 1",
      "Summary",
      "Version: 1\nSummary: X",
    ],
    ["to an empty file", "", "Name", "Name: X\n"],
  ])("adds a field %s", (_, before, name, part) => {
    const after = text(addField(bytes(before), name, "X", FIELD_ORDER));
    expect(after).toContain(part);
    const old = fieldsNamed(parseHeaders(bytes(before)), name).map(({ value }) => value);
    expect(text(setFields(bytes(after), name, old, FIELD_ORDER))).toBe(before);
  });
});

describe("setField of a field that is there", () => {
  it.each([
    ["Name:  demo\n", "Name:  X\n"],
    ["Name:demo\n", "Name:X\n"],
    ["Name:\n", "Name: X\n"],
    ["Name: \n", "Name: X\n"],
    ["Name: a\n b\nVersion: 1\n", "Name: X\nVersion: 1\n"],
    ["NAME: demo", "NAME: X"],
  ])("keeps the spelling around the value of %j", (before, after) => {
    expect(text(setField(bytes(before), "Name", "X", FIELD_ORDER))).toBe(after);
  });
});

describe("setField and setFields", () => {
  it("leaves the bytes alone when nothing changes", () => {
    const input = bytes(METADATA);
    expect(setField(input, "version", "1.0", FIELD_ORDER)).toBe(input);
    expect(setFields(input, "Requires-Dist", ["a", "b"], FIELD_ORDER)).toBe(input);
  });

  it("leaves one where there were several", () => {
    expect(text(setField(bytes(METADATA), "Requires-Dist", "c", FIELD_ORDER))).toContain(
      "Classifier: A :: B\nRequires-Dist: c\n\nBody",
    );
  });

  it("puts a list in the place of the present one, shorter or longer", () => {
    expect(
      text(setFields(bytes(METADATA), "Requires-Dist", ["x", "b", "c"], FIELD_ORDER)),
    ).toContain("Requires-Dist: x\nRequires-Dist: b\nRequires-Dist: c\n\n");
    expect(text(setFields(bytes(METADATA), "Requires-Dist", ["b"], FIELD_ORDER))).toContain(
      ":: B\nRequires-Dist: b\n\n",
    );
    expect(text(removeFields(bytes(METADATA), "requires-dist"))).toContain(
      ":: B\n\nBody: no field\n",
    );
  });
});
