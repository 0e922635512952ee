import type { Problem } from "../../../finding.ts";
import { FORMATS } from "../../../formats.ts";
import type { AuditModel } from "../../model.ts";
import type { NativeCode } from "../texts.ts";
import { quote } from "../wording.ts";

const PURELIB = /^[^/]+\.data\/purelib\//;

/** Native code in an `any` wheel or below `purelib`; a platform wheel without any. */
export function nativeCodeAndTag(model: AuditModel): readonly Problem<NativeCode>[] {
  const { binaries, claims, data, members, unreadable } = model;
  const problems: Problem<NativeCode>[] = [];
  const anywhere = claims.some(({ tag }) => tag.kind === "any");
  for (const { path, format, file } of binaries) {
    const elf = file?.format === "elf" ? file.slices[0] : undefined;
    if (data.has(path)) continue;
    if (anywhere) {
      const { code } = FORMATS[format].words;
      const what = elf === undefined ? code : `${code} for ${elf.arch}`;
      problems.push({
        code: "TAG001",
        path,
        message: `${what} in a wheel that is tagged \`any\``,
        // Launchers and .NET assemblies are data for tools that know what to do with them.
        ...(elf !== undefined || /\.(pyd|so|dylib)$/i.test(path) ? {} : { level: "info" as const }),
      });
    } else if (PURELIB.test(path)) {
      problems.push({
        code: "TAG001",
        path,
        message: "native code in the `purelib` folder",
        hint: "configure the build backend for native code, so that it lands in `platlib`",
      });
    }
  }
  const wasm = claims.some(({ text }) => /^(pyemscripten|pyodide|emscripten)/.test(text));
  // A name that can't be read claims nothing, and NAM001 says so.
  const claimsNothing = claims.length === 0 || anywhere || wasm;
  const natives = binaries.filter(({ path }) => !data.has(path));
  const none = natives.length === 0 && unreadable.length === 0;
  if (none && !claimsNothing && members.size > 0) {
    const [first] = binaries;
    const others =
      first === undefined ? "" : `: ${quote(first.path)} is data, for a device or another program`;
    problems.push({
      code: "TAG001",
      level: "warning",
      message: `tagged ${claims.map(({ text }) => quote(text)).join(", ")}, but there is no native code in the wheel${others}`,
    });
  }
  return problems;
}
