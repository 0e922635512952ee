/**
 * Known defects of tools for Windows wheels, each with the tests that hold wheelkit to the better answer.
 *
 * The rows are those of a comparison of delvewheel, its kin, and reports from the field; a row without a
 * test, or a test that is gone, is a failure here.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const FILES = {
  defects: "../e2e/windows-defects.test.ts",
  wine: "../e2e/windows-repair.test.ts",
  runtimes: "../e2e/windows-runtimes.test.ts",
  patch: "repair/windows/init-patch.test.ts",
  pythons: "../differential/init-patch.test.ts",
  plan: "repair/windows/plan.test.ts",
  mangle: "repair/windows/mangle.test.ts",
  companions: "repair/windows/companions.test.ts",
  audit: "audit/windows.test.ts",
  edit: "pe/edit.test.ts",
  strip: "pe/strip.test.ts",
  facts: "pe/facts.test.ts",
  interpreter: "policy/windows/interpreter.test.ts",
  baseline: "policy/windows/baseline.test.ts",
  native: "commands/edit-native.test.ts",
  host: "commands/windows-host.test.ts",
  hostPath: "node/host-path.test.ts",
} as const;

type Proof = readonly [file: keyof typeof FILES, title: string];

/** What is wrong elsewhere, and what proves that it is not wrong here. */
const ROWS: Readonly<Record<string, readonly Proof[]>> = {
  "delvewheel: forwarders are no dependencies, and their targets keep their names": [
    ["defects", "follows forwarders, and renames their targets"],
    ["edit", "to a renamed library follow, with a copy of the export directory around them"],
  ],
  "delvewheel: a section without a size in memory is written over": [
    ["defects", "keeps the content of sections without a size in memory"],
    ["edit", "goes into a section of its own where VirtualSize is 0, so that nothing is padding"],
  ],
  "delvewheel: the debug directory is stale once the headers grew": [
    ["defects", "has debug data where the debug directory says"],
    [
      "edit",
      "lets the headers grow where there is no stub, and all that counts bytes of the file follows",
    ],
  ],
  "delvewheel: bound imports are overwritten": [["defects", "has no bindings left: %s"]],
  "delvewheel: circles crash it": [
    ["defects", "names DLLs that need each other"],
    [
      "mangle",
      "names the files of a circle, whatever the order, and changes all of them with any of them",
    ],
  ],
  "delvewheel: dead certificates stay": [
    ["defects", "has no part of a signature left: %s"],
    ["edit", "a signature is taken off with its bytes, and said to be"],
  ],
  "delvewheel: few data directories crash it": [["defects", "may have few data directories"]],
  "delvewheel: padding that is in use is written over": [
    ["defects", "keeps what lies in its padding"],
    ["edit", "goes into a section of its own where there are other bytes in the padding"],
  ],
  "delvewheel: a DLL without the symbols is taken": [
    ["defects", "refuses a DLL that lacks what is imported of it"],
  ],
  "delvewheel: paths in lower case": [["defects", "keeps the case of paths"]],
  "delvewheel: another case of the dist-info folder": [
    ["defects", "may have a dist-info folder in other case"],
  ],
  "delvewheel: every other tag is AMD64": [
    ["defects", "takes the processor of the files for a wheel whose tag names none"],
  ],
  "delvewheel: API sets and newer Windows are missing DLLs": [
    ["defects", "searches for no API set, nor for what newer versions of Windows have"],
    ["baseline", "tells API sets from DLLs"],
  ],
  "delvewheel: a search path that is a file": [
    ["defects", "passes over a search path that is a file or nothing"],
  ],
  "delvewheel: names with blanks, and beyond ASCII": [
    ["defects", "takes the name of %s"],
    ["edit", "may have letters beyond ASCII"],
  ],
  "delvewheel: delayed imports of the old form are corrupted": [
    ["defects", "keeps delayed imports of the old form in it"],
    ["edit", "with absolute addresses gets an absolute one"],
  ],
  "delvewheel: no wheel where nothing is to do, and no error for what is missing": [
    ["defects", "comes out of a repair that finds nothing to do, and of one that was done before"],
    ["defects", "that lacks a DLL fails its audit"],
  ],
  "delvewheel: the folder to unpack into is wiped": [
    ["defects", "is never unpacked over what is there"],
  ],
  "delvewheel: the load order differs from run to run": [
    ["defects", "has the same bytes whenever and wherever it is repaired, load orders included"],
    ["plan", "lists the DLLs for old Pythons, sorted"],
  ],
  "delvewheel: a strip changes the time stamp and moves the headers": [
    ["defects", "keeps its time stamp and the place of its headers when it is stripped"],
    ["strip", "leaves out DWARF and symbols, and nothing else moves"],
  ],
  "delvewheel: modes and times are lost": [["defects", "keeps the modes and times of members"]],
  "delvewheel: folders of data become packages": [
    ["defects", "gets no code in packages without modules, and no package where there was none"],
    ["plan", "patches only the outermost package of modules that need it"],
  ],
  "delvewheel: what is included is not analysed": [
    ["defects", "analyses and lists what it includes"],
  ],
  "delvewheel: files for other processors are passed over in silence": [
    ["defects", "passes over DLLs for other processors, ARM64EC ones too, and files that are none"],
    ["audit", "is never a file for another processor, and ARM64EC is one for x64"],
  ],
  "delvewheel: one of two names that differ in case, by chance": [
    ["defects", "chooses among names that differ in case, and says so"],
  ],
  "delvewheel: modules that it can't patch": [
    ["defects", "get the code: %s"],
    ["patch", "finds the place in a module with $name"],
    ["pythons", "runs modules with the code %s as it runs them without"],
  ],
  "redll and bfd: an import table that others can't read, overlays, the checksum": [
    ["wine", "has the structure that pefile, LIEF, llvm-readobj and osslsigncode expect"],
    ["edit", "other bytes after the sections are kept"],
    ["edit", "the checksum is right where there is one, and stays zero where there is none"],
  ],
  "maturin: what is not found is left out in silence, and flags are cleared in a signed file": [
    ["plan", "stops a repair when a module needs it"],
    ["edit", "flags that would hide the wheel's libraries are cleared"],
  ],
  "maturin: two files of one name are an error": [
    ["plan", "renames one of two different DLLs of a name, and none of two that are the same"],
    ["wine", "each module gets its own, in one process"],
  ],
  "pe-library: COFF symbols": [
    ["edit", "COFF symbols stay after a section that is added before them"],
  ],
  "real wheels: DLLs that are in the wheel already": [
    ["defects", "finds DLLs that are in the wheel, wherever they are, before others"],
    ["audit", "is the wheel before the folders that are given, whatever their case"],
    ["plan", "leaves DLLs beside their users alone, with their names"],
  ],
  "real wheels: a delayed DLL is not found by folders that code adds": [
    ["plan", "loads at once what is otherwise looked for at first use"],
  ],
  "real wheels: runtimes with their chains": [
    ["runtimes", "come with their chain, in the %s layout"],
  ],
  "field: `replace-needed` with another case, and in place": [
    ["native", "finds the DLL `b.dll` by %s, as Windows does"],
    ["edit", "is found without regard to case, and with or without the extension"],
  ],
  "field: names without an extension, and modules as dependencies": [
    ["facts", "may have blanks, capitals, another extension or none"],
    ["audit", "LNK013: what only code leads to, and modules as dependencies"],
  ],
  "field: the header's machine is not enough": [
    ["facts", "of ARM64EC and ARM64X is told by the load configuration, not by the header"],
    ["audit", "finds files for other processors, gravely when Python would load them"],
    ["edit", "to give a file for two machines a longer name, but not a shorter one"],
  ],
  "field: a folder of libraries may be Windows' own": [
    ["audit", "is Windows for what lies in a folder of Windows, but for the C++ runtime"],
    ["audit", "is Windows for what says that it is a part of it, wherever a copy lies"],
    ["audit", "LNK015: what a Windows of the tags lacks"],
  ],
  "field: OpenMP of LLVM, and debug runtimes": [
    ["audit", "LNK012: the C++ runtime, debug runtimes, and OpenMP of LLVM"],
    ["interpreter", "of `%s` says %s"],
  ],
  "field: abi3t, and the Python of MSYS2": [["audit", "ABI004: %s and %s"]],
  "field: a folder that can't be added, and code that runs again": [
    ["pythons", "runs modules with the code %s as it runs them without"],
  ],
  "field: an `__init__.py` that another project has": [
    ["plan", "goes deeper in namespace packages, of every kind"],
    ["plan", "puts copies beside modules that no code of the wheel runs before"],
  ],
  "field: paths that are too long": [
    ["audit", "LNK016: paths that Windows may not load"],
    [
      "defects",
      "whose DLLs get a path beyond what Windows loads says so, and which signatures are gone",
    ],
  ],
  "field: signatures that need not die": [
    ["plan", "leaves DLLs beside their users alone, with their names"],
    ["edit", "stays as it is without rewriting anything"],
    ["edit", "a file that Windows loads only with a signature is said to be one"],
  ],
  "field: import libraries in a folder of their own": [
    ["companions", "may be an import library in `lib`, where CMake installs it, or GNU's"],
  ],
  "field: an unmangled runtime that others load first": [
    ["audit", "LNK009: two DLLs of one name, and names that others use"],
    ["plan", "that is nowhere has a hint of its own"],
  ],
  "hosts: lists with drives, patterns, and blanks around folders": [
    ["host", "libraries are found where lists with drives and `;` say, by an audit and a repair"],
    [
      "host",
      "wheels are named by a pattern, which no shell replaces, and once in whatever spelling",
    ],
    ["hostPath", "takes drives for what they are on Windows"],
  ],
};

describe("every known defect of other tools for Windows", () => {
  const texts = new Map(
    Object.values(FILES).map((file) => [
      file,
      readFileSync(new URL(file, import.meta.url), "utf8").replaceAll('\\"', '"'),
    ]),
  );
  it.each(Object.entries(ROWS))("has a test: %s", (_, proofs) => {
    expect(proofs.length).toBeGreaterThan(0);
    for (const [file, title] of proofs) {
      const isTitle = texts.get(FILES[file])?.includes(`"${title}",`) === true;
      expect([title, isTitle]).toEqual([title, true]);
    }
  });
});
