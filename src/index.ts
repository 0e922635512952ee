/**
 * wheelkit as a library: the calls that the commands themselves make.
 *
 * ```ts
 * import { createEngine, auditWheel } from "wheelkit";
 *
 * const engine = createEngine({ jobs: 2 });
 * const result = await auditWheel("dist/demo-1.0-cp312-cp312-linux_x86_64.whl", engine);
 * console.log(result.platform.supported, result.findings.length);
 * await engine.close();
 * ```
 */
export type { AuditOptions, Engine } from "./audit/audit.ts";
export { auditWheel, DEFAULT_AUDIT_OPTIONS } from "./audit/audit.ts";
export type {
  BinaryResult,
  ExternalLibrary,
  PlatformVerdict,
  PolicyReason,
  ResolvedDependency,
  WheelResult,
} from "./audit/result.ts";
export type { RuleCode } from "./audit/rules/table.ts";
export { RULES } from "./audit/rules/table.ts";
export type { BinaryFormat, NativeFile, Slice } from "./binary.ts";
export { FormatError, RefusalError, UsageError } from "./errors.ts";
export type { Finding, Level, Problem, Profile, RuleInfo, Unverified } from "./finding.ts";
export type { AnyNative, ElfFile, ElfSlice } from "./formats.ts";
export type { NodeEngine } from "./node/engine.ts";
export { createEngine } from "./node/engine.ts";
export { openFile } from "./node/file.ts";
export { readBinary } from "./node/read-binary.ts";
export type { FileSource } from "./runtime.ts";
export type { Source } from "./source.ts";
export { VERSION } from "./version.ts";
export type { Wheel } from "./wheel/open.ts";
export { openWheel } from "./wheel/open.ts";
