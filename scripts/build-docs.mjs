// Writes the pages of docs/ that are made from the code. The test that compares them writes them.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const vitest = fileURLToPath(new URL("../node_modules/vitest/vitest.mjs", import.meta.url));
const { status } = spawnSync(process.execPath, [vitest, "run", "test/unit/docs.test.ts"], {
  cwd: root,
  env: { ...process.env, UPDATE_GOLDEN: "1" },
  stdio: "inherit",
});
process.exitCode = status ?? 1;
