/** What the bundled piscina takes from `node:worker_threads`: every thread runs our one script. */
import type { WorkerOptions } from "node:worker_threads";
import { Worker as Thread } from "node:worker_threads";
import { executableAsset, partUrl, WORKER } from "../src/node/parts.ts";

export { receiveMessageOnPort } from "node:worker_threads";

/** Called with `new`, and gives a thread all the same. */
export function Worker(_script: string, options: WorkerOptions): Thread {
  const asset = executableAsset(WORKER);
  if (asset === undefined) return new Thread(partUrl(WORKER), options);
  return new Thread(Buffer.from(asset.buffer).toString("utf8"), { ...options, eval: true });
}
