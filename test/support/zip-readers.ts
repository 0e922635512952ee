/** What other readers make of archives: the oracles of the archive layer. */
import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import yauzl from "yauzl";
import { python } from "./tools.ts";

/** Members by name with the hash of their content; `undefined`: the reader refuses the archive. */
export type View = Readonly<Record<string, string>> | undefined;

const ZIPFILE = `
import hashlib, json, sys, warnings, zipfile
warnings.simplefilter("ignore")
views = []
for path in open(sys.argv[1]).read().split("\\n"):
    try:
        with zipfile.ZipFile(path) as archive:
            view = {i.filename: hashlib.sha256(archive.read(i)).hexdigest() for i in archive.infolist()}
    except Exception as error:
        view = None
    views.append(view)
json.dump(views, sys.stdout)
`;

/** CPython's zipfile on each of the files. */
export function zipfileViews(folder: string, paths: readonly string[]): readonly View[] {
  const list = join(folder, "paths.txt");
  writeFileSync(list, paths.join("\n"));
  const output = execFileSync(python(), ["-c", ZIPFILE, list], {
    encoding: "utf8",
    maxBuffer: 64 << 20,
  });
  return (JSON.parse(output) as (Record<string, string> | null)[]).map((view) => view ?? undefined);
}

/** True when `unzip -t` finds nothing worse than a warning. */
export function unzipAccepts(unzip: string, path: string): boolean {
  const { status } = spawnSync(unzip, ["-tqq", path], { stdio: "ignore", input: "" });
  return status !== null && status <= 1;
}

export interface YauzlEntry {
  readonly name: string;
  readonly size: number;
  readonly compressedSize: number;
  readonly crc32: number;
  readonly headerOffset: number;
  readonly dataOffset: number;
  readonly bytes: Uint8Array;
}

/** Every member as yauzl reads it; rejects when it refuses the archive or a CRC is wrong. */
export async function yauzlEntries(bytes: Uint8Array): Promise<readonly YauzlEntry[]> {
  const zip = await yauzl.fromBufferPromise(Buffer.from(bytes), { strictFileNames: true });
  const entries: YauzlEntry[] = [];
  for await (const entry of zip.eachEntry()) {
    const header = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
    const stream = await zip.openReadStreamPromise(entry);
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    const content = Buffer.concat(chunks);
    if (crc32(content) !== entry.crc32) throw new Error("the CRC-32 is wrong");
    entries.push({
      name: entry.fileName,
      size: entry.uncompressedSize,
      compressedSize: entry.compressedSize,
      crc32: entry.crc32,
      headerOffset: entry.relativeOffsetOfLocalHeader,
      dataOffset: header.fileDataStart,
      bytes: content,
    });
  }
  return entries;
}
