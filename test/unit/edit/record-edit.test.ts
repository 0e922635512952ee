import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { editRecord } from "../../../src/edit/record-edit.ts";
import { parseRecord } from "../../../src/wheel/record.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const NEW = bytes("new content");

function digest(algorithm: string): string {
  return `${algorithm}=${createHash(algorithm).update(NEW).digest("base64url")}`;
}

function edit(
  before: string,
  changes: {
    renamed?: Record<string, string>;
    removed?: readonly string[];
    contents?: readonly string[];
  },
): string {
  const content = {
    size: NEW.length,
    digest: (algorithm: string) => new Uint8Array(createHash(algorithm).update(NEW).digest()),
  };
  return new TextDecoder().decode(
    editRecord(bytes(before), {
      renamed: new Map(Object.entries(changes.renamed ?? {})),
      files: files(before, changes),
      contents: new Map((changes.contents ?? []).map((path) => [path, content])),
      record: "d-1.dist-info/RECORD",
    }),
  );
}

/** What the rows list, but for what is removed, under the new names; and what is new. */
function files(
  before: string,
  { renamed = {}, removed = [], contents = [] }: Parameters<typeof edit>[1],
): ReadonlySet<string> {
  const listed = parseRecord(bytes(before)).rows.map(({ path }) => path.replaceAll("\\", "/"));
  const left = listed.filter((path) => !removed.includes(path));
  return new Set([...left.map((path) => renamed[path] ?? path), ...contents]);
}

const OWN = "d-1.dist-info/RECORD,,\n";

describe("editRecord", () => {
  it("keeps the bytes of rows that nothing happens to, odd as they are", () => {
    const odd = '"a,b.py",sha256=abc=,5\r\nb.py,md5=x,\nonly-one\n';
    expect(edit(odd + OWN, {})).toBe(odd + OWN);
    expect(edit(`${odd}c.py,sha256=abc,1\n${OWN}`, { removed: ["c.py"] })).toBe(odd + OWN);
  });

  it("changes only the path of a renamed row, quoted as before", () => {
    const before = `"a-1.data/x y",sha256=q=,007\nz,,\n${OWN}`;
    expect(edit(before, { renamed: { "a-1.data/x y": "a-2.data/x y" } })).toBe(
      `"a-2.data/x y",sha256=q=,007\nz,,\n${OWN}`,
    );
  });

  it.each(["sha256", "sha384", "sha512"])(
    "keeps %s as the algorithm of a changed row",
    (algorithm) => {
      expect(edit(`a.py,${algorithm}=old,1\n${OWN}`, { contents: ["a.py"] })).toBe(
        `a.py,${digest(algorithm)},${NEW.length}\n${OWN}`,
      );
    },
  );

  it("finds a file whose row has a backslash between the parts of its path", () => {
    const own = "d-1.dist-info\\RECORD,,\n";
    const rows = `d\\a.py,sha256=q,1\nd\\b.py,sha256=q,1\nd\\c.py,sha256=q,1\n`;
    const changes = { contents: ["d/a.py", "d/d.py"], removed: ["d/b.py"] };
    const changed = (path: string): string => `${path},${digest("sha256")},${NEW.length}\n`;
    expect(edit(rows + own, changes)).toBe(
      `${changed("d/a.py")}d/c.py,sha256=q,1\n${changed("d/d.py")}${OWN}`,
    );
    // On other systems it may be part of a name.
    expect(edit(`a\\b,sha256=q,1\n${OWN}`, { contents: ["a\\b"] })).toBe(changed("a\\b") + OWN);
  });

  it("takes sha256 in the place of a weak hash", () => {
    expect(edit(`a.py,md5=old,1\r\n${OWN}`, { contents: ["a.py"] })).toBe(
      `a.py,${digest("sha256")},${NEW.length}\r\n${OWN}`,
    );
  });

  it("puts a new row where it belongs in a sorted file, else before dist-info", () => {
    const row = `m.py,${digest("sha256")},${NEW.length}\n`;
    expect(edit(`a,,\nz,,\n${OWN}`, { contents: ["m.py"] })).toBe(`a,,\n${row}z,,\n${OWN}`);
    expect(edit(`z,,\na,,\nd-1.dist-info/WHEEL,,\n${OWN}`, { contents: ["m.py"] })).toBe(
      `z,,\na,,\n${row}d-1.dist-info/WHEEL,,\n${OWN}`,
    );
  });

  it("gives the last row its line end when another follows", () => {
    expect(edit("z,,", { contents: ["zz"] })).toBe(
      `z,,\nzz,${digest("sha256")},${NEW.length}\n${OWN}`,
    );
  });

  it("drops rows of files that are not there, repeated rows, and what RECORD says of itself", () => {
    const rows = "a,sha256=q,1\na,sha256=r,2\n./b,sha256=q,1\n../x,,\nd/,,\n";
    const own = "d-1.dist-info/RECORD,sha256=q,1\n";
    const changes = { contents: ["b"], removed: ["../x", "d/", "./b"] };
    expect(edit(rows + own, changes)).toBe(
      `a,sha256=q,1\nb,${digest("sha256")},${NEW.length}\n${OWN}`,
    );
  });
});
