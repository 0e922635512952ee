/** The rules for macOS and iOS, in the order of their codes. */
import { linkedToPython } from "./abi005-libpython.ts";
import { missingLibrary } from "./lnk001-missing.ts";
import { flatImports } from "./lnk004-flat.ts";
import { runPaths } from "./lnk006-run-path.ts";
import { relativeNames } from "./lnk008-relative.ts";
import { looseLibrary } from "./lnk017-loose.ts";
import { brokenSignature } from "./lnk018-signature.ts";
import { repeatedNames } from "./lnk019-repeated.ts";
import { refusedImage } from "./lnk020-refused.ts";
import type { MacosRule } from "./rule.ts";
import { wrongArchitecture } from "./tag002-architecture.ts";
import { wrongPlatform } from "./tag003-platform.ts";
import { newerSystem } from "./tag006-too-new.ts";
import { narrowTag } from "./tag010-narrow.ts";
import { unknownToInstallers } from "./tag012-installers.ts";

export const MACOS_RULES: readonly MacosRule[] = [
  wrongArchitecture,
  wrongPlatform,
  newerSystem,
  narrowTag,
  unknownToInstallers,
  missingLibrary,
  flatImports,
  runPaths,
  relativeNames,
  repeatedNames,
  refusedImage,
  looseLibrary,
  brokenSignature,
  linkedToPython,
];
