/** The bodies of the workers that store device code again. */
import { createHash } from "node:crypto";
import { loadZstd } from "../src/node/zstd.ts";
import type { Recoded, RecodeJob } from "../src/shrink/recode.ts";
import { digestPayload, recodePayload } from "../src/shrink/recode.ts";

export async function recode(job: RecodeJob): Promise<Recoded> {
  return recodePayload(job, await loadZstd(), sha256);
}

export async function decodedDigest(job: Pick<RecodeJob, "entry" | "stored">): Promise<Uint8Array> {
  return digestPayload(job, await loadZstd(), sha256);
}

function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash("sha256").update(bytes).digest());
}
