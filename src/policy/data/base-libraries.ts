/**
 * Libraries that every manylinux policy lets the host provide, beside the C library's own, and the
 * packages that small systems would have to install for them.
 *
 * Sources, read in November 2026:
 * - Debian: the package index of Debian 12. `debian:slim`, which Docker's `python:slim` is built on, is
 *   the essential and required packages, apt, and what these depend on (101 packages). libc6, libgcc-s1,
 *   libstdc++6 and zlib1g are among them; the packages below are not, but for libc6 (libnsl).
 * - `python:slim` itself has had no libexpat1 since October 2024: docker-library/python#980, #984, #989.
 * - Fedora 28 and RHEL 8 took libnsl out of glibc's own package: nfs-ganesha/ntirpc#102,
 *   AppImageCommunity/pkg2appimage#351. libatomic is a package of its own there as well.
 */
export interface BaseLibrary {
  /** What people call it. */
  readonly what: string;
  /** Package of Debian; `null`: every Debian has it. */
  readonly debian: string | null;
  /** Package of Fedora and RHEL. */
  readonly rpm: string;
}

const GLIB: BaseLibrary = { what: "GLib", debian: "libglib2.0-0", rpm: "glib2" };

function x11(debian: string, rpm: string): BaseLibrary {
  return { what: "the X11 libraries", debian, rpm };
}

/** By SONAME. */
export const OFTEN_ABSENT: ReadonlyMap<string, BaseLibrary> = new Map([
  ["libglib-2.0.so.0", GLIB],
  ["libgobject-2.0.so.0", GLIB],
  ["libgthread-2.0.so.0", GLIB],
  ["libGL.so.1", { what: "OpenGL", debian: "libgl1", rpm: "libglvnd-glx" }],
  ["libX11.so.6", x11("libx11-6", "libX11")],
  ["libXext.so.6", x11("libxext6", "libXext")],
  ["libXrender.so.1", x11("libxrender1", "libXrender")],
  ["libICE.so.6", x11("libice6", "libICE")],
  ["libSM.so.6", x11("libsm6", "libSM")],
  ["libexpat.so.1", { what: "Expat", debian: "libexpat1", rpm: "expat" }],
  ["libnsl.so.1", { what: "the old NIS library", debian: null, rpm: "libnsl" }],
  ["libatomic.so.1", { what: "GCC's atomic library", debian: "libatomic1", rpm: "libatomic" }],
]);
