/** What a user might expect a repair to mend, and it does not. */
import type { Identity } from "../../audit/linux/identify.ts";
import { compareText, printable } from "../../bytes.ts";
import type { RepairSettings } from "../settings.ts";
import type { LinuxPlan } from "./plan.ts";
import type { PolicyTarget } from "./target.ts";

export function leftAlone(
  { foreign, otherLibc, considered }: Identity,
  target: PolicyTarget,
  { grafts, members }: LinuxPlan,
  { clearExecstack }: RepairSettings,
): readonly string[] {
  const notes: string[] = [];
  const tell = (paths: readonly string[], what: string): void => {
    const [first, ...more] = [...paths].sort(compareText);
    if (first === undefined) return;
    const others = more.length === 0 ? "" : ` and ${more.length} more`;
    notes.push(`\`${printable(first)}\`${others} ${what}`);
  };
  tell(
    foreign.map(({ path }) => path),
    "for another architecture is left unchanged",
  );
  tell(
    otherLibc.map(({ path }) => path),
    "for another C library is left unchanged",
  );
  // An interpreter brings Python to the modules that it loads; nobody brings it to a program.
  const programs = new Set(
    considered.filter(({ slice }) => slice.kind === "executable").map(({ path }) => path),
  );
  tell(
    members
      .filter(({ path, edits }) => {
        return programs.has(path) && edits.some(({ kind }) => kind === "remove-dependency");
      })
      .map(({ path }) => path),
    "is a program that needs libpython, which no wheel may bring: it will not start",
  );
  if (!clearExecstack) {
    const files = [
      ...considered,
      ...grafts.flatMap(({ path, from }) => {
        const slice = target.grafts.get(from)?.node.slice;
        return slice === undefined ? [] : [{ path, slice }];
      }),
    ];
    tell(
      files.filter(({ slice }) => slice.execstack === "yes").map(({ path }) => path),
      "with an executable stack stays as it is; `--clear-execstack` drops it",
    );
  }
  return notes;
}
