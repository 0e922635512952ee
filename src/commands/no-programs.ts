/**
 * What the bundled commander takes from `node:child_process`: no command is a program of its own, and
 * that module brings the network with it, which takes longer to load than commander.
 */
export function spawn(): never {
  throw new Error("no command is a program of its own");
}
