import { describe, expect, it } from "vitest";
import { editSbom } from "../../../src/edit/sbom-edit.ts";

function edit(text: string): string {
  const move = { project: "My_Demo", before: ["1.0+x"], after: "1.0.post1+x" };
  return new TextDecoder().decode(editSbom(new TextEncoder().encode(text), move));
}

describe("editSbom", () => {
  it("moves the wheel's own component and every package URL that names it", () => {
    const before = `{ "bomFormat": "CycloneDX",
      "metadata": {"component": {"version": "1.0+x", "name":"my.demo", "bom-ref": "pkg:pypi/my-demo@1.0%2Bx?file_name=a"}},
      "components": [
        {"name": "zlib", "version": "1.0+x", "purl": "pkg:deb/zlib@1.0+x"},
        {"purl": "pkg:pypi/my-demo@1.0+x", "version": "1.0+x"},
        {"purl": "pkg:pypi/my-demo@1.0+xy", "version": "1.0+x"} ],
      "dependencies": [{"ref": "pkg:pypi/my-demo@1.0%2Bx?file_name=a"}] }`;
    expect(edit(before)).toBe(`{ "bomFormat": "CycloneDX",
      "metadata": {"component": {"version": "1.0.post1+x", "name":"my.demo", "bom-ref": "pkg:pypi/my-demo@1.0.post1%2Bx?file_name=a"}},
      "components": [
        {"name": "zlib", "version": "1.0+x", "purl": "pkg:deb/zlib@1.0+x"},
        {"purl": "pkg:pypi/my-demo@1.0.post1%2Bx", "version": "1.0.post1+x"},
        {"purl": "pkg:pypi/my-demo@1.0+xy", "version": "1.0+x"} ],
      "dependencies": [{"ref": "pkg:pypi/my-demo@1.0.post1%2Bx?file_name=a"}] }`);
  });

  it("moves the package of an SPDX document", () => {
    expect(edit('{"packages":[{"name":"My-Demo","versionInfo":"1.0+x"}]}')).toBe(
      '{"packages":[{"name":"My-Demo","versionInfo":"1.0.post1+x"}]}',
    );
  });

  it.each(["not json", '{"a": "pkg:pypi/my-demo@1.0"', "[]", '{"version": "1.0+x"}'])(
    "leaves %s alone",
    (text) => {
      expect(edit(text)).toBe(text);
    },
  );
});
