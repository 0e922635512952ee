import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { keepMembers } from "../../../src/node/kept-members.ts";
import type { MemberSpan, MemberStream } from "../../../src/runtime.ts";
import { DEFLATED } from "../../../src/zip/layout.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "wheelkit-kept-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const ELF = Uint8Array.from(
  { length: 700_000 },
  (_, at) => (at < 4 ? [127, 69, 76, 70][at] : at) ?? 0,
);
const TEXT = Uint8Array.from({ length: 1000 }, () => 65);

function span(dataOffset: number, bytes: Uint8Array): MemberSpan {
  const { length } = bytes;
  return {
    name: `m${dataOffset}`,
    method: DEFLATED,
    crc32: 0,
    size: length,
    compressedSize: length,
    dataOffset,
  };
}

/** A stream over members by their offset, that counts how often it is asked. */
function streamOf(members: Record<number, Uint8Array>, broken: readonly number[] = []) {
  let asked = 0;
  const stream: MemberStream = async ({ dataOffset }, onChunk) => {
    asked++;
    const bytes = members[dataOffset] ?? new Uint8Array();
    for (let at = 0; at < bytes.length; at += 300_000) {
      if (onChunk(bytes.subarray(at, at + 300_000), at) === false) return [];
    }
    return broken.includes(dataOffset) ? [{ code: "ZIP022", path: "m", message: "broken" }] : [];
  };
  return { stream, asked: () => asked };
}

async function collect(stream: MemberStream, member: MemberSpan): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  await stream(member, (bytes) => void parts.push(bytes.slice()));
  return Buffer.concat(parts);
}

describe("keepMembers", () => {
  it("gives the content of a native member once, and streams it again without inflating it", async () => {
    const begun: string[] = [];
    const inner = streamOf({ 7: ELF });
    const member = span(7, ELF);
    const kept = keepMembers(folder, ({ name }) => void begun.push(name));
    const { stream, isKept, kept: content } = kept.over(inner.stream);
    expect(Buffer.compare(await collect(stream, member), ELF)).toBe(0);
    expect(Buffer.compare(await collect(stream, member), ELF)).toBe(0);
    expect(inner.asked()).toBe(1);
    expect(begun).toEqual(["m7"]);
    expect(isKept(member)).toBe(true);
    expect(content(member)?.size).toBe(ELF.length);
    const source = kept.take(member);
    expect(Buffer.compare(source?.read(0, ELF.length) ?? TEXT, ELF)).toBe(0);
    expect(kept.take(member)).toBeUndefined();
    source?.close();
    kept.close();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("keeps neither data, nor what is damaged, nor what nobody read to its end", async () => {
    const inner = streamOf({ 1: TEXT, 2: ELF, 3: ELF }, [2]);
    const kept = keepMembers(folder);
    const { stream } = kept.over(inner.stream);
    await collect(stream, span(1, TEXT));
    expect(await stream(span(2, ELF), () => {})).toHaveLength(1);
    await stream(span(3, ELF), (_, offset) => offset === 0);
    for (const at of [1, 2, 3]) expect(kept.take(span(at, ELF))).toBeUndefined();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("makes no folder for results that may be refused, and does without where it can't write", async () => {
    const missing = join(folder, "a", "b");
    const kept = keepMembers(missing);
    const { stream } = kept.over(streamOf({ 1: ELF }).stream);
    await collect(stream, span(1, ELF));
    expect(existsSync(join(folder, "a"))).toBe(false);
    expect(kept.take(span(1, ELF))?.size).toBe(ELF.length);
    const nowhere = keepMembers("/proc/self");
    const there = nowhere.over(streamOf({ 1: ELF }).stream);
    expect(await collect(there.stream, span(1, ELF))).toHaveLength(ELF.length);
    expect(there.isKept(span(1, ELF))).toBe(false);
    expect(nowhere.take(span(1, ELF))).toBeUndefined();
  });

  it("holds no more than its room, whatever sizes are declared", async () => {
    const kept = keepMembers(folder);
    const { stream } = kept.over(streamOf({ 1: ELF }).stream);
    const huge = { ...span(1, ELF), size: 2 ** 31 };
    await collect(stream, huge);
    expect(kept.take(huge)).toBeUndefined();
  });
});
