/** The GitHub Action: `action.yml` names the script that is built from this. */
import { join } from "node:path";
import { runAction } from "./run.ts";
import { errorCommand } from "./runner.ts";

const out = (text: string): void => {
  process.stdout.write(text);
};
const cli = join(import.meta.dirname, "../src/cli.cjs");
runAction({ env: process.env, cwd: process.cwd(), cli, out }).then(
  (status) => {
    process.exitCode = status;
  },
  (error: unknown) => {
    out(errorCommand(error instanceof Error ? error.message : String(error)));
    process.exitCode = 2;
  },
);
