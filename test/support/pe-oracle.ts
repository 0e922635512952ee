/** What pefile reads in PE files, with its limits raised: by default it leaves out what is beyond them. */
import { execFileSync } from "node:child_process";
import { python } from "./tools.ts";

const SCRIPT = `
import json, sys, pefile
pefile.MAX_SYMBOL_EXPORT_COUNT = pefile.MAX_IMPORT_SYMBOLS = 1 << 20
pefile.MAX_REPEATED_ADDRESSES = pefile.MAX_IMPORT_NAME_LENGTH = 1 << 16
def text(name):
    return None if name is None else name.decode("latin-1")
def tables(pe, name):
    return [[text(each.dll), [text(s.name) if s.name else "#%d" % s.ordinal for s in each.imports]]
            for each in getattr(pe, name, [])]
for path in sys.argv[1:]:
    pe = pefile.PE(path)
    exports = getattr(pe, "DIRECTORY_ENTRY_EXPORT", None)
    symbols = exports.symbols if exports else []
    end = max([s.PointerToRawData + s.SizeOfRawData for s in pe.sections if s.SizeOfRawData])
    config = getattr(pe, "DIRECTORY_ENTRY_LOAD_CONFIG", None)
    print(json.dumps({
        "id": text(exports.name) if exports else None,
        "imports": tables(pe, "DIRECTORY_ENTRY_IMPORT"),
        "delayed": tables(pe, "DIRECTORY_ENTRY_DELAY_IMPORT"),
        "bound": [text(each.name) for each in getattr(pe, "DIRECTORY_ENTRY_BOUND_IMPORT", [])],
        "exports": [[s.ordinal, text(s.name), text(s.forwarder)] for s in symbols],
        "machine": pefile.MACHINE_TYPE[pe.FILE_HEADER.Machine],
        "checksum": pe.OPTIONAL_HEADER.CheckSum,
        "right": pe.generate_checksum(),
        "sections": [[s.VirtualAddress, s.Misc_VirtualSize, s.PointerToRawData, s.SizeOfRawData] for s in pe.sections],
        "sizeOfImage": pe.OPTIONAL_HEADER.SizeOfImage,
        "sizeOfHeaders": pe.OPTIONAL_HEADER.SizeOfHeaders,
        "mappedEnd": end,
        "relocations": sum(1 for b in getattr(pe, "DIRECTORY_ENTRY_BASERELOC", []) for e in b.entries if e.type),
        "debug": [[d.struct.Type, d.struct.PointerToRawData, pe.get_offset_from_rva(d.struct.AddressOfRawData) if d.struct.AddressOfRawData else None]
                  for d in getattr(pe, "DIRECTORY_ENTRY_DEBUG", [])],
        "resources": [[t.id, n.id, l.id] for t in (pe.DIRECTORY_ENTRY_RESOURCE.entries if hasattr(pe, "DIRECTORY_ENTRY_RESOURCE") else [])
                      for n in t.directory.entries for l in n.directory.entries],
        "warnings": pe.get_warnings(),
    }))
`;

type Table = readonly [library: string, symbols: readonly string[]];

export interface PefileFacts {
  readonly id: string | null;
  readonly imports: readonly Table[];
  readonly delayed: readonly Table[];
  readonly bound: readonly string[];
  readonly exports: readonly (readonly [number, string | null, string | null])[];
  readonly machine: string;
  readonly checksum: number;
  readonly right: number;
  /** Address and size in memory, offset and size in the file. */
  readonly sections: readonly (readonly [number, number, number, number])[];
  readonly sizeOfImage: number;
  readonly sizeOfHeaders: number;
  readonly mappedEnd: number;
  readonly relocations: number;
  /** Type, file offset, and the file offset of its address. */
  readonly debug: readonly (readonly [number, number, number | null])[];
  readonly resources: readonly (readonly number[])[];
  readonly warnings: readonly string[];
}

/** Of each file, in order. */
export function readByPefile(paths: readonly string[]): readonly PefileFacts[] {
  const output = execFileSync(python(), ["-c", SCRIPT, ...paths], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  return output
    .split("\n")
    .filter((line) => line !== "")
    .map((line): PefileFacts => JSON.parse(line));
}

/** Modules of the forwarders, each once, in the order of the ordinals. */
export function forwarderModules({ exports }: PefileFacts): readonly string[] {
  const modules = new Map<string, string>();
  for (const [, , forwarder] of exports) {
    if (forwarder === null) continue;
    const module = forwarder.slice(0, forwarder.lastIndexOf("."));
    if (!modules.has(module.toLowerCase())) modules.set(module.toLowerCase(), module);
  }
  return [...modules.values()];
}
