import { expect, it } from "vitest";
import { encodeUtf8 } from "../../src/bytes.ts";
import { nextHash, SYMBOL_HASH_START, symbolHash } from "../../src/symbol-hash.ts";

it("is that of a name's bytes, whatever its letters", () => {
  for (const name of ["", "_PyInit_x", "~", "\x7f", "größe", "a\u0080", "名前", "😀", "\ud800"]) {
    let hash = SYMBOL_HASH_START;
    for (const byte of encodeUtf8(name)) hash = nextHash(hash, byte);
    expect(symbolHash(name)).toBe(hash >>> 1);
  }
  // The value of binutils and glibc for this name, without its lowest bit.
  expect(symbolHash("printf")).toBe(0x156b2bb8 >>> 1);
});
