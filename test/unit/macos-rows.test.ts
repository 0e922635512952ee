/**
 * Known defects of tools for macOS wheels, each with the tests that hold wheelkit to the better answer.
 *
 * The rows are those of a comparison of delocate, its kin, and reports from the field; a row without a
 * test, or a test that is gone, is a failure here.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const FILES = {
  peers: "macho/peers.test.ts",
  edit: "macho/edit.test.ts",
  fat: "macho/fat.test.ts",
  grow: "macho/grow.test.ts",
  room: "macho/room.test.ts",
  sign: "macho/sign.test.ts",
  read: "macho/read.test.ts",
  verify: "macho/verify.test.ts",
  rules: "audit/macos/rules.test.ts",
  verdict: "audit/macos/verdict.test.ts",
  names: "policy/macos/names.test.ts",
  exports: "policy/macos/exports.test.ts",
  tags: "policy/macos/tags.test.ts",
  repair: "repair/macos/repair.test.ts",
  strange: "repair/macos/strange.test.ts",
  runPaths: "repair/macos/run-paths.test.ts",
  folder: "repair/macos/folder.test.ts",
  fuse: "repair/fuse/fuse.test.ts",
  edits: "commands/edit.test.ts",
} as const;

type Proof = readonly [file: keyof typeof FILES, title: string];

/** What is wrong elsewhere, and what proves that it is not wrong here. */
const ROWS: Readonly<Record<string, readonly Proof[]>> = {
  "delocate 1: edits within the wheel alone are thrown away": [
    [
      "repair",
      "find each other by relative names, and a wheel of which only that changes is written",
    ],
  ],
  "delocate 2, 3: exclusion by substring of the whole path, and after the search": [
    ["repair", "are left out by name or path before anybody looks for them"],
  ],
  "delocate 4: a weak library that is missing is fatal": [
    ["repair", "may be missing where they are weak, or where the user says so: both are told"],
  ],
  "delocate 5: run paths of those who load a library do not count": [
    ["repair", "are found by the run paths of whoever loads the library that needs them"],
  ],
  "delocate 6, 8: one resolution and one list of run paths for all architectures": [
    ["peers", "6: resolves each name once per file; facts are per slice"],
    ["peers", "8: fails on a search path that only one slice has"],
    ["repair", "are resolved slice by slice"],
  ],
  "delocate 7: system folders by prefix": [
    ["names", "is compared by whole components of the path"],
    [
      "repair",
      "are the builder's below `/usr/lib64` too, and refused with the folders that were tried",
    ],
  ],
  "delocate 9, 10: equal run paths, a bare `@loader_path`, run paths of leaf libraries": [
    ["peers", "9: leaves the second of two equal search paths"],
    ["repair", "lose run paths that stand twice, slice by slice, and keep a bare `@loader_path`"],
    ["runPaths", "are none of the builder's, none of the working directory's, and none twice"],
  ],
  "delocate 11: two libraries of one base name are fatal": [
    [
      "repair",
      "with one base name are one where they are equal, and get another name where they are not",
    ],
  ],
  "delocate 12: changes before deletions run out of room": [
    ["peers", "12: runs out of header space by changing first and deleting then"],
    ["repair", "takes longer names where run paths are removed in the same step"],
  ],
  "delocate 13: programs in scripts look beside the package": [
    [
      "repair",
      "that are programs in `scripts` move into the package, and a script takes their place",
    ],
  ],
  "delocate 14, 15: architectures of grafted files alone, and of those that no tag claims": [
    ["repair", "demand every architecture of the tag, of `--require-archs`, and of each user"],
    ["repair", "do not hold slices to it that the tag does not claim"],
  ],
  "delocate 16: the platform is not looked at, arm64 before 11, tracebacks of cut files": [
    ["peers", "16: looks at no platform; every target says its own"],
    ["repair", "are not raised by code for a simulator"],
    ["tags", "is always one that PyPI accepts, that some Mac installs, and that keeps its promise"],
    ["strange", "are refused by name where they are cut off"],
  ],
  "delocate 17: code in a wheel for any system": [
    ["strange", "but has code for macOS is an error, and gets the tag that is true"],
  ],
  "delocate 18: what is missing is in no list": [
    ["strange", "names what is missing like everything else"],
  ],
  "delocate 19, 26: errors several times, without the folders, as tracebacks": [
    [
      "repair",
      "are the builder's below `/usr/lib64` too, and refused with the folders that were tried",
    ],
    ["repair", "hold every library to the target, with the file that is in the way"],
  ],
  "delocate 20: relative names lead to the working directory": [
    ["rules", "of the builder and of the working directory are LNK006 and LNK008"],
  ],
  "delocate 21: `addplat -w` into a folder that is not there": [
    ["edits", "make the folder that they are told to write to, and leave the wheel where it is"],
  ],
  "delocate 22: of two texts the second wins silently": [
    ["fuse", "refuses texts that differ, names them, and takes a side when told to"],
  ],
  "delocate 23: signing drops identifier, flags, entitlements and certificates": [
    ["peers", "23: drops the identifier when it signs"],
    ["sign", "entitlements, flags and the version of the hardened runtime are kept"],
    ["sign", "a certificate is lost, which is said, and library validation with it"],
  ],
  "delocate 24: other bytes at every run": [
    ["peers", "24: gives other bytes at every run"],
    ["repair", "is the same whatever the threads, and stays the same when it is repaired again"],
  ],
  "delocate 25: resources of frameworks are lost, Python comes along": [
    ["repair", "come along as `Versions/A` alone, with their property list"],
    ["repair", "are refused where more than code would be lost"],
    ["repair", "are never Python's own"],
  ],
  "delocate 27: several install names of one library": [
    [
      "peers",
      "27: rewrites one of several install names of a library, and dyld refuses equal ones",
    ],
    ["repair", "are one library under all their install names, each with a spelling of its own"],
    ["edit", "a library under three install names is loaded once, and all its symbols lead there"],
  ],
  "delocate 28: names that a Mac takes for one": [
    ["repair", "get another name where a Mac would take two for one"],
  ],
  "delocate 29: arm64e for arm64": [
    ["peers", "29: takes arm64e for arm64"],
    ["repair", "do not take arm64e for arm64"],
    ["verdict", "never takes arm64e for arm64, nor x86_64h for x86_64"],
    ["fat", "arm64e is not arm64"],
  ],
  "delocate 30: images without LC_UUID": [
    ["peers", "30: says nothing of an image without LC_UUID"],
    ["rules", "without LC_UUID, or with two, are LNK020"],
    ["repair", "get an LC_UUID when they are changed without one, the same in every run"],
  ],
  "arwen and llvm-install-name-tool: code is overwritten where the header is full": [
    ["peers", "LLVM and arwen write over the code when the header is full"],
    ["room", "never loses a byte of its code"],
    ["verify", "that lets the load commands overlap the code"],
  ],
  "arwen: the first load alone, absent names, 64-bit fat files, byte order": [
    [
      "peers",
      "arwen changes only the first dependency of a name, and fails where a slice lacks it",
    ],
    ["peers", "arwen knows no 64-bit fat files and no big-endian ones"],
  ],
  "machomachomangler: all padding becomes load commands": [
    ["peers", "machomachomangler says that all the padding is load commands"],
  ],
  "rcodesign: another identifier, other padding": [
    ["sign", "is written byte for byte as codesign writes it"],
    ["sign", "keeps the place and the identifier of the old one, and drops `linker-signed`"],
  ],
  "repairwheel: architectures that differ, full headers, run paths that stay": [
    ["repair", "are resolved slice by slice"],
    ["repair", "is made longer where nothing in it gives way"],
  ],
  "maturin: names that a slice lacks, Python's own library": [["repair", "are never Python's own"]],
  "conda: the signature is not the last load command": [
    ["peers", "conda's LC_CODE_SIGNATURE is not the last load command"],
  ],
  "install_name_tool: flags of the newer loads": [
    ["peers", "install_name_tool loses the flags of the newer form of loads"],
  ],
  "dyld: repeated loads and run paths of newer SDKs": [
    ["rules", "that stand twice are LNK019, graver for newer SDKs"],
    ["repair", "is a library that is loaded twice by one name: one load stays"],
  ],
  "dyld: install names where none may be, or none where one must be": [
    ["rules", "with an id where none may be, or without one, are LNK020"],
    ["edit", "are refused for a bundle, which dyld would not load with one"],
  ],
  "dyld: the SDK decides what is enforced": [
    ["edit", "the systems that a file is built for stay as they are"],
  ],
  "unsigned and stale code of Apple's processors": [
    ["rules", "are signed for Apple's processors, and as they are"],
    ["repair", "is an Apple file without a signature: it gets one, and an Intel file needs none"],
    ["repair", "is a signature that does not fit, on any processor"],
  ],
  "infomap: run paths into other packages decide which library is loaded": [
    [
      "runPaths",
      "lead to other packages and to the system only while something there is needed, and last",
    ],
    ["rules", "into other packages are LNK007 while something is looked for there"],
  ],
  "tags with minor versions, of macOS 16 to 25, of arm64 before 11": [
    ["tags", "is nothing when no Mac looks for the tag"],
    ["tags", "is that of the release that Apple called by another number"],
    ["verdict", "names tags that no Mac looks for, and the one that is true"],
    ["repair", "mend tags that no Mac looks for"],
  ],
  "minimums beyond minos: load commands and imports": [
    ["verdict", "knows load commands that older loaders refuse"],
    [
      "verdict",
      "knows imports that older systems do not export, unless they are weak or the wheel's own",
    ],
    ["verdict", "stays open where no system is known to export a symbol"],
    ["exports", "is open for what no list has, and where there is no list"],
  ],
  "Pillow: libraries of the builder in wheels for iOS": [
    ["verdict", "has no place for loose libraries, bundles and paths of the builder"],
    ["repair", "are refused with a library of the builder's machine, even where that exists"],
    ["repair", "are copied where they are right, and never get a loose library"],
  ],
  "arm64 simulators begin with 14.0": [
    ["verdict", "takes 14.0 as the beginning of simulators on arm64"],
  ],
  "symbols of a flat namespace, often in one slice alone": [
    ["rules", "are told, and are an error where one slice alone has them"],
    ["rules", "are found in libSystem, and in other files of the wheel for the same processor"],
  ],
  "plugins that load Python's own library": [
    ["rules", "is an error of what loads it, under whatever name"],
  ],
  "lipo: static libraries, slices that stay bit for bit": [
    ["fuse", "joins code bit for bit and tags the wheel for both processors"],
    ["fuse", "joins static libraries into a fat one"],
    ["fat", "gives what lipo gives, with slices bit for bit the same"],
  ],
  "object files and Java classes beside libraries": [
    ["peers", "a Java class is not a fat file"],
    ["read", "object files and static libraries in them are known as such"],
    [
      "strange",
      "stay as they are: Java classes, static libraries, object files, a Mach-O header alone",
    ],
  ],
  "namespace packages and links": [
    ["folder", "is beside the modules where no package is at the top"],
    ["strange", "are put beside the modules of namespace packages"],
    ["strange", "behind chains of links are called by the name of the file itself"],
    ["strange", "that are frameworks are found by the run path and by their short name alike"],
  ],
  "DYLD_* and @executable_path": [
    [
      "repair",
      "are found in DYLD_LIBRARY_PATH, in its fallback, in `--lib-path`, and by `@executable_path`",
    ],
  ],
  "headers without a free byte": [
    ["room", "takes names and deletions together that would not fit one by one"],
    ["room", "gives up load commands that loaders do without, and says so"],
    ["room", "grows where nothing else helps"],
    ["grow", "grown by a page is what the linker makes with a page of room"],
  ],
};

describe("every known defect of other tools", () => {
  const texts = new Map(
    Object.values(FILES).map((file) => [
      file,
      readFileSync(new URL(file, import.meta.url), "utf8").replaceAll('\\"', '"'),
    ]),
  );
  for (const [row, proofs] of Object.entries(ROWS)) {
    it(`has a test: ${row}`, () => {
      expect(proofs.length).toBeGreaterThan(0);
      for (const [file, title] of proofs) {
        expect([title, texts.get(FILES[file])?.includes(`("${title}", `)]).toEqual([title, true]);
      }
    });
  }

  it("of delocate is in the list", () => {
    const numbers = Object.keys(ROWS)
      .filter((row) => row.startsWith("delocate "))
      .flatMap((row) => row.slice("delocate ".length).split(":")[0]?.split(", ") ?? [])
      .map(Number);
    const all = Array.from({ length: 30 }, (_, index) => index + 1);
    expect(numbers.toSorted((a, b) => a - b)).toEqual(all);
  });
});
