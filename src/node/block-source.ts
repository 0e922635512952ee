/** Files that are read by many small pieces, in fewer calls of the system. */
import type { FileSource } from "../runtime.ts";

/** Bytes that are read at once. */
const BLOCK = 16 << 10;
/** Blocks that are kept of one file. */
const MOST = 16;
/** Blocks begin where pages do. */
const PAGE = 4 << 10;

/**
 * The same file. What is read is a view of a block where it is small: a parser that goes along a table
 * comes back for the next entry.
 */
export function blockSource(file: FileSource): FileSource {
  const { size } = file;
  /** The last read first. */
  const blocks: { readonly start: number; readonly bytes: Uint8Array }[] = [];
  return {
    ...file,
    read(offset, length) {
      const end = offset + length;
      // What is outside of the file is the file's to refuse.
      if (length > BLOCK - PAGE || !(offset >= 0 && length >= 0 && end <= size)) {
        return file.read(offset, length);
      }
      for (const { start, bytes } of blocks) {
        if (offset >= start && end <= start + bytes.length) {
          return bytes.subarray(offset - start, end - start);
        }
      }
      const start = offset - (offset % PAGE);
      const bytes = file.read(start, Math.min(BLOCK, size - start));
      if (blocks.length === MOST) blocks.pop();
      blocks.unshift({ start, bytes });
      return bytes.subarray(offset - start, end - start);
    },
    close() {
      blocks.length = 0;
      file.close();
    },
  };
}
