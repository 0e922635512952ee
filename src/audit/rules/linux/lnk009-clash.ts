import { addTo } from "../../../add-to.ts";
import type { Problem } from "../../../finding.ts";
import type { ElfBinary } from "../../linux/binary.ts";
import type { LinuxModel } from "../../linux/model.ts";

import { isPythonExtension } from "../../python/module.ts";
import type { NativeCode } from "../texts.ts";
import { quote } from "../wording.ts";

/** Libraries that many wheels bundle and many systems have: two in one process do harm. */
const COMMON =
  /^lib(ssl|crypto|stdc\+\+|gcc_s|gomp|gfortran|quadmath|z|bz2|lzma|zstd|curl|xml2|xslt|ffi|sqlite3|png16|jpeg|tiff|freetype|icuuc|icui18n|icudata|protobuf|openblas|pq)\.so\.[\d.]+$/;

/** Two bundled libraries of one SONAME, and bundled libraries under names that others use. */
export function nameClash({ identity }: LinuxModel): readonly Problem<NativeCode>[] {
  const bySoname = new Map<string, ElfBinary[]>();
  for (const binary of identity.considered) {
    const { id, kind } = binary.slice;
    if (id === null || kind !== "shared" || isPythonExtension(binary)) continue;
    addTo(bySoname, id, binary);
  }
  const problems: Problem<NativeCode>[] = [];
  for (const [soname, binaries] of bySoname) {
    const [first] = binaries;
    if (first === undefined) continue;
    const sizes = new Set(binaries.map(({ size }) => size));
    for (const { path } of sizes.size > 1 ? binaries.slice(1) : []) {
      problems.push({
        code: "LNK009",
        path,
        facts: { library: soname, other: first.path },
        message: `has the SONAME ${quote(soname)} like ${quote(first.path)}, but is another file`,
      });
    }
    if (COMMON.test(soname)) {
      problems.push({
        code: "LNK009",
        path: first.path,
        facts: { library: soname },
        message: `is bundled as ${quote(soname)}, a name that the system and other wheels use too`,
      });
    }
  }
  return problems;
}
