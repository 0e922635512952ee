/** Where other readers disagree about an archive, wheelkit must call it an error. */

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import yazl from "yazl";
import { nodeCompression } from "../../../src/node/compression.ts";
import { memorySource } from "../../../src/source.ts";
import { readIndex } from "../../../src/zip/index.ts";
import { readMember } from "../../../src/zip/read.ts";
import { scratchFolder } from "../../support/scratch.ts";
import { python, requireTool } from "../../support/tools.ts";
import { buildWheel } from "../../support/wheel-builder.ts";
import type { ZipMember } from "../../support/zip-builder.ts";
import { buildZip, concat, toBytes } from "../../support/zip-builder.ts";
import type { View } from "../../support/zip-readers.ts";
import { unzipAccepts, yauzlEntries, zipfileViews } from "../../support/zip-readers.ts";
import { LINUX, verdict } from "../../support/zip-verdict.ts";

const PLAIN: readonly ZipMember[] = [
  { name: "a.py", data: "print('hello hello hello')\n" },
  { name: "b", data: "stored", method: 0 },
];

async function yauzlView(bytes: Uint8Array): Promise<View> {
  try {
    const entries = await yauzlEntries(bytes);
    return Object.fromEntries(
      entries.map((entry) => [entry.name, createHash("sha256").update(entry.bytes).digest("hex")]),
    );
  } catch {
    return undefined;
  }
}

/** One archive for each changed byte, and some cut or joined ones. */
function mutations(): Uint8Array[] {
  const found: Uint8Array[] = [];
  const archive = buildZip(PLAIN);
  for (let at = 0; at < archive.length; at++) {
    const bytes = archive.slice();
    bytes[at] = (bytes[at] ?? 0) ^ (at % 2 === 0 ? 0xff : 1);
    found.push(bytes);
  }
  const other = buildZip([{ name: "a.py", data: "evil" }]);
  found.push(
    archive,
    concat([archive, other]),
    concat([toBytes("#!/bin/sh\n"), archive]),
    concat([archive, new Uint8Array(10)]),
    archive.subarray(0, -1),
    buildZip([...PLAIN, { name: "a.py", data: "evil" }]),
    buildZip([...PLAIN, { name: "c", data: "evil", inCentral: false }]),
    buildZip(PLAIN, { comment: other }),
    buildZip([{ name: "é", data: "1", both: { flags: 0 } }]),
    buildZip([{ name: "a\0b", data: "1" }]),
    buildZip([{ name: "a", data: "0123456789", both: { uncompressed_size: 5 } }]),
    buildZip([{ name: "d/", data: "content" }]),
    buildZip([{ name: "../a", data: "1" }]),
  );
  return found;
}

const unzip = requireTool("unzip");

test.skipIf(unzip === undefined)("readers that disagree", { timeout: 120_000 }, async () => {
  const folder = scratchFolder();
  const archives = mutations();
  const paths = archives.map((bytes, at) => {
    const path = join(folder, `${at}.zip`);
    writeFileSync(path, bytes);
    return path;
  });
  const byPython = zipfileViews(folder, paths);
  let disagreements = 0;
  for (const [at, bytes] of archives.entries()) {
    const python = byPython[at];
    const yauzl = await yauzlView(bytes);
    const unzipOk = unzipAccepts(unzip ?? "", paths[at] ?? "");
    const agree =
      unzipOk === (python !== undefined) && JSON.stringify(python) === JSON.stringify(yauzl);
    const { codes, index } = verdict(bytes, { targets: LINUX });
    if (!agree) {
      disagreements++;
      expect(codes("error"), `archive ${at}`).not.toEqual([]);
    } else if (python === undefined) {
      expect(codes("error"), `archive ${at}`).not.toEqual([]);
    } else if (codes("error").length === 0) {
      expect(ownView(bytes, index.entries.length), `archive ${at}`).toEqual(python);
    }
  }
  // Else the oracles were not running.
  expect(disagreements).toBeGreaterThan(20);
});

function ownView(bytes: Uint8Array, count: number): Record<string, string> {
  const source = memorySource(bytes);
  const view: Record<string, string> = {};
  for (const entry of readIndex(source, nodeCompression).entries) {
    const member = readMember(source, entry, nodeCompression);
    view[entry.name] = createHash("sha256").update(member.bytes).digest("hex");
  }
  expect(Object.keys(view).length).toBe(count);
  return view;
}

describe("yauzl and the strict index agree on good archives", () => {
  const archives: Readonly<Record<string, Uint8Array>> = {
    "a wheel": buildWheel(),
    "zip64 records and fields": buildZip(
      PLAIN.map((member) => ({ ...member, zip64: true })),
      { zip64: true },
    ),
    "a directory in another order": buildZip(PLAIN, { order: [1, 0] }),
    "names in UTF-8, folders, empty files": buildZip([
      { name: "dir/" },
      { name: "dir/é日本", data: "x".repeat(1000) },
      { name: "empty", data: "", method: 8 },
    ]),
    "data descriptors": buildZip(PLAIN.map((member) => ({ ...member, descriptor: {} }))),
    nothing: buildZip([]),
  };
  for (const [what, bytes] of Object.entries(archives)) {
    test(what, async () => {
      const source = memorySource(bytes);
      const index = readIndex(source, nodeCompression);
      const ours = index.entries.map((entry) => ({
        name: entry.name,
        size: entry.size,
        compressedSize: entry.compressedSize,
        crc32: entry.crc32,
        headerOffset: entry.headerOffset,
        dataOffset: entry.dataOffset,
        bytes: readMember(source, entry, nodeCompression).bytes,
      }));
      const theirs = (await yauzlEntries(bytes))
        .map((entry) => ({ ...entry, bytes: new Uint8Array(entry.bytes) }))
        .sort((a, b) => a.headerOffset - b.headerOffset);
      expect(ours).toEqual(theirs);
    });
  }
});

describe("archives from other writers have no error", () => {
  const files = { "a.py": "print(1)\n".repeat(50), "d/b.txt": "", "d/é.txt": "umlaut" };

  test("CPython's zipfile", () => {
    const path = join(scratchFolder(), "python.zip");
    const script =
      "import json, sys, zipfile\n" +
      "with zipfile.ZipFile(sys.argv[1], 'w', zipfile.ZIP_DEFLATED) as z:\n" +
      "    for name, text in json.loads(sys.argv[2]).items(): z.writestr(name, text)\n" +
      "    with z.open('wide', 'w', force_zip64=True) as f: f.write(b'wide')\n";
    execFileSync(python(), ["-c", script, path, JSON.stringify(files)]);
    const { codes, index } = verdict(readFileSync(path), { targets: LINUX });
    expect(codes("error")).toEqual([]);
    expect(index.entries.length).toBe(4);
  });

  const zip = requireTool("zip");
  test.skipIf(zip === undefined)("Info-ZIP", () => {
    const folder = scratchFolder();
    for (const name of ["a.py", "b.txt"]) writeFileSync(join(folder, name), "text\n".repeat(99));
    execFileSync(zip ?? "", ["-q", "-X", "out.zip", "a.py", "b.txt"], { cwd: folder });
    const { codes, index } = verdict(readFileSync(join(folder, "out.zip")), { targets: LINUX });
    expect(codes("error")).toEqual([]);
    expect(index.entries.length).toBe(2);
  });

  test("yazl, which writes data descriptors only for streams", async () => {
    const writer = new yazl.ZipFile();
    for (const [name, text] of Object.entries(files)) writer.addBuffer(Buffer.from(text), name);
    writer.end();
    const chunks: Uint8Array[] = [];
    for await (const chunk of writer.outputStream) chunks.push(chunk as unknown as Uint8Array);
    const { codes, index } = verdict(concat(chunks), { targets: LINUX });
    expect(codes("error")).toEqual([]);
    expect(index.entries.map(({ name }) => name).sort()).toEqual(Object.keys(files).sort());
  });
});
