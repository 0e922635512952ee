/** One answer to each defect, whatever command is to write the wheel. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { isRefused } from "../../src/edit/refused.ts";
import { RefusalError } from "../../src/errors.ts";
import { formatOf } from "../../src/formats.ts";
import { nodeCompression } from "../../src/node/compression.ts";
import { memorySource } from "../../src/source.ts";
import { WHEEL_RULES } from "../../src/wheel/rules.ts";
import { ZIP_RULES } from "../../src/zip/rules.ts";
import { readWheelBytes, wheelkit } from "../support/commands.ts";
import { elfFixture } from "../support/elf-fixtures.ts";
import { FORMAT_CASES } from "../support/formats.ts";
import { scratchFolder } from "../support/scratch.ts";
import { buildWheel, recordLine, wheelFileName, wheelMembers } from "../support/wheel-builder.ts";
import { buildZip } from "../support/zip-builder.ts";
import { LINUX, verdict } from "../support/zip-verdict.ts";
import { LAYOUT_CASES } from "./wheel/layout-cases.ts";
import { METADATA_CASES } from "./wheel/metadata-cases.ts";
import { RECORD_CASES } from "./wheel/record-cases.ts";
import { CASES } from "./zip-cases.ts";

const FILE = "demo-1.0-py3-none-any.whl";

/** Each with its options in front of `-w OUT WHEEL` or `--in-place WHEEL`. */
const WRITERS: Readonly<Record<string, (path: string, out: string) => readonly string[]>> = {
  edit: (path, out) => ["edit", "--set", "Keywords=x", "-w", out, path],
  "edit in place": (path) => ["edit", "--set", "Keywords=x", "--in-place", path],
  "edit a version": (path, out) => ["edit", "--version", "2.0", "-w", out, path],
  "edit --canonical": (path, out) => ["edit", "--canonical", "-w", out, path],
  "edit that changes nothing": (path, out) => ["edit", "--version", "1.0", "-w", out, path],
  tags: (path, out) => ["tags", "--build", "1", "-w", out, path],
  "links add": (path, out) => ["links", "add", "-w", out, path, "demo/zz.txt=demo/__init__.py"],
  repair: (path, out) => ["repair", "-w", out, path],
  shrink: (path, out) => ["shrink", "-j", "1", "-w", out, path],
};

/** Cases that leave out a file without which there is no wheel. */
const NEEDED: ReadonlySet<string> = new Set(["DST001 none", "MET001 missing", "MET001 too large"]);

/** What becomes of a wheel whose gravest defect has this code. */
type Answer = "written" | "refused" | "unreadable";

const ZIP_ANSWERS: Readonly<Record<keyof typeof ZIP_RULES, Answer>> = {
  ZIP001: "unreadable",
  ZIP002: "refused",
  ZIP003: "written",
  ZIP004: "written",
  ZIP005: "written",
  ZIP006: "refused",
  ZIP007: "refused",
  ZIP008: "refused",
  ZIP009: "refused",
  ZIP010: "refused",
  ZIP011: "written",
  ZIP012: "refused",
  ZIP013: "refused",
  ZIP014: "written",
  ZIP015: "refused",
  ZIP016: "refused",
  ZIP017: "refused",
  ZIP018: "refused",
  ZIP019: "refused",
  ZIP020: "refused",
  ZIP021: "refused",
  ZIP022: "written",
  ZIP023: "refused",
  ZIP024: "refused",
  ZIP025: "refused",
  ZIP026: "refused",
  ZIP027: "refused",
  ZIP028: "written",
  ZIP029: "written",
  ZIP030: "refused",
  ZIP031: "refused",
  ZIP032: "refused",
  ZIP033: "written",
  ZIP034: "written",
  ZIP035: "written",
  ZIP036: "written",
  ZIP037: "written",
  ZIP038: "refused",
  ZIP039: "written",
  ZIP040: "written",
  ZIP041: "refused",
  ZIP042: "written",
  ZIP043: "written",
  ZIP044: "written",
  ZIP045: "written",
};

async function answers(bytes: Uint8Array, file: string = FILE): Promise<Record<string, Answer>> {
  const found: Record<string, Answer> = {};
  for (const [name, argv] of Object.entries(WRITERS)) {
    const folder = scratchFolder();
    const path = join(folder, file);
    const out = join(folder, "out");
    writeFileSync(path, bytes);
    const { status, err } = await wheelkit(...argv(path, out), "-q");
    expect([0, 3, 4], `${name}: ${err}`).toContain(status);
    const written = existsSync(out) ? readdirSync(out) : [];
    if (status !== 0) {
      expect([written, new Uint8Array(readFileSync(path))], name).toEqual([[], bytes]);
    }
    found[name] = status === 0 ? "written" : status === 3 ? "refused" : "unreadable";
  }
  return found;
}

const all = (answer: Answer): Record<string, Answer> =>
  Object.fromEntries(Object.keys(WRITERS).map((name) => [name, answer]));

/** The gravest of the answers to the errors of an archive. */
function expected(archive: Uint8Array): Answer {
  const { index, codes } = verdict(archive, { targets: LINUX });
  if (!index.readable) return "unreadable";
  return codes("error").some(isRefused) ? "refused" : "written";
}

describe("every command that writes gives one answer", () => {
  it.each(CASES.map((each, at) => [at, each.code, each.what, each.archive] as const))(
    "%i to %s: %s",
    async (_at, _code, what, archive) => {
      const wheel = verdict(archive).index.byName.has("demo-1.0.dist-info/METADATA");
      const found = await answers(archive);
      // The reproducible form has no entries for folders: there the file is no folder any more.
      if (what === "a and a/") found["edit --canonical"] = "refused";
      const answer = expected(archive);
      expect(found).toEqual(all(answer === "written" && !wheel ? "refused" : answer));
    },
  );

  const rules = Object.entries({ ...RECORD_CASES, ...LAYOUT_CASES, ...METADATA_CASES });
  it.each(
    rules.flatMap(([code, { breaks }]) => breaks.map((each) => [code, each.what, each] as const)),
  )("to %s: %s", async (code, what, { wheel }) => {
    const { filename = wheelFileName(wheel), ...spec } = wheel;
    const bytes = buildWheel(spec);
    const found = Object.values(await answers(bytes, filename));
    const refused =
      isRefused(code) || NEEDED.has(`${code} ${what}`) || expected(bytes) === "refused";
    // What is not on the list may still be too little for one command: no native code to repair.
    expect(found.every((answer) => answer === "refused")).toBe(refused);
    expect(found.includes("unreadable")).toBe(false);
  });

  it.each([
    ["\u0007", "ESC", "\u001b[2J"],
    ["a line feed and a command", "LF", "\n::error::x"],
    ["text that runs backwards", "RLO", "\u202e"],
    ["a backslash", "\\", "\\"],
    ["a C1 control", "CSI", "\u009b"],
  ])("to a file name with %s", async (_what, _name, piece) => {
    const file = `demo-1.0-1${piece}-py3-none-any.whl`;
    expect(await answers(buildWheel(), file)).toEqual(all("refused"));
    const bare = join(scratchFolder(), `lib${piece}.so`);
    writeFileSync(bare, elfFixture("rpath"));
    const second = join(scratchFolder(), file);
    writeFileSync(second, buildWheel());
    const first = join(scratchFolder(), FILE);
    writeFileSync(first, buildWheel());
    for (const argv of [
      ["edit", "--set-id", "x.so", "--in-place", bare],
      ["edit", "--set-rpath", "/x", "-w", scratchFolder(), bare],
      ["fuse", "-w", scratchFolder(), first, second],
    ]) {
      const { status, err } = await wheelkit(...argv);
      expect([status, err]).toEqual([3, expect.stringContaining("[NAM008]")]);
    }
  });
});

/** What a repair makes of a library in a wheel, and `edit` of the library alone, by the same edits. */
describe("a native file alone and in a wheel", () => {
  it.each(
    FORMAT_CASES.flatMap(({ format, fixtures, bytes, words }) =>
      fixtures.map((name) => [format.name, name, format, bytes, words] as const),
    ),
  )("get one answer: %s %s", async (_format, name, format, bytes, words) => {
    const folder = scratchFolder();
    const damages: readonly (readonly [string, Uint8Array])[] = [
      ["as it is", bytes(name)],
      ["cut in half", bytes(name).subarray(0, bytes(name).length / 2)],
      ["without its tables", Uint8Array.from(bytes(name), (byte, at) => (at > 200 ? 0 : byte))],
      [
        "with offsets out of it",
        Uint8Array.from(bytes(name), (byte, at) => (at > 24 && at < 200 ? 0xff : byte)),
      ],
    ];
    for (const [what, content] of damages) {
      const path = join(folder, "lib.so");
      writeFileSync(path, content);
      const edit = { kind: "set-id", id: words.id } as const;
      let wanted: string;
      try {
        format.rewrite(memorySource(content), [edit], {
          hasher: nodeCompression.hasher,
          name: "lib.so",
        });
        wanted = "written";
      } catch (error) {
        wanted = error instanceof RefusalError ? error.code : "unreadable";
      }
      const { status, err } = await wheelkit("edit", "--set-id", words.id, "--in-place", path);
      if (formatOf(content.subarray(0, 64)) === undefined) {
        expect([what, status, err]).toEqual([
          what,
          2,
          expect.stringContaining("not a native file"),
        ]);
        continue;
      }
      const answer =
        status === 0
          ? "written"
          : status === 4
            ? "unreadable"
            : (/\[([a-z-]+)\]/.exec(err)?.[1] ?? err);
      expect([what, status === 70, answer]).toEqual([what, false, wanted]);
      if (status !== 0) expect(new Uint8Array(readFileSync(path))).toEqual(new Uint8Array(content));
      expect(readdirSync(folder)).toEqual(["lib.so"]);
    }
  });
});

describe("fuse", () => {
  const NAMES = ["x86_64", "arm64"].map((arch) => `demo-1.0-py3-none-macosx_11_0_${arch}.whl`);

  /** What it says to a wheel and a sound one; nothing is written for neither has native code. */
  async function fused(bytes: Uint8Array, first: boolean): Promise<readonly [number, string]> {
    const folder = scratchFolder();
    const paths = NAMES.map((name, index) => {
      const path = join(folder, name);
      writeFileSync(path, (index === 0) === first ? bytes : buildWheel());
      return path;
    });
    const { status, err } = await wheelkit("fuse", "-j", "1", "-w", join(folder, "out"), ...paths);
    const out = join(folder, "out");
    expect(existsSync(out) ? readdirSync(out) : []).toEqual([]);
    return [status, err];
  }

  it.each(CASES.map((each, at) => [at, each.code, each.what, each.archive] as const))(
    "%i gives the same answer to %s: %s, on both sides",
    async (_at, _code, _what, archive) => {
      const answer = expected(archive);
      for (const first of [true, false]) {
        const [status, err] = await fused(archive, first);
        const code = /\[([A-Za-z0-9-]+)\]/.exec(err)?.[1] ?? "";
        if (answer === "unreadable") expect([status, err]).toEqual([4, expect.anything()]);
        else expect([status, err]).toEqual([3, expect.anything()]);
        // Otherwise it is refused for what it has not: native code, or METADATA.
        if (answer === "refused") expect(isRefused(code) || code === "DST001", err).toBe(true);
        if (answer === "written")
          expect(code).toMatch(/^(TAG002|fuse-|DST001|MET001|WHL001|REC001)/);
      }
    },
  );

  const either = (arch: string): string =>
    fileURLToPath(
      new URL(`../../fixtures/commands/either-1.0-py3-none-macosx_${arch}.whl`, import.meta.url),
    );

  it.each([
    ["nothing", { name: "" }, undefined],
    ["a path out of the wheel", { name: "../x" }, "ZIP031"],
    ["an absolute path", { name: "/x" }, "ZIP031"],
    ["a drive", { name: "C:/x" }, "ZIP031"],
    ["a control character", { name: "either/a\u0007b" }, "ZIP018"],
    ["a symbolic link", { name: "either/l", data: "x", mode: 0o120777 }, "ZIP032"],
    ["a wrong checksum", { name: "either/c", both: { crc32: 1 } }, "ZIP023"],
  ])("refuses a sound pair for one member of one side: %s", async (_, member, code) => {
    for (const side of [0, 1]) {
      const folder = scratchFolder();
      const paths = ["10_9_x86_64", "11_0_arm64"].map((arch, index) => {
        const path = join(folder, basename(either(arch)));
        const members = [...readWheelBytes(either(arch))].map(([name, data]) => ({ name, data }));
        const extra = index === side && code !== undefined ? [{ data: "x", ...member }] : [];
        writeFileSync(path, buildZip([...extra, ...members]));
        return path;
      });
      const { status, err } = await wheelkit("fuse", "-w", join(folder, "out"), ...paths);
      if (code === undefined) expect([status, err]).toEqual([0, expect.anything()]);
      else expect([status, err]).toEqual([3, expect.stringContaining(code)]);
    }
  });
});

describe("the list of defects", () => {
  it("has every code that the table refuses, and no other", () => {
    for (const [code, answer] of Object.entries(ZIP_ANSWERS)) {
      expect(isRefused(code), code).toBe(answer === "refused");
    }
    const others = Object.keys(WHEEL_RULES).filter(isRefused);
    expect(others).toEqual(["NAM008", "REC008"]);
    expect(Object.keys(ZIP_ANSWERS)).toEqual(Object.keys(ZIP_RULES));
  });

  it.each([
    ["a path out of the wheel", "../x"],
    ["an absolute path", "/x"],
    ["a sibling folder with the same beginning", "../demo-evil/x"],
    ["a drive", "C:/x"],
    ["a control character", "demo/a\u0007b"],
    ["a file that is a folder, too", "demo/__init__.py/x"],
  ])("does not hold once the member is taken out: %s", async (_what, name) => {
    const path = join(scratchFolder(), FILE);
    const spec = {
      extra: [{ name, data: "x" }],
      record: (lines: string[]) => [recordLine(name, "x"), ...lines],
    };
    writeFileSync(path, buildWheel(spec));
    const refused = await wheelkit("edit", "--set", "Keywords=x", "--in-place", path);
    expect([refused.status, refused.err]).toEqual([3, expect.stringContaining("--remove-file")]);
    const { status, err } = await wheelkit("edit", "--remove-file", name, "--in-place", path);
    expect([status, err]).toEqual([0, ""]);
    expect(verdict(new Uint8Array(readFileSync(path))).codes("error")).toEqual([]);
  });

  it("does not hold once symbolic links are links of LINKS", async () => {
    const path = join(scratchFolder(), FILE);
    const link = { name: "demo/a.txt", data: "__init__.py", mode: 0o120777 };
    writeFileSync(
      path,
      buildWheel({
        extra: [link],
        record: (lines) => [recordLine(link.name, link.data), ...lines],
      }),
    );
    expect((await wheelkit("links", "import", "--in-place", path)).status).toBe(0);
    const { status, err } = await wheelkit("links", "materialize", "--in-place", path);
    expect([status, err]).toEqual([0, ""]);
    expect(verdict(new Uint8Array(readFileSync(path))).codes("error")).toEqual([]);
  });
});

it("builds the wheels that it says it does", () => {
  expect(basename(wheelFileName())).toBe(FILE);
  expect(wheelMembers().map(({ name }) => name)).toContain("demo-1.0.dist-info/METADATA");
});
