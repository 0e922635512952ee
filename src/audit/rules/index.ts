/** The rules on native code, in the order of their codes. */
import { stableAbi } from "./common/abi001-stable.ts";
import { linkedToLibpython } from "./common/abi005-libpython.ts";
import { missingExports } from "./common/abi006-exports.ts";
import { moduleSuffixes } from "./common/abi007-suffix.ts";
import { initialisers } from "./common/abi008-init.ts";
import { pypySymbols } from "./common/abi014-pypy.ts";
import { pythonTwoRelics } from "./common/abi015-python2.ts";
import { debugBytes } from "./common/hrd010-debug.ts";
import { sanitizers } from "./common/hrd013-sanitizer.ts";
import { externalLibrary } from "./common/lnk001-external.ts";
import { unusedLibrary } from "./common/lnk005-unused.ts";
import { neededByPath } from "./common/lnk008-needed-path.ts";
import { nameClash } from "./common/lnk009-clash.ts";
import { brokenLayout } from "./common/lnk011-layout.ts";
import { nativeCodeAndTag } from "./common/tag001-native-code.ts";
import { wrongArchitecture } from "./common/tag002-architecture.ts";
import { wrongSystem } from "./common/tag003-system.ts";
import { executableStack } from "./linux/hrd001-stack.ts";
import { writableCode } from "./linux/hrd002-relocations.ts";
import { missingVersion } from "./linux/lnk002-versions.ts";
import { searchPaths } from "./linux/lnk006-search-path.ts";
import { staticTls } from "./linux/lnk010-static-tls.ts";
import { oftenAbsent } from "./linux/lnk014-often-absent.ts";
import { newerThanTag } from "./linux/tag004-too-new.ts";
import { wrongLibc } from "./linux/tag005-libc.ts";
import { smallPageAlignment } from "./linux/tag007-page-size.ts";
import { newerProcessor } from "./linux/tag009-isa.ts";
import { narrowTag } from "./linux/tag010-narrow.ts";
import type { NativeRule } from "./rule.ts";

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
