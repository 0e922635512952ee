/** The small text formats: fields, WHEEL, entry points, addresses, content types, licences. */
import { describe, expect, it } from "vitest";
import { encodeUtf8 } from "../../../src/bytes.ts";
import { parseAddresses } from "../../../src/wheel/addresses.ts";
import { parseContentType } from "../../../src/wheel/content-type.ts";
import { isInterpreterName, parseDataPath } from "../../../src/wheel/data-scheme.ts";
import { findDistInfo } from "../../../src/wheel/dist-info.ts";
import { parseEntryPoints, parseObjectReference } from "../../../src/wheel/entry-points.ts";
import { fieldsNamed, parseHeaders } from "../../../src/wheel/headers.ts";
import { checkLicenseExpression } from "../../../src/wheel/license-expression.ts";
import { parseMetadata, singleField } from "../../../src/wheel/metadata.ts";
import { isExtensionName, isTaggedExtension, missingModules } from "../../../src/wheel/modules.ts";
import { escapeName, isProjectName, normalizeName } from "../../../src/wheel/names.ts";
import { parseWheelFile } from "../../../src/wheel/wheel-file.ts";

describe("fields", () => {
  const text = "Name: demo\r\nLicense: a\r\n  b\r\nname:  other \r\n\r\nbody\r\n";
  const headers = parseHeaders(encodeUtf8(text));

  it("keep the bytes that they came from", () => {
    expect(headers.fields.map(({ start, end }) => text.slice(start, end))).toEqual([
      "Name: demo\r\n",
      "License: a\r\n  b\r\n",
      "name:  other \r\n",
    ]);
    expect(headers.fields.map(({ valueStart, end }) => text.slice(valueStart, end))[0]).toBe(
      " demo\r\n",
    );
    expect(text.slice(headers.bodyStart)).toBe("body\r\n");
  });

  it("are found in any case, folded lines and all", () => {
    expect(fieldsNamed(headers, "NAME").map((field) => field.value)).toEqual(["demo", "other "]);
    expect(singleField(headers, "license")?.value).toBe("a\r\n  b");
  });

  it("count offsets from the first byte behind a byte order mark too", () => {
    const metadata = parseMetadata(encodeUtf8("\ufeffName: demo\n"));
    expect(metadata.bom).toBe(true);
    expect(metadata.fields[0]).toMatchObject({ name: "Name", start: 3, end: 14 });
  });
});

it("reads WHEEL", () => {
  const file = parseWheelFile(
    encodeUtf8(
      "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: False\nTag: a-b-c\nTag: d-e-f\nBuild: 2\n",
    ),
  );
  expect(file).toMatchObject({
    version: { major: 1, minor: 0 },
    generator: "x",
    rootIsPurelib: false,
    build: "2",
    tags: ["a-b-c", "d-e-f"],
  });
  expect(parseWheelFile(new Uint8Array())).toMatchObject({ tags: [] });
});

describe("entry points", () => {
  it("say their lines", () => {
    const { entryPoints } = parseEntryPoints(
      encodeUtf8("# x\n[console_scripts]\na = b:c\n\n[g]\nd =\n  e\n"),
    );
    expect(entryPoints).toEqual([
      { group: "console_scripts", name: "a", value: "b:c", line: 3 },
      { group: "g", name: "d", value: "\ne", line: 6 },
    ]);
  });

  it.each([
    ["a.b:c.d", { module: "a.b", attribute: "c.d", extras: [] }],
    ["a", { module: "a", extras: [] }],
    ["a:b [x, y]", { module: "a", attribute: "b", extras: ["x", "y"] }],
    ["mödül:f", { module: "mödül", attribute: "f", extras: [] }],
    ["a-b:c", undefined],
    ["a:", undefined],
    ["a:b()", undefined],
    ["1a:b", undefined],
    ["a..b:c", undefined],
  ])("refer to objects: %s", (text, reference) => {
    expect(parseObjectReference(text)).toEqual(reference);
  });
});

it("splits addresses where RFC 5322 does", () => {
  expect(parseAddresses('"Doe, Jane" <j@a.org>, b@c.org (x, y), Nobody , <z@a.org>')).toEqual([
    "j@a.org",
    "b@c.org",
    "Nobody",
    "z@a.org",
  ]);
  expect(parseAddresses("")).toEqual([]);
});

it("reads content types", () => {
  expect(parseContentType('Text/Markdown; Charset="UTF-8"; variant=GFM')).toEqual({
    type: "text/markdown",
    parameters: new Map([
      ["charset", "UTF-8"],
      ["variant", "GFM"],
    ]),
  });
  expect(parseContentType("markdown")).toBeUndefined();
  expect(parseContentType("text/plain; x")).toBeUndefined();
});

it("checks licence expressions", () => {
  expect(checkLicenseExpression("mit and (isc or Apache-2.0+) with x")).toMatchObject({
    ok: false,
  });
  expect(
    checkLicenseExpression("( MIT or ISC ) and GPL-2.0-only with Classpath-exception-2.0"),
  ).toEqual({
    ok: true,
    normal: "(MIT OR ISC) AND GPL-2.0-only WITH Classpath-exception-2.0",
    unknown: [],
  });
  expect(checkLicenseExpression("mit OR apache-2.0+ AND licenseref-Mine OR Proprietary")).toEqual({
    ok: true,
    normal: "MIT OR Apache-2.0+ AND licenseref-Mine OR Proprietary",
    unknown: ["Proprietary"],
  });
});

it("knows extension modules by their names", () => {
  const names = [
    "_x.so",
    "_x.cpython-312-x86_64-linux-gnu.so",
    "_x.cpython-313t-darwin.so",
    "_x.abi3.so",
    "_x.pyd",
    "_x.cp312-win_amd64.pyd",
    "libx.so",
    "_libx.so",
    "x.so.1",
    "x.dll",
    "_x.pypy310-pp73-x86_64-linux-gnu.so",
  ];
  expect(names.filter(isTaggedExtension)).toEqual([
    "_x.cpython-312-x86_64-linux-gnu.so",
    "_x.cpython-313t-darwin.so",
    "_x.abi3.so",
    "_x.pyd",
    "_x.cp312-win_amd64.pyd",
    "_x.pypy310-pp73-x86_64-linux-gnu.so",
  ]);
  expect(names.filter(isExtensionName)).toEqual(["_x.so", ...names.filter(isTaggedExtension)]);
});

it("finds modules as files, extension modules and packages", () => {
  const files = ["a/b.py", "a/c.abi3.so", "a/d/x.txt", "e.py", "a/f.txt"];
  expect(
    [...missingModules(["a.b", "a.c", "a.d", "a", "e", "a.f", "g", "a.b.c"], files)].sort(),
  ).toEqual(["a.b.c", "a.f", "g"]);
});

it("spells names", () => {
  expect(normalizeName("Foo._-Bar")).toBe("foo-bar");
  expect(escapeName("Foo._-Bar")).toBe("foo_bar");
  expect(["a", "a-b", "-a", "a_", "ä", ""].map(isProjectName)).toEqual([
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
});

it("finds the right `.dist-info`", () => {
  const entries = (...names: string[]): { readonly name: string }[] =>
    names.map((name) => ({ name: `${name}/x` }));
  const find = (...names: string[]): string | undefined =>
    findDistInfo(entries(...names), "demo_x-1.0-py3-none-any.whl");
  expect(find("demo_x-1.0.dist-info", "other-1.0.dist-info")).toBe("demo_x-1.0.dist-info");
  expect(find("Demo.X-1.0.0.dist-info", "other-1.0.dist-info")).toBe("Demo.X-1.0.0.dist-info");
  expect(find("demo_x-1.1.dist-info", "other-1.0.dist-info")).toBeUndefined();
  expect(find("Demo.X-v1.0.dist-info", "other-1.0.dist-info")).toBe("Demo.X-v1.0.dist-info");
  expect(find("other-1.0.dist-info")).toBe("other-1.0.dist-info");
  expect(find("other-1.0.dist-info", "third-1.0.dist-info")).toBeUndefined();
  expect(find(".dist-info", "a")).toBeUndefined();
});

it("reads `.data` paths and the names of interpreters", () => {
  expect(parseDataPath("a-1.data/scripts/b/c")).toEqual({
    directory: "a-1.data",
    key: "scripts",
    path: "b/c",
  });
  expect(parseDataPath("a/b.data/scripts/c")).toBeUndefined();
  expect(
    ["python", "PYTHON3.EXE", "python3.14t.exe", "pypy.py", "python2"].map(isInterpreterName),
  ).toEqual([true, true, true, true, false]);
});
