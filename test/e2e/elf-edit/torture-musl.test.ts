/** The same for musl's loader. */
import { MUSL_KINDS } from "../../support/elf-torture.ts";
import { tortureTests } from "../../support/elf-torture-check.ts";

tortureTests(MUSL_KINDS);
