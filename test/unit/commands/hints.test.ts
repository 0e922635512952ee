/** What messages, hints and rules tell the reader to run must exist. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { COMMANDS } from "../../../src/commands/index.ts";
import { addCommonOptions } from "../../../src/commands/options.ts";

const SOURCE = fileURLToPath(new URL("../../../src/", import.meta.url));

/** Each `` `wheelkit COMMAND …` `` in the sources. */
function advice(): readonly (readonly [file: string, command: string, rest: string])[] {
  return readdirSync(SOURCE, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .sort()
    .flatMap((file) => {
      const text = readFileSync(SOURCE + file, "utf8");
      const found = text.matchAll(/`wheelkit ([a-z]+)([^`\\]*)\\?`/g);
      return [...found].map(([, command = "", rest = ""]) => [file, command, rest] as const);
    });
}

async function optionsOf(name: string): Promise<ReadonlySet<string>> {
  const entry = COMMANDS.find((candidate) => candidate.name === name);
  if (entry === undefined) throw new Error(`there is no command ${name}`);
  const command = new Command(name);
  (await entry.load()).define(command);
  addCommonOptions(command);
  const all = [command, ...command.commands].flatMap(({ options }) => options);
  return new Set(["--help", ...all.flatMap(({ long }) => (long ? [long] : []))]);
}

describe("what the messages tell to run", () => {
  it("is there", async () => {
    const lines = advice();
    expect(lines.length).toBeGreaterThan(20);
    for (const [file, command, rest] of lines) {
      // A sentence about wheelkit itself, and the help of every command.
      if (command === "help" || command === "failed") continue;
      const options = await optionsOf(command);
      for (const [option] of rest.matchAll(/--[a-z-]+/g)) {
        expect([...options], `${file}: wheelkit ${command}${rest}`).toContain(option);
      }
    }
  });
});
