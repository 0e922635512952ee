/**
 * Large native members that an inspection inflates, kept in temporary files: their tables are read
 * there instead of in memory, and a repair that follows would inflate each once more to patch it.
 */
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { formatOf } from "../formats.ts";
import type { FileSource, KeepingStream, MemberSpan, MemberStream } from "../runtime.ts";
import type { TemporaryFile } from "./temporary.ts";
import { temporaryFile } from "./temporary.ts";

export interface KeptMembers {
  /** Streams members of one wheel as `stream` does, and keeps the native ones. */
  over(stream: MemberStream): KeepingStream;
  /**
   * The content of a member that was found sound. It is given once, and is the caller's to close.
   *
   * @returns `undefined` for one that was not kept.
   */
  take(span: MemberSpan): FileSource | undefined;
  /** Removes the files that nobody took. */
  close(): void;
}

/** Bytes of all files together: what comes later is inflated again. */
const MOST_BYTES = 2 ** 30;
/** Bytes that are read from a file at once. */
const CHUNK = 256 << 10;

/**
 * @param folder where the results go. It is not made for this: they may be refused.
 * @param onBegin is told of each member that begins to be kept.
 */
export function keepMembers(
  folder: string,
  onBegin: (span: MemberSpan) => void = () => {},
): KeptMembers {
  const sound = new Map<number, FileSource>();
  const beside = join(nearestFolder(folder), "wheelkit");
  let left = MOST_BYTES;
  const begun = new Set<number>();
  const keep = (stream: MemberStream): MemberStream => {
    return async (span, onChunk) => {
      const kept = sound.get(span.dataOffset);
      if (kept !== undefined) return readKept(kept, onChunk);
      let file: TemporaryFile | undefined;
      const drop = (): void => {
        if (file === undefined) return;
        file.close();
        file = undefined;
        begun.delete(span.dataOffset);
        left += span.size;
      };
      try {
        const problems = await stream(span, (bytes, offset) => {
          try {
            if (offset === 0 && span.size <= left && formatOf(bytes) !== undefined) {
              file = temporaryFile(beside);
              begun.add(span.dataOffset);
              left -= span.size;
              onBegin(span);
            }
            file?.write(bytes, offset);
          } catch {
            // No room, or no right to write there, and so for the next: they can be inflated again.
            drop();
            left = 0;
          }
          const goesOn = onChunk(bytes, offset);
          if (goesOn === false) drop();
          return goesOn;
        });
        if (file !== undefined && problems.length === 0) {
          sound.set(span.dataOffset, file.source(span.size));
          file = undefined;
        }
        return problems;
      } finally {
        drop();
      }
    };
  };
  return {
    over: (stream) => ({
      stream: keep(stream),
      isKept: ({ dataOffset }) => begun.has(dataOffset),
      kept: ({ dataOffset }) => sound.get(dataOffset),
    }),
    take({ dataOffset }) {
      const source = sound.get(dataOffset);
      sound.delete(dataOffset);
      begun.delete(dataOffset);
      return source;
    },
    close() {
      for (const source of sound.values()) source.close();
      sound.clear();
    },
  };
}

function nearestFolder(path: string): string {
  let folder = resolve(path);
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

function readKept(source: FileSource, onChunk: Parameters<MemberStream>[1]): readonly [] {
  for (let at = 0; at < source.size; at += CHUNK) {
    if (onChunk(source.read(at, Math.min(CHUNK, source.size - at)), at) === false) break;
  }
  return [];
}
