/** The rules for Linux and Android, in the order of their codes. */
import { linkedToLibpython } from "./abi005-libpython.ts";
import { pythonTwoRelics } from "./abi015-python2.ts";
import { executableStack } from "./hrd001-stack.ts";
import { writableCode } from "./hrd002-relocations.ts";
import { externalLibrary } from "./lnk001-external.ts";
import { missingVersion } from "./lnk002-versions.ts";
import { undefinedSymbol } from "./lnk003-undefined.ts";
import { searchPaths } from "./lnk006-search-path.ts";
import { neededByPath } from "./lnk008-needed-path.ts";
import { nameClash } from "./lnk009-clash.ts";
import { staticTls } from "./lnk010-static-tls.ts";
import { brokenSegments } from "./lnk011-segments.ts";
import { oftenAbsent } from "./lnk014-often-absent.ts";
import { outOfReach } from "./lnk021-out-of-reach.ts";
import { bundledCLibrary } from "./lnk022-c-library.ts";
import { missingExecuteBit } from "./lnk023-execute-bit.ts";
import { foreignLoader } from "./lnk024-interpreter.ts";
import { unreadRelocations } from "./lnk025-relr.ts";
import type { LinuxRule } from "./rule.ts";
import { wrongArchitecture } from "./tag002-architecture.ts";
import { newerAndroid } from "./tag003-android.ts";
import { newerThanTag } from "./tag004-too-new.ts";
import { wrongLibc } from "./tag005-libc.ts";
import { smallPageAlignment } from "./tag007-page-size.ts";
import { newerProcessor } from "./tag009-isa.ts";
import { narrowTag } from "./tag010-narrow.ts";

export const LINUX_RULES: readonly LinuxRule[] = [
  wrongArchitecture,
  newerAndroid,
  newerThanTag,
  wrongLibc,
  smallPageAlignment,
  newerProcessor,
  narrowTag,
  externalLibrary,
  missingVersion,
  undefinedSymbol,
  searchPaths,
  neededByPath,
  nameClash,
  staticTls,
  brokenSegments,
  oftenAbsent,
  outOfReach,
  bundledCLibrary,
  missingExecuteBit,
  foreignLoader,
  unreadRelocations,
  executableStack,
  writableCode,
  linkedToLibpython,
  pythonTwoRelics,
];
