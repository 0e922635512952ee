import { describe, expect, it } from "vitest";
import { LINUX_POLICY_DATA } from "../../../src/policy/data/linux.ts";
import { interestingSymbol } from "../../../src/policy/interest.ts";

describe("interestingSymbol", () => {
  it("picks every forbidden symbol", () => {
    for (const { blacklist } of [LINUX_POLICY_DATA.manylinux, LINUX_POLICY_DATA.musllinux]) {
      for (const byPolicy of Object.values(blacklist)) {
        for (const name of Object.values(byPolicy).flat())
          expect(interestingSymbol(name)).toBe(true);
      }
    }
  });

  it.each([
    "PyFPE_jbuf",
    "PyUnicodeUCS2_AsUTF8String",
    "PyObject_Call",
    "_PyBytes_Resize",
    "_Py_Dealloc",
    "Py_BuildValue",
    "PyPyArg_ParseTuple",
    "__asan_init",
    "__ubsan_handle_add_overflow",
    "__gcov_init",
    "qsort_r",
    "__clock_gettime64",
    "__gmtime64_r",
    "__nanosleep_time64",
  ])("picks %s", (name) => {
    expect(interestingSymbol(name)).toBe(true);
  });

  it.each(["", "P", "_", "__", "malloc", "__gmon_start__", "_ZN5torch3jitE", "_PrintNothing"])(
    "passes over %j",
    (name) => {
      expect(interestingSymbol(name)).toBe(false);
    },
  );
});
