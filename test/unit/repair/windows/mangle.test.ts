import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { MangleNode } from "../../../../src/repair/windows/mangle.ts";
import { isMangledName, mangledName, mangleHashes } from "../../../../src/repair/windows/mangle.ts";

function dll(key: string, content: string, ...dependencies: readonly string[]): MangleNode {
  return {
    key,
    dependencies,
    digest: (before) => createHash("sha256").update(before).update(content).digest("hex"),
  };
}

/** What the formula says, without the code under test. */
function plain(...parts: readonly string[]): string {
  return createHash("sha256").update(parts.join("")).digest("hex").slice(0, 32);
}

describe("mangleHashes", () => {
  it("gives a DLL without such dependencies the hash of its bytes", () => {
    expect(mangleHashes([dll("a", "A")]).get("a")).toBe(plain("A"));
  });

  it("puts the hash of each dependency before the bytes, in order and as often as it is named", () => {
    const hashes = mangleHashes([dll("a", "A", "c", "b", "c"), dll("b", "B"), dll("c", "C")]);
    const [b, c] = [plain("B"), plain("C")];
    expect(hashes.get("a")).toBe(plain(c, "\0", b, "\0", c, "\0", "A"));
  });

  it("carries a change through a chain", () => {
    const chain = (last: string) =>
      mangleHashes([dll("a", "A", "b"), dll("b", "B", "c"), dll("c", last)]);
    expect(chain("C").get("a")).toBe(plain(plain(plain("C"), "\0", "B"), "\0", "A"));
    expect(chain("C").get("a")).not.toBe(chain("D").get("a"));
  });

  it("leaves out what is not renamed", () => {
    expect(mangleHashes([dll("a", "A", "kernel32")]).get("a")).toBe(plain("A"));
  });

  it("counts a DLL that needs itself as one without", () => {
    expect(mangleHashes([dll("a", "A", "a")]).get("a")).toBe(plain("A"));
  });

  it("names the files of a circle, whatever the order, and changes all of them with any of them", () => {
    const circle = [dll("a", "A", "b"), dll("b", "B", "c"), dll("c", "C", "a", "d"), dll("d", "D")];
    const hashes = mangleHashes(circle);
    expect(new Set(hashes.values()).size).toBe(4);
    expect(mangleHashes([...circle].reverse())).toEqual(
      new Map([...hashes].sort(([x], [y]) => (x < y ? 1 : -1))),
    );
    const other = mangleHashes([...circle.slice(0, 3), dll("d", "E")]);
    for (const key of ["a", "b", "c", "d"]) expect(other.get(key)).not.toBe(hashes.get(key));
  });

  it("is the same for the same circle in other folders", () => {
    const at = (folder: string) =>
      mangleHashes([
        dll(`${folder}/a`, "A", `${folder}/b`),
        dll(`${folder}/b`, "B", `${folder}/a`),
      ]);
    expect([...at("x").values()].sort()).toEqual([...at("z").values()].sort());
  });

  it("gives users of a circle a hash after it", () => {
    const hashes = mangleHashes([dll("a", "A", "b"), dll("b", "B", "c"), dll("c", "C", "b")]);
    expect(hashes.get("a")).toBe(plain(hashes.get("b") ?? "", "\0", "A"));
  });

  it("stands a chain of 50,000 DLLs", () => {
    const chain = Array.from({ length: 50_000 }, (_, at) => dll(`${at}`, `${at}`, `${at + 1}`));
    expect(mangleHashes(chain).size).toBe(50_000);
  });

  it("gives every node of any graph a hash that its order of listing does not change", () => {
    const graphs = fc.integer({ min: 1, max: 8 }).chain((size) =>
      fc.array(fc.array(fc.integer({ min: 0, max: size }), { maxLength: 4 }), {
        minLength: size,
        maxLength: size,
      }),
    );
    fc.assert(
      fc.property(graphs, (edges) => {
        const nodes = edges.map((to, at) => dll(`${at}`, `bytes ${at}`, ...to.map(String)));
        const hashes = mangleHashes(nodes);
        expect(hashes.size).toBe(nodes.length);
        const again = mangleHashes([...nodes].reverse());
        for (const [key, hash] of hashes) expect(again.get(key)).toBe(hash);
        expect(new Set(hashes.values()).size).toBe(nodes.length);
      }),
      { seed: 12, numRuns: 300 },
    );
  });
});

describe("mangledName", () => {
  const hash = "0123456789abcdef0123456789abcdef";
  it.each([
    ["b.dll", `b-${hash}.dll`],
    ["My Lib.1.DLL", `My Lib.1-${hash}.DLL`],
    ["libstdc++-6.dll", `libstdc++-6-${hash}.dll`],
    ["noextension", `noextension-${hash}`],
    [".dll", `.dll-${hash}`],
    [`b-${hash}.dll`, `b-${hash}.dll`],
    // No code page of a machine can spoil it.
    ["größe.dll", `gr_e-${hash}.dll`],
    ["日本語.dll", `_-${hash}.dll`],
  ])("makes of `%s` `%s`", (name, expected) => {
    expect(mangledName(name, hash)).toBe(expected);
    expect(isMangledName(expected)).toBe(true);
    expect(mangledName(expected, hash)).toBe(expected);
  });

  it("takes no other suffix for a hash", () => {
    for (const name of ["b.dll", "libgcc_s_seh-1.dll", `b-${hash.slice(1)}.dll`, `${hash}.dll`]) {
      expect(isMangledName(name)).toBe(false);
    }
  });
});
