import type { Problem } from "../../../finding.ts";
import type { LinuxFamily } from "../../../policy/linux/table.ts";
import type { ElfBinary } from "../../linux/binary.ts";
import { libcOf } from "../../linux/identify.ts";
import type { LinuxModel } from "../../linux/model.ts";

import type { NativeCode } from "../texts.ts";
import { quote, quoteSome } from "../wording.ts";

const LIBC: Readonly<Record<LinuxFamily, string>> = {
  manylinux: "glibc",
  musllinux: "musl",
  android: "Android's C library",
};

/** Files for another C library than the tag's. */
export function wrongLibc(model: LinuxModel): readonly Problem<NativeCode>[] {
  const { identity, others } = model;
  const { family, familyKnown } = identity;
  if (family === null) return [];
  const problems: Problem<NativeCode>[] = [];
  const promised = identity.claims.filter(
    ({ kind }) => kind === "manylinux" || kind === "musllinux" || kind === "android",
  );
  const contradicted = promised.filter(({ kind }) => kind !== family);
  if (familyKnown && contradicted.length > 0) {
    const tags = quoteSome(
      contradicted.map(({ text }) => text),
      2,
    );
    for (const binary of identity.considered) {
      if (libcOf(binary) === null) continue;
      problems.push({
        code: "TAG005",
        path: binary.path,
        facts: { libc: LIBC[family], tags: contradicted.map(({ text }) => text) },
        message: `built for ${LIBC[family]}${evidence(binary)}, but tagged ${tags}`,
      });
    }
  }
  for (const binary of others) {
    const hint = libcOf(binary);
    const name = hint === null || hint === "libc.so" ? "another C library" : LIBC[hint];
    if (promised.some(({ kind }) => kind === hint)) continue;
    problems.push({
      code: "TAG005",
      path: binary.path,
      facts: { libc: name, expected: LIBC[family] },
      message: `built for ${name}${evidence(binary)}, the rest of the wheel for ${LIBC[family]}`,
      ...(binary.slice.kind === "executable" || binary.slice.interpreter !== null
        ? { level: "warning" as const }
        : {}),
    });
  }
  return problems;
}

function evidence({ slice }: ElfBinary): string {
  if (slice.interpreter !== null) return ` (interpreter ${quote(slice.interpreter)})`;
  const libc = slice.dependencies.find(({ name }) => /^(libc\.|ld-)/.test(name));
  return libc === undefined ? "" : ` (needs ${quote(libc.name)})`;
}
