/**
 * `node bench/windows.mjs`: audits of published Windows wheels over 20 MB beside `unzip -tq`; `--write`
 * writes `docs/benchmarks-windows.md`.
 */
import { auditRows, finish } from "./beside.mjs";

await auditRows("windows-wheels.json", 20e6);
finish("windows", "Audits of published wheels. Yardstick: `unzip -tq`.");
