import type { Problem } from "../../../finding.ts";
import type { ElfSlice } from "../../../formats.ts";
import type { LinuxModel } from "../../linux/model.ts";
import type { NativeCode } from "../texts.ts";
import { quote } from "../wording.ts";

/** The version that a library has to need of glibc, so that one without RELR refuses it instead of crashing. */
const GUARD = "GLIBC_ABI_DT_RELR";
/** Android's loader reads its own tag from this API level on, and the common one from the second. */
const ANDROID_API = { android: 28, standard: 30 } as const;

/** Relative relocations in a form that loaders of the tag's systems skip, so that pointers stay wrong. */
export function unreadRelocations(model: LinuxModel): readonly Problem<NativeCode>[] {
  const { considered } = model.identity;
  return considered.flatMap(({ path, slice }): readonly Problem<NativeCode>[] => {
    // A static program applies its own.
    if (slice.relr === null || (slice.kind !== "shared" && slice.interpreter === null)) return [];
    const found = judge(model, slice, slice.relr);
    return found === undefined ? [] : [{ code: "LNK025", path, ...found }];
  });
}

function judge(
  { claims, identity }: LinuxModel,
  slice: ElfSlice,
  form: "standard" | "android",
): Pick<Problem<NativeCode>, "message" | "level"> | undefined {
  if (identity.family === "android") {
    const needed = ANDROID_API[form];
    const older = claims.filter(({ tag }) => tag.kind === "android" && tag.api < needed);
    if (older.length === 0) return undefined;
    const names = older.map(({ text }) => quote(text)).join(", ");
    return { message: `${name(form)} is read from API level ${needed} on, but tagged ${names}` };
  }
  if (form === "android") return { message: `${name(form)} is read by no loader but Android's` };
  if (identity.family === "musllinux") {
    // All tags of musl promise an older one, and systems with it have reached their end of life.
    return {
      level: "warning",
      message: `${name(form)} is read from musl 1.2.4 on, and the tag promises less`,
    };
  }
  const needs = slice.versionNeeds.flatMap(({ versions }) =>
    versions.map(({ version }) => version),
  );
  if (needs.includes(GUARD)) return undefined;
  const old = claims.some(({ tag }) => !(tag.kind === "manylinux" && tag.minor >= 36));
  if (!old && needs.length === 0) return undefined;
  return { message: `${name(form)} is read from glibc 2.36 on, and ${quote(GUARD)} is not needed` };
}

function name(form: "standard" | "android"): string {
  return form === "android" ? "DT_ANDROID_RELR" : "DT_RELR";
}
