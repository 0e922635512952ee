import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { main } from "../../../src/commands/main.ts";
import { readLinks, renameLinkTargets } from "../../../src/edit/links.ts";
import { openDraft } from "../../../src/edit/open-draft.ts";
import { nodeCompression } from "../../../src/node/compression.ts";
import { openFile } from "../../../src/node/file.ts";
import { resolveLinks } from "../../../src/wheel/links.ts";
import { openSoundWheel } from "../../../src/wheel/open.ts";
import { fakeIo } from "../../support/io.ts";
import { scratchFolder } from "../../support/scratch.ts";
import { buildWheel, recordLine } from "../../support/wheel-builder.ts";

const NAME = "demo-1.0-py3-none-manylinux_2_17_x86_64.whl";
const LIBRARY = "library ".repeat(500);

interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

async function wheelkit(...argv: string[]): Promise<Ran> {
  const io = fakeIo();
  const status = await main(argv, io);
  return { status, ...io.written };
}

function writeWheel(
  folder: string,
  files: Readonly<Record<string, string>>,
  extra: Parameters<typeof buildWheel>[0] = {},
): string {
  const path = join(folder, NAME);
  writeFileSync(path, buildWheel({ tag: "py3-none-manylinux_2_17_x86_64", files, ...extra }));
  return path;
}

function readWheel(path: string): ReadonlyMap<string, string> {
  const source = openFile(path);
  try {
    const wheel = openSoundWheel(source, NAME, nodeCompression);
    return new Map(
      wheel.index.entries.map(({ name }) => [name, new TextDecoder().decode(wheel.read(name))]),
    );
  } finally {
    source.close();
  }
}

async function checkRecord(
  links: string,
  extra: Parameters<typeof buildWheel>[0] = {},
): Promise<Ran> {
  const folder = scratchFolder();
  const files = {
    "demo/libfoo.so.1.2": LIBRARY,
    "demo/sub/x.txt": "x",
    "other/y.txt": "y",
    "%/LINKS": links,
    ...extra.files,
  };
  return await wheelkit(
    "links",
    "check",
    writeWheel(folder, files as Record<string, string>, { ...extra, files }),
  );
}

describe("links check", () => {
  it.each([
    ["nothing", ""],
    ["one link", "demo/libfoo.so,demo/libfoo.so.1.2\n"],
    ["a chain", "demo/libfoo.so,demo/libfoo.so.1\ndemo/libfoo.so.1,demo/libfoo.so.1.2\n"],
    ["a chain of four", "demo/a,demo/b\ndemo/b,demo/c\ndemo/c,demo/d\ndemo/d,demo/libfoo.so.1.2\n"],
    ["the other order, as in the PEP's example", "demo/libfoo.so.1.2,demo/libfoo.so\n"],
    ["CRLF and no last line end", "demo/a,demo/libfoo.so.1.2\r\ndemo/b,demo/a"],
    ["quotes", '"demo/a,b","demo/libfoo.so.1.2"\n'],
    ["a link to another folder of the package", "demo/sub/libfoo.so,demo/libfoo.so.1.2\n"],
    ["a link in a folder that is new", "demo/lib/libfoo.so,demo/libfoo.so.1.2\n"],
    ["the target's hash", `demo/a,demo/libfoo.so.1.2,${recordLine("", LIBRARY).split(",")[1]}\n`],
    ["two links to one file", "demo/a,demo/libfoo.so.1.2\ndemo/b,demo/libfoo.so.1.2\n"],
    ["a name with case of its own", "demo/LibFoo.so,demo/libfoo.so.1.2\n"],
    ["names beyond ASCII", "demo/ä.so,demo/libfoo.so.1.2\n"],
    ["blank lines", "\ndemo/a,demo/libfoo.so.1.2\n\n"],
  ])("accepts %s", async (_, links) => {
    const { status, out } = await checkRecord(links);
    expect(out).toMatch(/^ok /);
    expect(status).toBe(0);
  });

  it.each([
    ["one column", "demo/a\n", "not a pair of paths"],
    ["four columns", "demo/a,demo/libfoo.so.1.2,x,y\n", "not a pair of paths"],
    ["an empty target", "demo/a,\n", "not a pair of paths"],
    ["an empty link", ",demo/libfoo.so.1.2\n", "not a pair of paths"],
    ["a quote without end", '"demo/a,demo/libfoo.so.1.2\n', "quote without end"],
    ["a dangling link", "demo/a,demo/missing\n", "not in the wheel"],
    ["a chain that dangles", "demo/a,demo/b\ndemo/b,demo/missing\n", "not in the wheel"],
    ["a link to itself", "demo/a,demo/a\n", "circle"],
    ["a circle of two", "demo/a,demo/b\ndemo/b,demo/a\n", "circle"],
    [
      "a link into a circle",
      "demo/x,demo/a\ndemo/a,demo/b\ndemo/b,demo/a\n",
      "`demo/x` leads in a circle",
    ],
    [
      "a chain of five",
      "demo/a,demo/b\ndemo/b,demo/c\ndemo/c,demo/d\ndemo/d,demo/e\ndemo/e,demo/libfoo.so.1.2\n",
      "4 are the limit",
    ],
    ["a link over a file", "demo/sub/x.txt,demo/libfoo.so.1.2\n", "is a file of the wheel"],
    ["a link over a folder", "demo/sub,demo/libfoo.so.1.2\n", "is a folder of the wheel"],
    ["a link to a folder", "demo/a,demo/sub\n", "which is a folder"],
    [
      "a link twice",
      "demo/a,demo/libfoo.so.1.2\ndemo/a,demo/sub/x.txt\n",
      "is listed in lines 1 and 2",
    ],
    [
      "a link below a link",
      "demo/a,demo/libfoo.so.1.2\ndemo/a/b,demo/libfoo.so.1.2\n",
      "a link itself",
    ],
    ["a link below a file", "demo/libfoo.so.1.2/b,demo/sub/x.txt\n", "which is a file"],
    ["a link into another package", "demo/a,other/y.txt\n", "in another package"],
    ["a link at the root", "libfoo.so,demo/libfoo.so.1.2\n", "in no package"],
    ["a link in a package that is not there", "new/a,demo/libfoo.so.1.2\n", "in no package"],
    ["a link in dist-info", "demo-1.0.dist-info/a,demo-1.0.dist-info/WHEEL\n", "in no package"],
    ["a way up", "demo/../a,demo/libfoo.so.1.2\n", "not a path inside"],
    ["a target outside", "demo/a,../../etc/passwd\n", "not a path inside"],
    ["an absolute target", "demo/a,/etc/passwd\n", "not a path inside"],
    ["a drive", "C:/a,demo/libfoo.so.1.2\n", "not a path inside"],
    ["backslashes", "demo\\a,demo/libfoo.so.1.2\n", "not a path inside"],
    ["a control character", "demo/a\u0007,demo/libfoo.so.1.2\n", "not a path inside"],
    ["an empty part", "demo//a,demo/libfoo.so.1.2\n", "not a path inside"],
    ["another hash", "demo/a,demo/libfoo.so.1.2,sha256=abc\n", "LKS005"],
    [
      "both orders",
      "demo/a,demo/libfoo.so.1.2\ndemo/sub/x.txt,demo/b\n",
      "1 rows of LINKS name the link first, 1 the file",
    ],
  ])("refuses %s", async (_, links, message) => {
    const { status, out } = await checkRecord(links);
    expect(out).toContain(message);
    expect(status).toBe(1);
  });

  it("warns of what Windows can't do, where the tags admit Windows", async () => {
    const links =
      "demo/aux.so,demo/libfoo.so.1.2\ndemo/SUB/X.txt,demo/libfoo.so.1.2\ndemo/sub/X.TXT,demo/libfoo.so.1.2\n";
    const any = await wheelkit(
      "links",
      "check",
      (() => {
        const path = join(scratchFolder(), "demo-1.0-py3-none-any.whl");
        writeFileSync(
          path,
          buildWheel({
            files: { "demo/libfoo.so.1.2": LIBRARY, "demo/sub/x.txt": "", "%/LINKS": links },
          }),
        );
        return path;
      })(),
    );
    expect(any.out).toContain("`demo/aux.so` has the name of a device on Windows");
    expect(any.out).toContain("`demo/sub/X.TXT` and `demo/SUB/X.txt` differ in case only");
    expect(any.out).toContain("the tags admit Windows");
    expect(any.out).toContain("warning[LKS002]");
    expect(any.status).toBe(0);
    expect((await checkRecord("demo/aux.so,demo/libfoo.so.1.2\n")).out).not.toContain("LKS004");
  });

  it("is part of the audit", async () => {
    const path = writeWheel(scratchFolder(), { "%/LINKS": "demo/a,demo/b\n" });
    const { out } = await wheelkit("audit", "--select", "LKS", path);
    expect(out).toContain("error[LKS001]");
  });
});

describe("round trips", () => {
  const FILES = {
    "demo/libfoo.so": LIBRARY,
    "demo/libfoo.so.1": LIBRARY,
    "demo/libfoo.so.1.2": LIBRARY,
  };
  const PAIRS = ["demo/libfoo.so=demo/libfoo.so.1", "demo/libfoo.so.1=demo/libfoo.so.1.2"];
  const LIST =
    "demo/libfoo.so -> demo/libfoo.so.1 (demo/libfoo.so.1.2)\ndemo/libfoo.so.1 -> demo/libfoo.so.1.2\n";

  it("add takes copies out, materialize puts them back", async () => {
    const folder = scratchFolder();
    const path = writeWheel(folder, FILES);
    const linked = join(folder, "linked");
    const { err } = await wheelkit("links", "add", "-w", linked, path, ...PAIRS);
    // Once, and not by the rule on drafts as well.
    expect(err.match(/\[(?:LKS|WHL)[0-9]+\]/g)).toEqual(["[LKS002]"]);
    const now = readWheel(join(linked, NAME));
    expect([...now.keys()].filter((name) => name.includes("libfoo"))).toEqual([
      "demo/libfoo.so.1.2",
    ]);
    expect(now.get("demo-1.0.dist-info/RECORD")).toContain("demo-1.0.dist-info/LINKS,sha256=");
    expect((await wheelkit("links", "list", join(linked, NAME))).out).toBe(LIST);
    expect((await wheelkit("links", "check", join(linked, NAME))).status).toBe(0);

    const copies = join(folder, "copies");
    const { status } = await wheelkit("links", "materialize", "-w", copies, join(linked, NAME));
    expect(status).toBe(0);
    const back = readWheel(join(copies, NAME));
    for (const name of Object.keys(FILES)) expect(back.get(name)).toBe(LIBRARY);
    expect(back.has("demo-1.0.dist-info/LINKS")).toBe(false);
    const audit = await wheelkit(
      "audit",
      "--profile",
      "install",
      "--select",
      "ZIP,REC,LKS",
      join(copies, NAME),
    );
    expect(audit.status).toBe(0);
  });

  it("real links of an unpacked tree come back by import", async () => {
    const folder = scratchFolder();
    const path = writeWheel(folder, { "demo/libfoo.so.1.2": LIBRARY });
    await wheelkit("links", "add", "--in-place", "--hash", path, ...PAIRS);
    const tree = join(folder, "tree");
    mkdirSync(join(tree, "demo"), { recursive: true });
    writeFileSync(join(tree, "demo/libfoo.so.1.2"), LIBRARY);
    expect((await wheelkit("links", "materialize", "--into", tree, path)).status).toBe(0);
    expect(lstatSync(join(tree, "demo/libfoo.so")).isSymbolicLink()).toBe(true);
    expect(readlinkSync(join(tree, "demo/libfoo.so"))).toBe("libfoo.so.1");
    // A second time there is nothing to do.
    expect((await wheelkit("links", "materialize", "--into", tree, path)).out).toBe("");

    const before = readWheel(path).get("demo-1.0.dist-info/LINKS");
    const bare = writeWheel(scratchFolder(), { "demo/libfoo.so.1.2": LIBRARY });
    await wheelkit("links", "import", "--from", tree, "--hash", "--in-place", bare);
    expect(readWheel(bare).get("demo-1.0.dist-info/LINKS")).toBe(before);
    await wheelkit("links", "remove", "--in-place", bare, "demo/libfoo.so", "demo/libfoo.so.1");
    expect(readWheel(bare).has("demo-1.0.dist-info/LINKS")).toBe(false);
  });

  it("imports symlink entries of the archive and wheel-axle's list", async () => {
    const link = { mode: 0o120777, method: 0 };
    const zipped = writeWheel(
      scratchFolder(),
      {
        "demo/libfoo.so.1.2": LIBRARY,
        "demo/libfoo.so.1": "libfoo.so.1.2",
        "demo/libfoo.so": "../demo/libfoo.so.1",
      },
      { members: { "demo/libfoo.so.1": link, "demo/libfoo.so": link } },
    );
    expect((await wheelkit("links", "import", "--in-place", zipped)).status).toBe(0);
    expect((await wheelkit("links", "list", zipped)).out).toBe(LIST);
    expect(readWheel(zipped).has("demo/libfoo.so")).toBe(false);
    const axle = writeWheel(scratchFolder(), {
      "demo/libfoo.so.1.2": LIBRARY,
      "%/symlinks.txt": "demo/libfoo.so.1,libfoo.so.1.2,0\r\ndemo/libfoo.so,libfoo.so.1,0\r\n",
    });
    expect((await wheelkit("links", "import", "--in-place", axle)).status).toBe(0);
    expect((await wheelkit("links", "list", axle)).out).toBe(LIST);
  });

  it("follow what is renamed, and keep what is not", async () => {
    const folder = scratchFolder();
    const path = writeWheel(folder, FILES);
    await wheelkit("links", "add", "--in-place", "--hash", path, ...PAIRS);
    const source = openFile(path);
    try {
      const draft = openDraft(openSoundWheel(source, NAME, nodeCompression));
      const links = "demo-1.0.dist-info/LINKS";
      const before = draft.read(links);
      renameLinkTargets(draft, new Map([["demo/other.so", "demo/x.so"]]));
      expect(draft.read(links)).toBe(before);
      draft.rename("demo/libfoo.so.1.2", "demo/libfoo-0123abcd.so.1.2");
      renameLinkTargets(draft, new Map([["demo/libfoo.so.1.2", "demo/libfoo-0123abcd.so.1.2"]]));
      const end = [...resolveLinks(readLinks(draft)).values()].map(({ target }) => target);
      expect(end).toEqual(["demo/libfoo-0123abcd.so.1.2", "demo/libfoo-0123abcd.so.1.2"]);
      const now = new TextDecoder().decode(draft.read(links));
      expect(now.match(/sha256=[^,\n]+/g)?.length).toBe(2);
    } finally {
      source.close();
    }
  });

  it("refuses and writes nothing", async () => {
    const folder = scratchFolder();
    const path = writeWheel(folder, { "demo/a": "one", "demo/b": "two" });
    const out = join(folder, "out");
    const tree = join(folder, "tree");
    mkdirSync(join(tree, "demo"), { recursive: true });
    symlinkSync("/etc/passwd", join(tree, "demo/p"));
    const cases: readonly (readonly [string, readonly string[]])[] = [
      ["LKS001", ["add", path, "demo/a=demo/b"]],
      ["LKS001", ["add", path, "demo/c=demo/missing"]],
      ["LKS001", ["add", path, "../c=demo/a"]],
      ["EDT003", ["remove", path, "demo/c"]],
      ["EDT003", ["import", path]],
      ["LKS001", ["import", "--from", tree, path]],
      ["EDT003", ["materialize", path]],
    ];
    for (const [code, [action = "", ...args]] of cases) {
      const { status, err } = await wheelkit("links", action, "-w", out, ...args);
      expect([status, err]).toEqual([3, expect.stringContaining(`[${code}]`)]);
    }
    expect(existsSync(out) && readdirSync(out).length > 0).toBe(false);
  });
});
