/** What lies beside a wheel and attests its digest is never copied, and is called void once it is. */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { wheelkit } from "../../support/commands.ts";
import { scratchFolder } from "../../support/scratch.ts";
import { buildWheel, wheelFileName } from "../../support/wheel-builder.ts";

/** As PEP 740 has it, for the bytes given. */
function attestation(file: string, bytes: Uint8Array): string {
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const statement = { subject: [{ name: file, digest: { sha256 } }] };
  const encoded = Buffer.from(JSON.stringify(statement)).toString("base64");
  return JSON.stringify({ version: 1, envelope: { statement: encoded, signature: "" } });
}

/** A wheel in a folder, with an attestation of it beside it. */
function writeAttested(folder: string = scratchFolder()): string {
  const path = join(folder, wheelFileName());
  const bytes = buildWheel();
  writeFileSync(path, bytes);
  writeFileSync(`${path}.publish.attestation`, attestation(basename(path), bytes));
  return path;
}

const EDIT = ["edit", "--set", "Summary=x"];

describe("an attestation beside a wheel", () => {
  it.each([
    [EDIT],
    [["edit", "--canonical"]],
    [["tags", "--build", "1"]],
    [["links", "add"]],
    [["repair"]],
  ])("is never copied by %j", async (argv) => {
    const path = writeAttested();
    const out = join(scratchFolder(), "out");
    const pair = argv[0] === "links" ? ["demo/a.txt=demo/__init__.py"] : [];
    const { status, err } = await wheelkit(...argv, "-w", out, path, ...pair);
    expect([status, readdirSync(out).length], err).toEqual([0, 1]);
    expect(err).not.toContain("void");
  });

  it("is void after an edit in place, under its own name and under a new one", async () => {
    const same = writeAttested();
    const edited = await wheelkit(...EDIT, "--in-place", same);
    expect(edited.err).toMatch(/`demo-1.0-py3-none-any.whl.publish.attestation` is void/);
    const renamed = writeAttested();
    const moved = await wheelkit("edit", "--post", "--in-place", renamed);
    expect(moved.err).toMatch(/attestation` is void: the wheel that it attests is gone/);
    expect(readdirSync(dirname(renamed))).toContain(`${basename(renamed)}.publish.attestation`);
  });

  it("is void where a result is written beside it", async () => {
    const out = scratchFolder();
    writeAttested(out);
    mkdirSync(join(out, "in"));
    const path = writeAttested(join(out, "in"));
    const { err } = await wheelkit(...EDIT, "-w", out, path);
    expect(err).toContain("is void: it attests another file than the one written");
  });

  it("stays true of a wheel that comes out the same", async () => {
    const path = writeAttested();
    const { status, err } = await wheelkit("edit", "--version", "1.0", "--in-place", path);
    expect([status, err]).toEqual([0, expect.not.stringContaining("void")]);
    const copied = await wheelkit("repair", "-w", dirname(writeAttested()), path);
    expect(copied.err).not.toContain("void");
  });

  it.each(["", "{", "[]", '{"envelope":{"statement":"!"}}', '{"envelope":{"statement":1}}'])(
    "is void where nothing can be made of %j",
    async (text) => {
      const path = writeAttested();
      writeFileSync(`${path}.publish.attestation`, text);
      const { status, err } = await wheelkit(...EDIT, "--in-place", path);
      expect([status, err]).toEqual([0, expect.stringContaining("is void")]);
      expect(readFileSync(`${path}.publish.attestation`, "utf8")).toBe(text);
    },
  );
});
