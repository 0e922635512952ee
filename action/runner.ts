/** What GitHub's runner gives an action and takes from it. */
import { randomUUID } from "node:crypto";
import { appendFileSync } from "node:fs";

type Environment = Readonly<Record<string, string | undefined>>;

/** The input `name` of action.yml. */
export function inputOf(env: Environment, name: string): string {
  return env[`INPUT_${name.toUpperCase()}`]?.trim() ?? "";
}

/** Later steps read it as `steps.ID.outputs.name`. */
export function setOutput(env: Environment, name: string, value: string): void {
  const file = env.GITHUB_OUTPUT;
  if (!file) return;
  // A value of several lines must not be able to end itself.
  const end = `end-${randomUUID()}`;
  appendFileSync(file, `${name}<<${end}\n${value}\n${end}\n`);
}

/** An error that the runner shows with the run. */
export function errorCommand(message: string): string {
  const text = message.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
  return `::error title=wheelkit::${text}\n`;
}
