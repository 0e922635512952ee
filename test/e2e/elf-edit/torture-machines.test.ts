/** The same for other machines: class, byte order, page size. */
import { CROSS_KINDS } from "../../support/elf-torture.ts";
import { tortureTests } from "../../support/elf-torture-check.ts";

tortureTests(CROSS_KINDS);
