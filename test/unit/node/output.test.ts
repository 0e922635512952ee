import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { openFile } from "../../../src/node/file.ts";
import { startCopy } from "../../../src/node/head-start.ts";
import { writeArchive } from "../../../src/node/output.ts";

const folder = mkdtempSync(join(tmpdir(), "wheelkit-output-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("a result that begins as a copy of a file which is only for reading", () => {
  const path = join(folder, "original");
  const content = Buffer.alloc(3 << 20, "abc");
  writeFileSync(path, content);
  chmodSync(path, 0o444);
  const tail = Buffer.from("the new end");
  const start = content.length - 5;

  test.each([false, true])("can be written (copied ahead: %s)", async (ahead) => {
    const source = openFile(path);
    const target = join(folder, `result-${ahead}`);
    const headStart = ahead ? startCopy(path, target) : undefined;
    try {
      const layout = {
        pieces: [{ source, start: 0, size: start }, { bytes: tail }],
        size: start + tail.length,
      };
      const original = { path, source };
      await writeArchive(layout, target, headStart ? { original, headStart } : { original });
    } finally {
      await headStart?.close();
      source.close();
    }
    expect(readFileSync(target).equals(Buffer.concat([content.subarray(0, start), tail]))).toBe(
      true,
    );
    // Root may write anyway: the permission is what tells.
    expect(statSync(target).mode & 0o777).toBe(process.platform === "win32" ? 0o666 : 0o644);
    expect(statSync(path).mode & 0o222).toBe(0);
  });
});
