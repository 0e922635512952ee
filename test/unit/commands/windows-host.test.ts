/** Every command on a host with Windows' rules for paths and files. */
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { main } from "../../../src/commands/main.ts";
import { fakeIo } from "../../support/io.ts";
import { peFixture } from "../../support/pe-fixtures.ts";
import { buildWheel, wheelFileName } from "../../support/wheel-builder.ts";

const host = vi.hoisted(() => ({ drive: "" }));
vi.mock("node:path", async () => {
  const { windowsPath } = await import("../../support/windows-host.ts");
  return windowsPath(await vi.importActual("node:path"));
});
vi.mock("node:fs", async () => {
  const fs = await vi.importActual<typeof import("node:fs")>("node:fs");
  const { posix, win32 } = await vi.importActual<typeof import("node:path")>("node:path");
  const { windowsFs } = await import("../../support/windows-host.ts");
  const { tmpdir } = await import("node:os");
  host.drive = fs.realpathSync(fs.mkdtempSync(`${tmpdir()}/wheelkit-drive-`));
  fs.mkdirSync(`${host.drive}/work/lib`, { recursive: true });
  return windowsFs(fs, { ...posix, win32, posix }, host.drive);
});

const { platform } = process;
beforeAll(() => {
  Object.defineProperty(process, "platform", { value: "win32" });
  vi.spyOn(process, "cwd").mockReturnValue("C:\\work");
});
afterAll(async () => {
  vi.restoreAllMocks();
  Object.defineProperty(process, "platform", { value: platform });
  const fs = await vi.importActual<typeof import("node:fs")>("node:fs");
  fs.rmSync(host.drive, { recursive: true });
});

const TAG = "cp312-cp312-win_amd64";
const NAME = wheelFileName({ tag: TAG });
const MODULE = { "demo/_x.cp312-win_amd64.pyd": peFixture("module-x86_64") };

async function wheelkit(...argv: string[]) {
  const io = fakeIo({ cwd: "C:\\work" });
  const status = await main(argv, io);
  return { status, ...io.written };
}

/** Fills a folder of the drive, and says how Windows calls it. */
async function folderWith(
  name: string,
  files: Readonly<Record<string, Uint8Array | string>>,
): Promise<string> {
  const fs = await import("node:fs");
  fs.mkdirSync(`C:\\work\\${name}`, { recursive: true });
  for (const [file, bytes] of Object.entries(files)) {
    fs.writeFileSync(`C:\\work\\${name}\\${file}`, bytes);
  }
  return `C:\\work\\${name}`;
}

async function namesIn(folder: string): Promise<readonly string[]> {
  const fs = await import("node:fs");
  return fs.readdirSync(folder).sort();
}

const plain = (name: string): Uint8Array => buildWheel({ name });
const BOTH = { "a-1.0-py3-none-any.whl": plain("a"), "b-1.0-py3-none-any.whl": plain("b") };

describe("on Windows", () => {
  it("wheels are named by a pattern, which no shell replaces, and once in whatever spelling", async () => {
    const folder = await folderWith("patterns", { ...BOTH, "c.txt": "" });
    const first = `${folder}\\a-1.0-py3-none-any.whl`;
    const { out } = await wheelkit("audit", "-f", "json", `${folder}\\*.WHL`, first.toUpperCase());
    expect(JSON.parse(out).wheels.map(({ file }: { file: string }) => file)).toEqual([
      "a-1.0-py3-none-any.whl",
      "b-1.0-py3-none-any.whl",
    ]);
    const none = await wheelkit("audit", `${folder}\\z*.whl`);
    expect(none).toMatchObject({ status: 2, err: expect.stringContaining("nothing matches") });
  });

  it("reports name files with slashes, relative to the folder of the project", async () => {
    const bad = (name: string): Uint8Array => buildWheel({ name, record: null });
    await folderWith("reports", {
      "a-1.0-py3-none-any.whl": bad("a"),
      "b-1.0-py3-none-any.whl": bad("b"),
    });
    const sarif = "C:\\work\\reports\\out.sarif";
    const given = ["reports/a-1.0-py3-none-any.whl", "reports\\b-1.0-py3-none-any.whl"];
    await wheelkit("audit", "-f", `sarif=${sarif}`, ...given);
    const fs = await import("node:fs");
    const uris = [...fs.readFileSync(sarif, "utf8").matchAll(/"uri": "([^"]*\.whl)"/g)];
    expect([...new Set(uris.map(([, uri]) => uri))]).toEqual(
      Object.keys(BOTH).map((name) => `reports/${name}`),
    );
    const html = await wheelkit("audit", "-f", "html=C:\\no\\such\\a.html", ...given);
    expect(html.err).toContain("there is no folder `C:\\no\\such`");
  });

  it("settings are found on the way up to the drive", async () => {
    const folder = await folderWith("settings\\deep", BOTH);
    const fs = await import("node:fs");
    fs.writeFileSync("C:\\wheelkit.toml", 'profil = "pypi"\n');
    const io = fakeIo({ cwd: folder });
    expect(await main(["audit", "a-1.0-py3-none-any.whl"], io)).toBe(2);
    fs.unlinkSync("C:\\wheelkit.toml");
    expect(io.written.err).toContain("C:\\wheelkit.toml");
  });

  it("libraries are found where lists with drives and `;` say, by an audit and a repair", async () => {
    const folder = await folderWith("found", { [NAME]: buildWheel({ tag: TAG, files: MODULE }) });
    await folderWith("found\\dlls", { "B.DLL": peFixture("library-x86_64") });
    const list = `C:\\nowhere;${folder}\\dlls`;
    const audit = await wheelkit("audit", "-f", "json", "--ldpaths", list, `${folder}\\${NAME}`);
    expect(audit.err).toContain("there is no folder `C:/nowhere`");
    expect(audit.out).toContain("work/found/dlls/B.DLL");
    const out = `${folder}\\out`;
    const args = ["--add-path", list, "-w", out, "-j", "1", `${folder}\\${NAME}`];
    const repair = await wheelkit("repair", "--no-sys-paths", ...args);
    expect([repair.status, repair.out]).toEqual([0, expect.stringContaining(`${out}\\${NAME}`)]);
    expect(await namesIn(out)).toEqual([NAME]);
  });

  it("libraries are left out by a path with its drive, in any case, and found below a root", async () => {
    const folder = await folderWith("left", { [NAME]: buildWheel({ tag: TAG, files: MODULE }) });
    await folderWith("left\\Dlls", { "b.dll": peFixture("library-x86_64") });
    await folderWith("left\\root\\usr\\x86_64-w64-mingw32\\bin", {
      "b.dll": peFixture("library-x86_64"),
    });
    const path = `${folder}\\${NAME}`;
    const exclude = `other.dll;c:\\WORK\\left\\dlls\\*.DLL`;
    const out = ["-w", `${folder}\\out`, "-j", "1"];
    const dlls = ["--no-sys-paths", "--add-path", `${folder}\\Dlls`];
    const left = await wheelkit("repair", ...dlls, "--exclude", exclude, ...out, path);
    expect([left.status, left.out]).toEqual([0, expect.not.stringContaining("b-")]);
    const show = ["show", "--format", "json", `${folder}\\out\\${NAME}`];
    expect((await wheelkit(...show)).out).not.toContain("demo.libs");
    await wheelkit("repair", ...dlls, ...out, path);
    expect((await wheelkit(...show)).out).toContain("demo.libs");
    const audit = await wheelkit("audit", "-f", "json", "--sysroot", `${folder}\\root`, path);
    expect(audit.out).toContain("usr/x86_64-w64-mingw32/bin/b.dll");
    const twice = ["-f", `json=${folder}\\a.json`, "-f", `sarif=${folder.toUpperCase()}\\A.json`];
    const reports = await wheelkit("audit", ...twice, path);
    expect(reports).toMatchObject({ status: 2, err: expect.stringContaining("two reports would") });
  });

  it("`show` reads files by any spelling, and `edit` writes no file over the one that it reads", async () => {
    const folder = await folderWith("Native", { "Module.pyd": peFixture("module-x86_64") });
    const shown = await wheelkit("show", "c:/WORK/native/module.PYD");
    expect([shown.status, shown.out]).toEqual([0, expect.stringContaining("b.dll")]);
    const edits = ["--replace-needed", "b.dll=other.dll"];
    const over = await wheelkit(
      "edit",
      ...edits,
      "-w",
      "c:\\WORK\\native",
      `${folder}\\Module.pyd`,
    );
    expect(over).toMatchObject({
      status: 2,
      err: expect.stringContaining("is the file that is read"),
    });
    const inPlace = await wheelkit("edit", "--in-place", ...edits, `${folder}\\Module.pyd`);
    expect([inPlace.status, inPlace.err]).toEqual([0, ""]);
    expect(await namesIn(folder)).toEqual(["Module.pyd"]);
    expect((await wheelkit("show", `${folder}\\Module.pyd`)).out).toContain("other.dll");
  });

  it("a wheel that is edited in place gives way while it is read, and nothing stays beside it", async () => {
    const folder = await folderWith("place", BOTH);
    const [path, shouted] = ["a", "A"].map((name) => `${folder}\\${name}-1.0-py3-none-any.whl`);
    const set = ["--set", "Summary=new"];
    const edited = await wheelkit("edit", "--in-place", ...set, shouted ?? "");
    expect([edited.status, edited.err]).toEqual([0, ""]);
    expect(await namesIn(folder)).toEqual(Object.keys(BOTH));
    const over = await wheelkit(
      "edit",
      "--set",
      "Summary=x",
      "-w",
      folder.toUpperCase(),
      path ?? "",
    );
    expect(over).toMatchObject({
      status: 2,
      err: expect.stringContaining("is the wheel that is read"),
    });
    const tagged = await wheelkit("tags", "--in-place", "--python-tag", "py313", path ?? "");
    expect([tagged.status, tagged.err]).toEqual([0, ""]);
    expect(await namesIn(folder)).toEqual(["a-1.0-py313-none-any.whl", "b-1.0-py3-none-any.whl"]);
  });

  it("`diff`, `shrink` and `fuse` open and write what has a drive", async () => {
    const folder = await folderWith("more", BOTH);
    const [a, b] = Object.keys(BOTH).map((name) => `${folder}\\${name}`);
    const diff = await wheelkit(
      "diff",
      "--exit-code",
      a ?? "",
      `c:/WORK/More/${Object.keys(BOTH)[0]}`,
    );
    expect([diff.status, diff.err]).toEqual([0, ""]);
    const out = `${folder}\\small\\er`;
    const shrink = await wheelkit("shrink", "-j", "1", "-w", out, `${folder}\\?-1.0-*.whl`);
    expect([shrink.status, shrink.err]).toEqual([0, expect.not.stringContaining("error")]);
    expect(await namesIn(out)).toEqual(Object.keys(BOTH));
    const fuse = await wheelkit("fuse", "-w", out, a ?? "", b ?? "");
    expect([fuse.status, fuse.err]).toEqual([3, expect.not.stringContaining("bug")]);
  });

  it("links that this user may not make are told as such", async () => {
    const files = { "demo/libx.so.1": "library", "%/LINKS": "demo/libx.so,demo/libx.so.1\n" };
    const folder = await folderWith("links", { [NAME]: buildWheel({ tag: TAG, files }) });
    await folderWith("links\\tree\\demo", { "libx.so.1": "library" });
    const tree = `${folder}\\tree`;
    const made = await wheelkit("links", "materialize", "--into", tree, `${folder}\\${NAME}`);
    expect(made).toMatchObject({ status: 2, err: expect.stringContaining("developer mode") });
  });
});
