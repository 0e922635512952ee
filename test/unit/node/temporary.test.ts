/** Temporary files: nameless where the system allows it, and swept up where it does not. */
import { spawnSync } from "node:child_process";
import { readdirSync, utimesSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { removeStaleTemporaries, temporaryName } from "../../../src/node/output.ts";
import { temporaryFile } from "../../../src/node/temporary.ts";
import { scratchFolder } from "../../support/scratch.ts";

describe("temporaryFile", () => {
  it("holds what was written, in any order, and leaves nothing", () => {
    const folder = scratchFolder();
    const file = temporaryFile(join(folder, "sub/demo.whl"));
    file.write(new TextEncoder().encode("world"), 6);
    file.write(new TextEncoder().encode("hello "), 0);
    const source = file.source(11);
    expect(new TextDecoder().decode(source.read(0, 11))).toBe("hello world");
    expect(() => source.read(8, 4)).toThrow("4 bytes are needed here, but the file ends at 11");
    expect(readdirSync(join(folder, "sub"))).toHaveLength(process.platform === "win32" ? 1 : 0);
    source.close();
    source.close();
    file.close();
    expect(readdirSync(join(folder, "sub"))).toEqual([]);
  });
});

describe("removeStaleTemporaries", () => {
  /** A process number that is no longer in use. */
  const dead = spawnSync(process.execPath, ["-e", ""]).pid;
  const old = new Date(Date.now() - 25 * 3600 * 1000);

  it("takes what ended runs of this host left, and after a day what others left", () => {
    const folder = scratchFolder();
    const own = basename(temporaryName(join(folder, "demo.whl")));
    const parts = /^(.*wheelkit-)(\d+)-([0-9a-f]{24})-([0-9a-f]{8}\.tmp)$/.exec(own) ?? [];
    const [, head = "", pid = "", host = "", tail = ""] = parts;
    expect(Number(pid)).toBe(process.pid);
    const name = (of: number, where: string): string => `${head}${of}-${where}-${tail}`;
    // Another name space of this boot, whose processes don't show; another boot of this machine.
    const other = host.slice(0, 16) + host.slice(0, 8);
    const earlier = host.slice(0, 8) + host.slice(16) + host.slice(16);
    const kept = [
      name(process.pid, host),
      name(dead, other),
      "demo.whl",
      `.demo.whl.wheelkit-${dead}.tmp`,
      `demo.whl.wheelkit-${dead}-${host}-${tail}`,
    ];
    const gone = [
      name(dead, host),
      name(dead, other).replace("demo", "older"),
      name(process.pid, earlier),
    ];
    for (const each of [...kept, ...gone]) writeFileSync(join(folder, each), "");
    for (const each of [name(process.pid, host), gone[1] ?? ""]) {
      utimesSync(join(folder, each), old, old);
    }
    removeStaleTemporaries(folder);
    expect(readdirSync(folder).sort()).toEqual(kept.sort());
  });
});
