/** Other programs read the same in Mach-O files, before and after edits. */
import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type MachoSlice, macho, versionText } from "../../../src/macho/index.ts";
import type { NativeEdit } from "../../../src/native-edit.ts";
import { memorySource } from "../../../src/source.ts";
import { factsOf, imageOf, rewritten, sliceOf } from "../../support/macho.ts";
import { buildMacho } from "../../support/macho-builder.ts";
import {
  linkedFixtures,
  machoFixture,
  machoFixturePath,
  machoFixtures,
} from "../../support/macho-fixtures.ts";
import { scratchFolder } from "../../support/scratch.ts";
import { hasPython, python, requireTool } from "../../support/tools.ts";

/** What a repair does to a file. */
function repairOf(slices: readonly MachoSlice[]): readonly NativeEdit[] {
  const names = new Set(slices.flatMap(({ dependencies }) => dependencies.map(({ name }) => name)));
  return [
    ...[...names]
      .filter((name) => !name.startsWith("/usr/lib/"))
      .map((from): NativeEdit => {
        const to = `@loader_path/../demo.dylibs/${from.split("/").at(-1)}`;
        return { kind: "replace-dependency", from, to };
      }),
    ...(slices.every(({ kind }) => kind === "shared")
      ? [{ kind: "set-id", id: "/DLC/demo/.dylibs/demo.dylib" } as const]
      : []),
    { kind: "set-search-paths", paths: ["@loader_path/lib"] },
  ];
}

/** Every linked fixture, and what a repair and a strip make of it. */
function writtenFiles(): readonly string[] {
  const folder = scratchFolder();
  return linkedFixtures().flatMap((name) => {
    const original = machoFixture(name);
    const repair = repairOf(factsOf(original).slices);
    const results: readonly (readonly [string, readonly NativeEdit[]])[] = [
      ["repaired", repair],
      ["stripped", [{ kind: "strip", level: "all" }]],
      ["both", [{ kind: "strip", level: "all" }, ...repair]],
    ];
    return [
      machoFixturePath(name),
      ...results.flatMap(([what, edits]) => {
        // A header without a free byte takes no longer names.
        if (name.startsWith("full") && what !== "stripped") return [];
        const path = join(folder, `${name}-${what}`);
        writeFileSync(path, rewritten(original, edits));
        return [path];
      }),
    ];
  });
}

const LIEF = `
import json, sys, lief
lief.logging.disable()
KINDS = {"LOAD_DYLIB": "required", "LOAD_WEAK_DYLIB": "weak", "REEXPORT_DYLIB": "reexport",
         "LOAD_UPWARD_DYLIB": "upward", "LAZY_LOAD_DYLIB": "lazy"}
def name(value): return str(value).split(".")[-1]
for path in sys.argv[1:]:
    slices = []
    fat = lief.MachO.parse(path)
    for index in range(fat.size):
        b = fat.at(index)
        loads = [[c.name, KINDS[name(c.command)]] for c in b.commands
                 if isinstance(c, lief.MachO.DylibCommand) and name(c.command) in KINDS]
        ids = [c.name for c in b.commands
               if isinstance(c, lief.MachO.DylibCommand) and name(c.command) == "ID_DYLIB"]
        slices.append({
            "type": name(b.header.file_type),
            "commands": b.header.nb_cmds,
            "id": ids[0] if ids else None,
            "loads": loads,
            "rpaths": [r.path for r in b.rpaths],
            "minos": list(b.build_version.minos) if b.has_build_version else list(b.version_min.version),
            "uuid": bytes(b.uuid.uuid).hex() if b.has_uuid else None,
            "signature": [b.code_signature.data_offset, b.code_signature.data_size] if b.has_code_signature else None,
            "sections": [[s.segment_name, s.name, s.offset, s.size] for s in b.sections],
            "exports": sorted(s.name for s in b.exported_symbols),
        })
    print(json.dumps(slices))
`;

describe.skipIf(!hasPython())("LIEF", () => {
  it("reads the same facts, of edited files too", () => {
    // It knows no 64-bit fat headers.
    const paths = writtenFiles().filter((path) => !path.includes("fat64"));
    const lines = execFileSync(python(), ["-c", LIEF, ...paths], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      maxBuffer: 1 << 26,
    }).split("\n");
    expect(paths.length).toBeGreaterThan(80);
    for (const [index, path] of paths.entries()) {
      expect([path, JSON.parse(lines[index] ?? "null")]).toEqual([path, liefFacts(path)]);
    }
  });
});

const TYPES: Readonly<Record<string, string>> = {
  MH_DYLIB: "DYLIB",
  MH_BUNDLE: "BUNDLE",
  MH_EXECUTE: "EXECUTE",
};

function liefFacts(path: string): object {
  const bytes = readFileBytes(path);
  return factsOf(bytes).slices.map((slice) => {
    const image = imageOf(bytes, slice.arch);
    const signature = image.signature();
    const { minos } = slice;
    return {
      type: TYPES[slice.fileType],
      commands: image.commands.length,
      id: slice.id,
      loads: slice.dependencies.map(({ name, how }) => [name, how]),
      rpaths: slice.searchPaths.map((each) => each.path),
      minos: [minos?.major, minos?.minor, minos?.patch],
      uuid: slice.uuid?.replaceAll("-", "").toLowerCase() ?? null,
      signature: signature === null ? null : [signature.offset, signature.size],
      sections: image.segments.flatMap(({ sections }) =>
        sections.map((each) => [each.segment, each.name, each.offset, Number(each.size)]),
      ),
      exports: (image.exports() ?? []).map(({ name }) => name).sort(),
    };
  });
}

function readFileBytes(path: string): Uint8Array {
  const { stdout } = spawnSync("cat", [path], { maxBuffer: 1 << 26 });
  return new Uint8Array(stdout);
}

const PAGES = `
import hashlib, struct, sys
def slices(b):
    m, n = struct.unpack(">II", b[:8])
    if m not in (0xcafebabe, 0xcafebabf): return [(0, len(b))]
    if m == 0xcafebabe: return [struct.unpack(">8xII4x", b[8+20*i:28+20*i]) for i in range(n)]
    return [struct.unpack(">8xQQ8x", b[8+32*i:40+32*i]) for i in range(n)]
total = 0
for path in sys.argv[1:]:
    b = open(path, "rb").read()
    for start, size in slices(b):
        s = b[start:start+size]
        wide = struct.unpack("<I", s[:4])[0] == 0xfeedfacf
        at, place = (32 if wide else 28), None
        count, area = struct.unpack("<II", s[16:24])
        end = at + area
        for _ in range(count):
            cmd, length = struct.unpack("<II", s[at:at+8])
            if cmd == 0x1d: place = struct.unpack("<II", s[at+8:at+16])
            at += length
        assert at == end, path
        if place is None: continue
        offset, length = place
        assert offset % 16 == 0 and offset + length == size, path
        g = s[offset:]
        magic, used, blobs = struct.unpack(">III", g[:12])
        assert magic == 0xfade0cc0 and used <= length and not any(g[used:]), path
        parts = {}
        for i in range(blobs):
            slot, where = struct.unpack(">II", g[12+8*i:20+8*i])
            parts[slot] = g[where:where+struct.unpack(">I", g[where+4:where+8])[0]]
        cd = parts[0]
        hashes, _, special, pages, limit = struct.unpack(">IIIII", cd[16:36])
        width, kind, _, shift = struct.unpack(">BBBB", cd[36:40])
        assert limit == offset and kind == 2 and pages == -(-limit >> shift), path
        for i in range(pages):
            page = s[i << shift:min((i + 1) << shift, limit)]
            assert hashlib.sha256(page).digest() == cd[hashes+width*i:hashes+width*(i+1)], (path, i)
            total += 1
        for slot in range(1, special + 1):
            digest = cd[hashes-width*slot:hashes-width*(slot-1)]
            wanted = hashlib.sha256(parts[slot]).digest() if slot in parts else bytes(width)
            assert digest == wanted, (path, slot)
print(total)
`;

describe.skipIf(!hasPython())("Python's hashlib", () => {
  it("agrees with every page hash of edited files", () => {
    const paths = writtenFiles();
    const args = ["-c", PAGES, ...paths];
    const { stdout, stderr } = spawnSync(python(), args, { encoding: "utf8" });
    expect(stderr).toBe("");
    expect(Number(stdout)).toBeGreaterThan(500);
  });
});

describe.skipIf(requireTool("llvm-objdump") === undefined)("llvm-objdump", () => {
  const objdump = (args: readonly string[]): string => {
    const result = spawnSync("llvm-objdump", ["--macho", "--arch=all", ...args], {
      encoding: "utf8",
      maxBuffer: 1 << 26,
    });
    expect(result.stderr.replace(/^.*warning:.*$/gm, "").trim()).toBe("");
    return result.stdout;
  };

  it("finds nothing wrong with edited files, and the same load commands", () => {
    for (const path of writtenFiles()) {
      const text = objdump(["--private-headers", path]);
      const names = [...text.matchAll(/^ *cmd (LC_\w+)$/gm)].map(([, name]) => name);
      const bytes = readFileBytes(path);
      const ours = factsOf(bytes).slices.flatMap(({ arch }) =>
        imageOf(bytes, arch).commands.map(({ name }) => name),
      );
      expect([path, names]).toEqual([path, ours]);
    }
  });

  it("reads what the dump says of each load command", () => {
    for (const name of linkedFixtures()) {
      const text = objdump(["--private-headers", machoFixturePath(name)]);
      const theirs = text.split(/^Load command \d+$/m).slice(1);
      const dump = JSON.parse(JSON.stringify(macho.open(memorySource(machoFixture(name))).dump()));
      const ours: Record<string, unknown>[] = dump.slices.flatMap(
        (slice: { commands: unknown[] }) => slice.commands,
      );
      expect([name, ours.length]).toEqual([name, theirs.length]);
      for (const [index, fields] of ours.entries()) compareCommand(fields, theirs[index] ?? "");
    }
  });

  it("disassembles the same code before and after", () => {
    for (const name of ["liba-fat", "many-x86_64", "main-arm64"]) {
      const original = machoFixture(name);
      const path = join(scratchFolder(), "edited");
      writeFileSync(path, rewritten(original, repairOf(factsOf(original).slices)));
      const code = (file: string): string =>
        objdump(["-d", "--no-symbolic-operands", file]).replaceAll(file, "FILE");
      expect(code(path)).toBe(code(machoFixturePath(name)));
    }
  });

  it("binds each symbol to the library that we name", () => {
    for (const name of ["many-x86_64", "cxx-x86_64", "liba-arm64-opcodes"]) {
      const original = machoFixture(name);
      const path = join(scratchFolder(), "edited");
      const bytes = rewritten(original, repairOf(factsOf(original).slices));
      writeFileSync(path, bytes);
      const rows = `${objdump(["--bind", path])}${objdump(["--lazy-bind", path])}`
        .split("\n")
        .flatMap((line) => {
          const match = /^__\w+ .* (\S+) +(\S+?)(?: \(weak import\))?$/.exec(line);
          return match === null ? [] : [`${match[2]?.replace(/^_/, "")} ${match[1]}`];
        });
      const ours = sliceOf(factsOf(bytes)).imports.map(
        ({ name: symbol, library = "flat-namespace" }) => `${symbol} ${guessName(library)}`,
      );
      expect([...new Set(rows)].sort()).toEqual([...new Set(ours)].sort());
    }
  });
});

/** As llvm shortens install names. */
function guessName(library: string): string {
  const base = library.split("/").at(-1) ?? "";
  return base.replace(/\.dylib$/, "").replace(/\.[A-Z\d.]+$/, "");
}

/** Fields that both print, by the names of llvm-objdump. */
function compareCommand(fields: Readonly<Record<string, unknown>>, text: string): void {
  const line = (label: string): string | undefined =>
    new RegExp(`^ *${label} (.*)$`, "m").exec(text)?.[1];
  expect(line("cmd")).toBe(fields.cmd);
  expect(Number(line("cmdsize"))).toBe(fields.cmdsize);
  for (const label of NUMBERS) {
    const found = line(label);
    if (found !== undefined && fields[label] !== undefined) {
      expect([label, Number(found.split(" ")[0])]).toEqual([label, Number(fields[label])]);
    }
  }
  for (const label of ["name", "path", "segname", "uuid", "minos", "sdk"]) {
    const found = line(label);
    if (found === undefined || fields[label] === undefined) continue;
    const plain = found.replace(/ \(offset \d+\)$/, "");
    const expected = String(fields[label]);
    if (label === "sdk" && plain === "n/a") continue;
    expect([label, plain]).toEqual([label, expected]);
  }
}

const NUMBERS: readonly string[] = [
  "fileoff",
  "filesize",
  "vmaddr",
  "vmsize",
  "dataoff",
  "datasize",
  "symoff",
  "nsyms",
  "stroff",
  "strsize",
  "ilocalsym",
  "nlocalsym",
  "iextdefsym",
  "nextdefsym",
  "iundefsym",
  "nundefsym",
  "indirectsymoff",
  "nindirectsyms",
  "rebase_off",
  "rebase_size",
  "bind_off",
  "bind_size",
  "weak_bind_off",
  "lazy_bind_off",
  "export_off",
  "export_size",
  "entryoff",
  "stacksize",
];

describe("the npm package macho", () => {
  const peer: { parse(file: Buffer): PeerFile } = createRequire(import.meta.url)("macho");

  it("reads the same headers of thin little-endian files", () => {
    const thin = machoFixtures().filter((name) => factsOf(machoFixture(name)).fat === null);
    const files = [...thin.map(machoFixture), buildMacho({ bits: 32 })];
    for (const bytes of files) {
      const theirs = peer.parse(Buffer.from(bytes));
      const image = imageOf(bytes);
      expect(theirs.bits).toBe(image.bits);
      expect(theirs.ncmds).toBe(image.header.ncmds);
      expect(theirs.sizeofcmds).toBe(image.header.sizeofcmds);
      const segments = theirs.cmds.filter(({ type }) => /^segment/.test(String(type)));
      expect(segments.map(({ name, filesize }) => [name, filesize])).toEqual(
        image.segments.map(({ name, filesize }) => [name, filesize]),
      );
      const loads = theirs.cmds.filter(({ type }) => type === "load_dylib");
      expect(loads.map(({ name }) => name)).toEqual(
        image.dylibs.filter(({ how }) => how === "required").map(({ path }) => path),
      );
    }
    expect(files.length).toBeGreaterThan(20);
  });
});

interface PeerFile {
  readonly bits: number;
  readonly ncmds: number;
  readonly sizeofcmds: number;
  readonly cmds: readonly Readonly<Record<string, unknown>>[];
}

it("versions are printed as other tools print them", () => {
  expect(versionText({ major: 12, minor: 3, patch: 0 })).toBe("12.3");
  expect(versionText({ major: 10, minor: 15, patch: 7 })).toBe("10.15.7");
});
