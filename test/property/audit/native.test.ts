/** Whatever the facts of the files are: a verdict, the same for any order, never better for more needs. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NativeAudit } from "../../../src/audit/platform.ts";
import { compareVersions, policyVersion } from "../../../src/policy/linux/manylinux.ts";
import { policyTable } from "../../../src/policy/linux/table.ts";
import type { ElfFacts } from "../../support/elf.ts";
import type { ElfSketch } from "../../support/native.ts";
import { audit, elf } from "../../support/native.ts";

const RUNS = { seed: 20_261_121, numRuns: 150 };

const name = fc.constantFrom(
  "libc.so.6",
  "libz.so.1",
  "libexpat.so.1",
  "libmvec.so.1",
  "libstdc++.so.6",
  "libx.so",
  "liby.so.1",
  "libfoo.so.1",
  "libpython3.12.so.1.0",
  "ld-linux-x86-64.so.2",
  "libc.musl-x86_64.so.1",
  "/abs/libx.so",
  "",
);
const version = fc.constantFrom(
  "GLIBC_2.2.5",
  "GLIBC_2.14:memcpy",
  "GLIBC_2.28",
  "GLIBC_2.34",
  "GLIBC_2.99",
  "GLIBC_PRIVATE",
  "GLIBC_ABI_DT_RELR",
  "GLIBCXX_3.4.29",
  "ZLIB_1.2.9",
  "FOO_1.0",
  "",
);
const path = fc.constantFrom(
  "$ORIGIN",
  "$ORIGIN/..",
  "$ORIGIN/../x.libs",
  "${ORIGIN}/lib",
  "/opt",
  "",
  "a",
  "$LIB",
);
const sketch: fc.Arbitrary<ElfSketch> = fc.record(
  {
    needed: fc.array(name, { maxLength: 4 }),
    versions: fc.dictionary(name, fc.array(version, { maxLength: 3 }), {
      maxKeys: 3,
      noNullPrototype: true,
    }),
    rpath: fc.array(path, { maxLength: 2 }),
    runpath: fc.array(path, { maxLength: 2 }),
    imports: fc.array(
      fc.constantFrom("inflate_fast", "uncompress2", "PyFPE_jbuf", "qsort_r", "PyUnicode_New?"),
      {
        maxLength: 3,
      },
    ),
    isa: fc.constantFrom(null, null, null, "x86_64_v2" as const),
    arch: fc.constantFrom("x86_64", "x86_64", "x86_64", "aarch64", "unknown"),
    id: fc.constantFrom(null, "libx.so", "liby.so.1"),
    kind: fc.constantFrom("shared" as const, "executable" as const, "object" as const),
    interpreter: fc.constantFrom(
      null,
      null,
      "/lib64/ld-linux-x86-64.so.2",
      "/lib/ld-musl-x86_64.so.1",
    ),
    pythonInit: fc.array(fc.constantFrom("PyInit__x", "init_x"), { maxLength: 1 }),
    execstack: fc.constantFrom("yes" as const, "no" as const, "absent" as const),
  },
  { requiredKeys: [] },
);
const files = fc.dictionary(
  fc.constantFrom(
    "_x.so",
    "a/_x.cpython-312-x86_64-linux-gnu.so",
    "x.libs/libx.so",
    "x.libs/liby.so.1",
    "d-1.data/scripts/t",
    "d-1.data/platlib/p.so",
  ),
  sketch.map(elf),
  { maxKeys: 5, noNullPrototype: true },
);
const tags = fc.constantFrom(
  "cp312-cp312-manylinux_2_17_x86_64",
  "cp312-cp312-manylinux_2_18_x86_64.manylinux_2_42_x86_64",
  "cp312-abi3-musllinux_1_1_x86_64",
  "cp312-cp312-linux_x86_64",
  "py3-none-any",
  "py3-none-macosx_11_0_arm64.manylinux2014_aarch64",
  "cp313-cp313-android_24_arm64_v8a",
  "x-y-z",
);

function document({ verdict, problems, binaries, external, unverified }: NativeAudit): string {
  const sorted = problems.map((problem) => JSON.stringify(problem)).sort();
  return JSON.stringify({ verdict, sorted, binaries, external, unverified });
}

describe("auditNative", () => {
  it("judges any facts, and the order of the files plays no role (B6)", () => {
    fc.assert(
      fc.property(tags, files, (tag, members) => {
        const forward = audit({ tags: tag, files: members });
        const reversed = Object.fromEntries(Object.entries(members).reverse());
        expect(document(audit({ tags: tag, files: reversed }))).toBe(document(forward));
      }),
      RUNS,
    );
  });

  it("never supports more than a repair reaches", () => {
    const table = policyTable("manylinux", "x86_64");
    const position = (tag: string | null): number =>
      table?.find((tag ?? "").replace(/_x86_64$/, "")) ?? table?.none ?? 0;
    fc.assert(
      fc.property(files, (members) => {
        const { verdict } = audit({ files: members });
        if (verdict.family !== "manylinux" || !verdict.supported?.endsWith("_x86_64")) return;
        expect(position(verdict.supported)).toBeGreaterThanOrEqual(position(verdict.reachable));
      }),
      RUNS,
    );
  });

  it("finds a manylinux tag true exactly when it promises no more than what is supported", () => {
    const table = policyTable("manylinux", "x86_64");
    const claim = fc.constantFrom(...(table?.policies.map((policy) => policy.name) ?? []));
    fc.assert(
      fc.property(claim, sketch.map(glibc), (policy, member) => {
        const { verdict } = audit({
          tags: `cp312-cp312-${policy}_x86_64`,
          files: { "_x.so": member },
        });
        const supported = policyVersion((verdict.supported ?? "").replace(/_x86_64$/, ""));
        const claimed = policyVersion(policy);
        const holds =
          supported !== undefined &&
          claimed !== undefined &&
          compareVersions(supported, claimed) <= 0;
        expect(verdict.truthful).toBe(holds);
      }),
      RUNS,
    );
  });

  it("gets no better by one more need", () => {
    const table = policyTable("manylinux", "x86_64");
    const position = (result: NativeAudit): number =>
      table?.find((result.verdict.supported ?? "").replace(/_x86_64$/, "")) ?? table?.none ?? 0;
    fc.assert(
      fc.property(sketch.map(glibc), name, (member, extra) => {
        if (extra.includes("musl")) return;
        const at = { record: "Elf_Dyn" };
        const more: ElfFacts = {
          ...member,
          dependencies: [...member.dependencies, { name: extra, how: "required", at }],
        };
        expect(position(audit({ files: { "_x.so": more } }))).toBeGreaterThanOrEqual(
          position(audit({ files: { "_x.so": member } })),
        );
      }),
      RUNS,
    );
  });
});

/** The same file, for glibc on x86_64. */
function glibc(facts: ElfSketch): ElfFacts {
  const needed = ["libc.so.6", ...(facts.needed ?? []).filter((each) => !each.includes("musl"))];
  return elf({ ...facts, needed, arch: "x86_64", interpreter: null });
}
