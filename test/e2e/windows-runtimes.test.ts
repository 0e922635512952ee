/** Real runtimes: C++, OpenMP and Fortran of mingw-w64, found where Linux keeps them, and run by wine. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { requireTool } from "../support/tools.ts";
import { importUnderWine, windowsBench } from "../support/windows-bench.ts";
import { loadUnderWine, WINE } from "../support/wine.ts";

const CXX = requireTool("x86_64-w64-mingw32-g++");
const FORTRAN = requireTool("x86_64-w64-mingw32-gfortran");
const root = mkdtempSync(join(tmpdir(), "wheelkit-runtimes-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const { wheel, repair } = windowsBench(() => root);
const PYD = "demo/_x.pyd";

const C = `#include <stdexcept>
#include <string>
#include <vector>
extern "C" {
int fsum_(int *);
__declspec(dllexport) void *PyInit__x(void) { return 0; }
__declspec(dllexport) int answer(void) {
  int n = 0, k = 7;
  std::vector<std::string> parts(5, "a");
  try { throw std::runtime_error("x"); } catch (std::exception &) { n = (int)parts.size(); }
#pragma omp parallel for reduction(+ : n)
  for (int i = 0; i < 10; i++) n += 1;
  return n + fsum_(&k);
}
}
`;
const F = `integer function fsum(k)
 integer, intent(in) :: k
 real(16) :: x
 character(len=20) :: s
 x = sqrt(real(k*k,16))
 write(s,'(i5)') int(x)
 read(s,*) fsum
end function
`;

function build(): Uint8Array {
  const at = (name: string): string => join(root, name);
  writeFileSync(at("m.cpp"), C);
  writeFileSync(at("f.f90"), F);
  execFileSync(FORTRAN ?? "", ["-c", at("f.f90"), "-o", at("f.o")]);
  const libraries = ["-lgfortran", "-lquadmath"];
  execFileSync(CXX ?? "", [
    ...["-shared", "-fopenmp", at("m.cpp"), at("f.o"), ...libraries, "-o", at("_x.pyd")],
  ]);
  return readFileSync(at("_x.pyd"));
}

describe.skipIf(WINE === undefined || CXX === undefined || FORTRAN === undefined)(
  "runtimes",
  () => {
    it.each(["init", "adjacent"])(
      "come with their chain, in the %s layout",
      { timeout: 180_000 },
      async (layout) => {
        const input = wheel({ files: { [PYD]: build() } });
        const done = await repair(input, "--sysroot", "/", "--windows-layout", layout);
        expect([done.status, done.err]).toEqual([0, ""]);
        const dlls = readdirSync(done.site, { recursive: true, encoding: "utf8" })
          .filter((path) => path.endsWith(".dll"))
          .map((path) => path.replace(/^.*\/|-[0-9a-f]{32}\.dll$/g, ""));
        expect(dlls.sort()).toEqual([
          ...["libgcc_s_seh-1", "libgfortran-5", "libgomp-1", "libquadmath-0", "libstdc++-6"],
          "libwinpthread-1",
        ]);
        expect(importUnderWine(done.site, PYD, "answer").values).toEqual({ answer: 22 });
        if (layout === "init") {
          expect(loadUnderWine({ file: join(done.site, PYD), calls: ["answer"] }).error).toBe(126);
        }
      },
    );
  },
);
