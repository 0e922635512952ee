/** The rules for Windows, in the order of their codes. */
import { wrongPythonDll } from "./abi004-python-dll.ts";
import { hardening } from "./hrd007-hardening.ts";
import { staleSeals } from "./hrd009-checksum.ts";
import { missingLibrary } from "./lnk001-missing.ts";
import { missingSymbols } from "./lnk003-symbols.ts";
import { nameClash } from "./lnk009-clash.ts";
import { runtimes } from "./lnk012-runtime.ts";
import { addedFolders } from "./lnk013-added-folder.ts";
import { newerWindows } from "./lnk015-windows-version.ts";
import { longPaths } from "./lnk016-path-length.ts";
import type { WindowsRule } from "./rule.ts";
import { wrongArchitecture } from "./tag002-architecture.ts";

export const WINDOWS_RULES: readonly WindowsRule[] = [
  wrongArchitecture,
  missingLibrary,
  missingSymbols,
  nameClash,
  runtimes,
  addedFolders,
  newerWindows,
  longPaths,
  wrongPythonDll,
  hardening,
  staleSeals,
];
