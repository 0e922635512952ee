/** The rules on native code, in the order of their codes. */
import { stableAbi } from "./abi001-stable.ts";
import { linkedToLibpython } from "./abi005-libpython.ts";
import { missingExports } from "./abi006-exports.ts";
import { moduleSuffixes } from "./abi007-suffix.ts";
import { initialisers } from "./abi008-init.ts";
import { pypySymbols } from "./abi014-pypy.ts";
import { pythonTwoRelics } from "./abi015-python2.ts";
import { executableStack } from "./hrd001-stack.ts";
import { writableCode } from "./hrd002-relocations.ts";
import { debugBytes } from "./hrd010-debug.ts";
import { sanitizers } from "./hrd013-sanitizer.ts";
import { externalLibrary } from "./lnk001-external.ts";
import { missingVersion } from "./lnk002-versions.ts";
import { unusedLibrary } from "./lnk005-unused.ts";
import { searchPaths } from "./lnk006-search-path.ts";
import { neededByPath } from "./lnk008-needed-path.ts";
import { nameClash } from "./lnk009-clash.ts";
import { staticTls } from "./lnk010-static-tls.ts";
import { brokenLayout } from "./lnk011-layout.ts";
import { oftenAbsent } from "./lnk014-often-absent.ts";
import type { NativeRule } from "./rule.ts";
import { nativeCodeAndTag } from "./tag001-native-code.ts";
import { wrongArchitecture } from "./tag002-architecture.ts";
import { wrongSystem } from "./tag003-system.ts";
import { newerThanTag } from "./tag004-too-new.ts";
import { wrongLibc } from "./tag005-libc.ts";
import { smallPageAlignment } from "./tag007-page-size.ts";
import { newerProcessor } from "./tag009-isa.ts";
import { narrowTag } from "./tag010-narrow.ts";

export const RULES: readonly NativeRule[] = [
  nativeCodeAndTag,
  wrongArchitecture,
  wrongSystem,
  newerThanTag,
  wrongLibc,
  smallPageAlignment,
  newerProcessor,
  narrowTag,
  externalLibrary,
  missingVersion,
  unusedLibrary,
  searchPaths,
  neededByPath,
  nameClash,
  staticTls,
  brokenLayout,
  oftenAbsent,
  executableStack,
  writableCode,
  debugBytes,
  sanitizers,
  stableAbi,
  linkedToLibpython,
  missingExports,
  moduleSuffixes,
  initialisers,
  pypySymbols,
  pythonTwoRelics,
];
