/** What became of payloads, for those that come again: libraries of one wheel share much of their code. */
import { hash } from "node:crypto";
import type { DeviceEntry } from "../device-code/entry.ts";
import type { Recoded, RecodeWish } from "../shrink/recode.ts";
import { readInto } from "../source.ts";
import type { TemporaryFile } from "./temporary.ts";
import { temporaryFile } from "./temporary.ts";

/** Smaller payloads (bytes) are sooner done again than looked up. */
const LEAST = 16 << 10;
/** Bytes that are kept in the temporary file. */
const MOST = 1 << 30;

export interface KnownPayloads {
  /** What the wish gave before, its payload put into `room`. */
  find(key: string, room: Uint8Array): Recoded | undefined;
  add(key: string, recoded: Recoded): void;
  close(): void;
}

interface Known extends Omit<Recoded, "payload"> {
  /** Where the payload is in the file. */
  readonly place:
    | { readonly at: number; readonly length: number; readonly codec: "lz4" | "zstd"; size: number }
    | undefined;
}

/** `undefined` for what is not worth it. */
export function payloadKey(
  { entry, ...wish }: Pick<RecodeWish, "entry"> & Partial<RecodeWish>,
  stored: Uint8Array,
): string | undefined {
  if (stored.length < LEAST) return undefined;
  const { codec, size, kind }: DeviceEntry = entry;
  const how = [codec, size, kind, wish.codec, wish.effort, wish.stripDebug].join(" ");
  return `${hash("sha256", stored, "base64")} ${how}`;
}

/** @param beside the temporary file goes beside this path. */
export function createKnownPayloads(beside: string): KnownPayloads {
  const known = new Map<string, Known>();
  let file: TemporaryFile | undefined;
  let end = 0;
  return {
    find(key, room) {
      const found = known.get(key);
      if (found === undefined) return undefined;
      const { place, ...rest } = found;
      if (place === undefined || file === undefined) return { ...rest, payload: undefined };
      const { at, length, codec, size } = place;
      const bytes = room.subarray(0, length);
      readInto(file.source(end), at, bytes);
      return { ...rest, payload: { codec, bytes, size } };
    },
    add(key, { payload, ...rest }) {
      if (payload === undefined) {
        known.set(key, { ...rest, place: undefined });
        return;
      }
      const { bytes, codec, size } = payload;
      if (end + bytes.length > MOST) return;
      file ??= temporaryFile(beside);
      file.write(bytes, end);
      known.set(key, { ...rest, place: { at: end, length: bytes.length, codec, size } });
      end += bytes.length;
    },
    close() {
      known.clear();
      file?.close();
      file = undefined;
      end = 0;
    },
  };
}
