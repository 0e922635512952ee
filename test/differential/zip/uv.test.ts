/** Whatever uv refuses to install for its archive must be an error under `install`. */
import { execFile } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { nodeCompression } from "../../../src/node/compression.ts";
import { scratchFolder } from "../../support/scratch.ts";
import { python, requireTool } from "../../support/tools.ts";
import { buildWheel } from "../../support/wheel-builder.ts";
import type { ZipMember } from "../../support/zip-builder.ts";
import { concat, extraField, toBytes, u64s, unicodePath } from "../../support/zip-builder.ts";
import { LINUX, verdict } from "../../support/zip-verdict.ts";

const MODULE = "demo/__init__.py";
const TEXT = '"""A module."""\n';

function changed(change: Partial<ZipMember>): Uint8Array {
  return buildWheel({ members: { [MODULE]: change } });
}

/** Right values that no sentinel asks for. */
const LONG = extraField(1, u64s(TEXT.length, nodeCompression.deflateRaw(toBytes(TEXT), 6).length));

/** Each with what uv makes of it. */
const WHEELS: readonly (readonly [what: string, wheel: Uint8Array, uv: "installs" | "refuses"])[] =
  [
    ["a clean wheel", buildWheel(), "installs"],
    [
      "zip64 everywhere",
      buildWheel({ members: { [MODULE]: { zip64: true } }, zip: { zip64: true } }),
      "installs",
    ],
    ["NUL bytes at the end", buildWheel({ zip: { suffix: new Uint8Array(9) } }), "installs"],
    ["other bytes at the end", buildWheel({ zip: { suffix: toBytes("x") } }), "refuses"],
    ["a script in front", buildWheel({ zip: { prefix: toBytes("#!/bin/sh\n") } }), "refuses"],
    [
      "signature bytes in the comment",
      buildWheel({ zip: { comment: Uint8Array.of(3) } }),
      "refuses",
    ],
    ["a wheel in the comment", buildWheel({ zip: { comment: buildWheel() } }), "refuses"],
    [
      "a hidden local header",
      buildWheel({ extra: [{ name: "demo/h.py", inCentral: false }] }),
      "refuses",
    ],
    ["two of one name", buildWheel({ extra: [{ name: MODULE, data: "evil" }] }), "refuses"],
    [
      "two of one name and content",
      buildWheel({ extra: [{ name: MODULE, data: TEXT }] }),
      "installs",
    ],
    ["another CRC in the local header", changed({ local: { crc32: 1 } }), "refuses"],
    ["a wrong CRC", changed({ both: { crc32: 1 } }), "refuses"],
    ["a size that is too short", changed({ both: { uncompressed_size: 3 } }), "refuses"],
    ["a data descriptor", changed({ descriptor: {} }), "installs"],
    [
      "a data descriptor without signature",
      changed({ descriptor: { signature: false } }),
      "installs",
    ],
    ["one with a wrong size", changed({ descriptor: { uncompressed_size: 1 } }), "refuses"],
    [
      "extensible data",
      buildWheel({ zip: { zip64: true, extensible: new Uint8Array(8) } }),
      "refuses",
    ],
    ["a long zip64 field", changed({ localExtra: LONG, centralExtra: LONG }), "refuses"],
    [
      "a field twice",
      changed({ localExtra: concat([extraField(9, u64s(1)), extraField(9, u64s(1))]) }),
      "refuses",
    ],
    [
      "another Unicode Path",
      changed({ centralExtra: unicodePath(MODULE, "demo/b.py") }),
      "refuses",
    ],
    ["bzip2", changed({ method: 12 }), "refuses"],
    ["encryption", changed({ both: { flags: 1 } }), "refuses"],
    ["version 6.4", changed({ both: { version_needed: 64 } }), "refuses"],
    ["a format character", buildWheel({ files: { "demo/\u202e.py": "" } }), "refuses"],
  ];

const uv = requireTool("uv");

test.skipIf(uv === undefined)("uv's verdicts", { timeout: 120_000 }, async () => {
  const folder = scratchFolder();
  // As a download: from a file uv only reads the central directory.
  const server = createServer((request, response) => {
    const wheel = WHEELS[Number(request.url?.split("/")[1])]?.[1];
    const ranged = request.method === "GET" && request.headers.range === undefined;
    response.writeHead(ranged && wheel !== undefined ? 200 : 404);
    response.end(ranged ? wheel : undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    for (const [at, [what, wheel, expected]] of WHEELS.entries()) {
      const url = `http://127.0.0.1:${port}/${at}/demo-1.0-py3-none-any.whl`;
      const installed = await install(url, join(folder, String(at)));
      expect(installed ? "installs" : "refuses", what).toBe(expected);
      const errors = verdict(wheel, { profile: "install", targets: LINUX }).codes("error");
      expect(errors.length === 0 ? "installs" : "refuses", what).toBe(expected);
    }
  } finally {
    server.close();
  }
});

async function install(url: string, target: string): Promise<boolean> {
  const args = ["pip", "install", "-q", "--no-cache", "--no-deps", "--no-config"];
  const run = promisify(execFile)(uv ?? "", [
    ...args,
    "--python",
    python(),
    "--target",
    target,
    url,
  ]);
  return await run.then(
    () => true,
    () => false,
  );
}
