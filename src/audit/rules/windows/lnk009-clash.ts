import { addTo } from "../../../add-to.ts";
import type { Problem } from "../../../finding.ts";
import { dllKey } from "../../../formats.ts";
import { baseNameOf } from "../../../paths.ts";
import { microsoftRuntime } from "../../../policy/windows/runtimes.ts";
import type { PeBinary } from "../../windows/identify.ts";
import type { WindowsModel } from "../../windows/model.ts";
import type { NativeCode } from "../texts.ts";
import { quote } from "../wording.ts";

/** Libraries that many wheels bundle: two of a name in one process do harm. */
const COMMON =
  /^(?:lib)?(?:crypto|ssl)(?:-\d[\d_.]*)?(?:-x64|-arm64)?\.dll$|^(?:ssleay32|libeay32|zlib1?|zlib-ng2?|libz|zstd|libzstd|lz4|liblz4|bz2|libbz2|liblzma|lzma|libcurl|libxml2|libxslt|libffi-?\d*|ffi-?\d*|sqlite3|libpng16|jpeg62|turbojpeg|libjpeg-?\d*|tiff|libtiff|freetype|libfreetype-?\d*|icu(?:uc|in|dt)\d+|libprotobuf|abseil_dll|openblas|libopenblas|libiomp5md|libomp|libgomp-1|libgcc_s_\w+-1|libstdc\+\+-6|libwinpthread-1|libgfortran-5|libquadmath-0|libpq|hdf5|hdf5_hl|netcdf|geos|geos_c|proj(?:_\d+)*|gdal\d*|libusb-1\.0|opencv_world\d+)\.dll$/;

/** Two different DLLs of one name, and DLLs under names that others use. */
export function nameClash({ graph, identity }: WindowsModel): readonly Problem<NativeCode>[] {
  const byName = new Map<string, PeBinary[]>();
  for (const binary of identity.considered) {
    if (!graph.users.has(binary.path) || /\.pyd$/i.test(binary.path)) continue;
    const key = dllKey(baseNameOf(binary.path));
    addTo(byName, key, binary);
  }
  const problems: Problem<NativeCode>[] = [];
  for (const [key, binaries] of byName) {
    const [first, ...others] = binaries;
    if (first === undefined) continue;
    for (const other of others) {
      if (isSame(first, other)) continue;
      problems.push({
        code: "LNK009",
        path: other.path,
        message: `has the name of ${quote(first.path)}, but is another file`,
      });
    }
    if (COMMON.test(key) || microsoftRuntime(key) === "redistributable") {
      problems.push({
        code: "LNK009",
        path: first.path,
        message: `is bundled as ${quote(baseNameOf(first.path))}, a name that other wheels and programs use too`,
        ...(microsoftRuntime(key) === undefined ? {} : { level: "info" as const }),
      });
    }
  }
  return problems;
}

/** As far as facts tell: a linker's time stamp, or hash, is in every file. */
function isSame(a: PeBinary, b: PeBinary): boolean {
  return (
    a.size === b.size &&
    a.slice.timestamp === b.slice.timestamp &&
    a.slice.exports.count === b.slice.exports.count &&
    a.slice.checksum.stored === b.slice.checksum.stored
  );
}
