/** A file that needs as many versions of one library as its tables can hold. */
import { expect, it } from "vitest";
import { audit, elf, only } from "../../support/native.ts";

it("65,535 versions are compared in a time that grows with their number", () => {
  const versions = Array.from({ length: 65_535 }, (_, index) => `GLIBC_9.${index}`);
  const result = audit({
    tags: "cp312-cp312-manylinux_2_17_x86_64",
    files: { "demo/lib.so": elf({ versions: { "libc.so.6": versions } }) },
  });
  expect(only(result, "TAG004").message).toMatch(/ and 65532 more$/);
}, 5000);
