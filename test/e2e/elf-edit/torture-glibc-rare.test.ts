/** Files whose gaps are full, programs, and what other linkers and tools leave: they keep working too. */
import { RARE_KINDS } from "../../support/elf-torture.ts";
import { tortureTests } from "../../support/elf-torture-check.ts";

tortureTests(RARE_KINDS);
