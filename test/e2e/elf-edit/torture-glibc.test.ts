/** Awkward files for this machine's C library keep working after each edit and the tools that people run next. */
import { KINDS } from "../../support/elf-torture.ts";
import { tortureTests } from "../../support/elf-torture-check.ts";

tortureTests(KINDS);
