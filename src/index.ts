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
export type { BinaryFormat, DynamicSymbol, NativeFile, Slice } from "./binary.ts";
export type { Edit } from "./edit/apply.ts";

export type { MemberChange } from "./edit/draft.ts";
export type { FieldChange } from "./edit/field-changes.ts";
export type { WheelDiff } from "./edit/wheel-diff.ts";
export { FormatError, RefusalError, UsageError } from "./errors.ts";
export type { Finding, Level, Problem, Profile, RuleInfo, Unverified } from "./finding.ts";
export type { AnyNative, ElfFile } from "./formats.ts";
export type { NodeEngine } from "./node/engine.ts";
export { createEngine } from "./node/engine.ts";
export { openFile } from "./node/file.ts";
export type { EditOptions, RepairOptions, WriteOptions } from "./node/library.ts";
export { diffWheels, editWheel, repairWheel } from "./node/library.ts";
export type { ShowOptions } from "./node/read-binary.ts";
export { readBinary, showBinary } from "./node/read-binary.ts";
export type { Rewritten } from "./node/rewrite-wheel.ts";
export type { RepairSettings } from "./repair/settings.ts";
export type { EditedWheel } from "./report/edit.ts";
export type { GraftedLibrary, RepairReport } from "./report/repair.ts";
export type { ShownBinary } from "./report/show-json.ts";
export type { FileSource } from "./runtime.ts";
export type { Source } from "./source.ts";
export { VERSION } from "./version.ts";
export type { Wheel } from "./wheel/open.ts";
export { openWheel } from "./wheel/open.ts";
