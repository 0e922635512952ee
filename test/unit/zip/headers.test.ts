import { expect, test } from "vitest";
import { centralHeaderAt, localHeaderAt } from "../../../src/zip/headers.ts";
import { CENTRAL_HEADER, LOCAL_HEADER, ZIP } from "../../../src/zip/layout.ts";

/** No two fields are alike, and each has a high bit that a wrong sign would show. */
const BYTES = Uint8Array.from({ length: 64 }, (_, index) => 0xff - index);
const VIEW = new DataView(BYTES.buffer);

test.each([0, 7])("headers read fast are those that the tables describe, at %d", (at) => {
  expect(localHeaderAt(VIEW, at)).toEqual(LOCAL_HEADER.read(BYTES, at, ZIP));
  expect(centralHeaderAt(VIEW, at)).toEqual(CENTRAL_HEADER.read(BYTES, at, ZIP));
});
