/** The rules that are the same on every platform, in the order of their codes. */
import { stableAbi } from "./abi001-stable.ts";
import { missingExports } from "./abi006-exports.ts";
import { moduleSuffixes } from "./abi007-suffix.ts";
import { initialisers } from "./abi008-init.ts";
import { pypySymbols } from "./abi014-pypy.ts";
import { debugBytes } from "./hrd010-debug.ts";
import { sanitizers } from "./hrd013-sanitizer.ts";
import { unusedLibrary } from "./lnk005-unused.ts";
import { brokenLayout } from "./lnk011-layout.ts";
import type { NativeRule } from "./rule.ts";
import { nativeCodeAndTag } from "./tag001-native-code.ts";
import { wrongSystem } from "./tag003-system.ts";

export const COMMON_RULES: readonly NativeRule[] = [
  nativeCodeAndTag,
  wrongSystem,
  unusedLibrary,
  brokenLayout,
  debugBytes,
  sanitizers,
  stableAbi,
  missingExports,
  moduleSuffixes,
  initialisers,
  pypySymbols,
];
