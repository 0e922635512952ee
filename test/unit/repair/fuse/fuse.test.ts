import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FORMATS, machoParts } from "../../../../src/formats.ts";
import { memorySource } from "../../../../src/source.ts";
import { wheelkit } from "../../../support/commands.ts";
import { machoFixture } from "../../../support/macho-fixtures.ts";
import { fatFile, machoFile, wheelIn, writeMacosWheel } from "../../../support/macos-files.ts";
import { schemaErrors } from "../../../support/schemas.ts";
import { scratchFolder } from "../../../support/scratch.ts";

const INTEL = "macosx_10_13_x86_64";
const APPLE = "macosx_11_0_arm64";

/** Two wheels with these files, fused: the run, and the folder of the result. */
async function fuse(
  first: Readonly<Record<string, Uint8Array | string>>,
  second: Readonly<Record<string, Uint8Array | string>>,
  ...options: readonly string[]
) {
  const folder = scratchFolder();
  const out = join(folder, "out");
  const wheels = [
    writeMacosWheel(join(folder, "a"), INTEL, first),
    writeMacosWheel(join(folder, "b"), APPLE, second),
  ];
  return { out, ran: await wheelkit("fuse", "-w", out, ...options, ...wheels), wheels };
}

function slices(bytes: Uint8Array | undefined) {
  return (machoParts(memorySource(bytes ?? new Uint8Array())) ?? []).map(({ arch, source }) => ({
    arch,
    bytes: source.read(0, source.size),
  }));
}

const x86 = machoFile({ arch: "x86_64", minos: "10.13", id: "@rpath/liba.dylib" });
const arm = machoFile({ arch: "arm64", minos: "11.0", id: "@rpath/liba.dylib" });

describe("fuse", () => {
  it("joins code bit for bit and tags the wheel for both processors", async () => {
    const { out, ran } = await fuse(
      { "demo/liba.dylib": x86, "demo/ext.so": machoFixture("ext-x86_64") },
      { "demo/liba.dylib": arm, "demo/ext.so": machoFixture("ext-arm64") },
    );
    expect(ran.err).toBe("");
    const { name, members } = wheelIn(out);
    expect(name).toBe("demo-1.0-cp312-cp312-macosx_10_13_universal2.whl");
    expect(slices(members.get("demo/liba.dylib"))).toEqual([
      { arch: "x86_64", bytes: x86 },
      { arch: "arm64", bytes: arm },
    ]);
    const [intel, apple] = slices(members.get("demo/ext.so"));
    expect(intel?.bytes).toEqual(machoFixture("ext-x86_64"));
    expect(apple?.bytes).toEqual(machoFixture("ext-arm64"));
    const wheel = new TextDecoder().decode(members.get("demo-1.0.dist-info/WHEEL"));
    expect(wheel).toContain("Tag: cp312-cp312-macosx_10_13_universal2\n");
    expect((await wheelkit("audit", wheelIn(out).path, "--select", "TAG,REC")).status).toBe(0);
  });

  it("reports, as audits of the result do, in documents that fit their schemas", async () => {
    const files = [{ "demo/liba.dylib": x86 }, { "demo/liba.dylib": arm }] as const;
    const { out, ran } = await fuse(...files, "-f", "json");
    const { path } = wheelIn(out);
    const documents = [ran.out];
    for (const command of ["audit", "show"]) {
      documents.push((await wheelkit(command, "-f", "json", path)).out);
    }
    for (const text of documents) expect(schemaErrors(JSON.parse(text))).toEqual([]);
  });

  it("gives two tags where the systems differ", async () => {
    const newer = machoFile({ arch: "arm64", minos: "12.3" });
    const { out } = await fuse({ "demo/a.dylib": x86 }, { "demo/a.dylib": newer });
    expect(wheelIn(out).name).toBe(
      "demo-1.0-cp312-cp312-macosx_10_13_x86_64.macosx_12_0_arm64.whl",
    );
  });

  it("makes the same bytes whatever the threads", async () => {
    const files = [{ "demo/liba.dylib": x86 }, { "demo/liba.dylib": arm }] as const;
    const one = await fuse(...files, "-j", "1");
    const many = await fuse(...files, "-j", "4");
    expect(wheelIn(one.out).members).toEqual(wheelIn(many.out).members);
  });

  it("takes over what one wheel has alone, and says so of code", async () => {
    const { out, ran } = await fuse(
      { "demo/a.dylib": x86, "demo/old.py": "1" },
      { "demo/a.dylib": arm, "demo/only.dylib": arm, "demo/new.py": "2" },
    );
    const { members } = wheelIn(out);
    expect(members.get("demo/only.dylib")).toEqual(arm);
    expect([...members.keys()]).toEqual(expect.arrayContaining(["demo/old.py", "demo/new.py"]));
    expect(ran.err).toContain("`demo/only.dylib` is in one of the wheels only");
  });

  it("refuses texts that differ, names them, and takes a side when told to", async () => {
    const files = [
      { "demo/a.dylib": x86, "demo/config.py": "x86", "demo/x.h": "1" },
      { "demo/a.dylib": arm, "demo/config.py": "arm", "demo/x.h": "2" },
    ] as const;
    const refused = await fuse(...files);
    expect(refused.ran.status).toBe(3);
    expect(refused.ran.err).toContain("`demo/config.py` differs; `demo/x.h` differs");
    for (const [side, text] of [
      ["first", "x86"],
      ["second", "arm"],
    ] as const) {
      const { out, ran } = await fuse(...files, "--take", side);
      expect(new TextDecoder().decode(wheelIn(out).members.get("demo/config.py"))).toBe(text);
      expect(ran.err).toContain(`\`demo/config.py\` differs: that of the ${side} wheel is taken`);
    }
  });

  it("refuses different code for one processor, and shares what is the same", async () => {
    const other = machoFile({ arch: "x86_64", minos: "10.13", variant: 1 });
    const { ran } = await fuse({ "demo/a.dylib": x86 }, { "demo/a.dylib": other });
    expect(ran.status).toBe(3);
    expect(ran.err).toContain("has code for x86_64 in both wheels, and it differs");
    const fat = fatFile({ arch: "x86_64", minos: "10.13", id: "@rpath/liba.dylib" }, {});
    const shared = await fuse({ "demo/a.dylib": x86 }, { "demo/a.dylib": fat });
    expect(shared.ran.status).toBe(0);
    const file = wheelIn(shared.out).members.get("demo/a.dylib") ?? new Uint8Array();
    const { slices: found } = FORMATS.macho.open(memorySource(file)).facts(() => false);
    expect(found.map(({ arch }) => arch)).toEqual(["x86_64", "arm64"]);
  });

  it("joins static libraries into a fat one", async () => {
    const parts = machoParts(memorySource(machoFixture("archive-fat"))) ?? [];
    const [intel, apple] = parts.map(({ source }) => source.read(0, source.size));
    const { out } = await fuse(
      { "demo/a.dylib": x86, "demo/lib.a": intel ?? "" },
      { "demo/a.dylib": arm, "demo/lib.a": apple ?? "" },
    );
    expect(slices(wheelIn(out).members.get("demo/lib.a")).map(({ bytes }) => bytes)).toEqual([
      intel,
      apple,
    ]);
  });

  it("refuses wheels of different builds, and those of other platforms", async () => {
    const folder = scratchFolder();
    const first = writeMacosWheel(join(folder, "a"), INTEL, { "demo/a.dylib": x86 });
    const linux = writeMacosWheel(join(folder, "b"), "linux_x86_64", { "demo/a.py": "" });
    const out = join(folder, "out");
    const { status, err } = await wheelkit("fuse", "-w", out, first, linux);
    expect(status).toBe(3);
    expect(err).toContain("is not a wheel for macOS");
    const alone = await wheelkit("fuse", "-w", out, first);
    expect([alone.status, alone.err]).toEqual([2, expect.stringContaining("takes two wheels")]);
  });
});
