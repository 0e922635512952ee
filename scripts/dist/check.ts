/** Nothing is released in which wheelkit itself finds anything. */
import { auditWheel, DEFAULT_AUDIT_OPTIONS } from "../../src/audit/audit.ts";
import { createEngine } from "../../src/node/engine.ts";

/** As `wheelkit audit --strict --profile pypi`; says what it finds. */
export async function checkWheel(path: string): Promise<boolean> {
  const engine = createEngine({ jobs: 1 });
  const { findings } = DEFAULT_AUDIT_OPTIONS;
  const options = {
    ...DEFAULT_AUDIT_OPTIONS,
    findings: { ...findings, profile: "pypi" as const },
    failOn: "warning" as const,
  };
  try {
    const result = await auditWheel(path, engine, options);
    for (const { code, path: member, message } of result.findings) {
      console.error(`${code} ${member ?? result.file}: ${message}`);
    }
    return result.ok;
  } finally {
    await engine.close();
  }
}
