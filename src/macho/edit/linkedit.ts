/** The place of the signature, and what `__LINKEDIT` says of its size. */
import { pageSizeOf } from "../arch.ts";
import { LinkeditDataCommand } from "../command-layout.ts";
import { LC } from "../constants.ts";
import { SegmentCommand } from "../layout.ts";
import type { MachoImage } from "../read/image.ts";
import type { Segment } from "../read/segment.ts";
import { contentEnd } from "../read/trailing.ts";
import { type Command, isLinkedit, withFields } from "./commands.ts";
import { refuse } from "./refuse.ts";

export interface LinkeditPlan {
  readonly commands: readonly Command[];
  /** Where the signature begins, from the slice's start; bytes before it are hashed. */
  readonly dataoff: number;
  /** A multiple of 16. */
  readonly datasize: number;
}

/** Bytes: signatures begin and end at multiples of it. */
const ALIGN = 16;

/**
 * Where the signature is kept, or else behind the last table.
 *
 * @param sizeOf bytes of a signature over so many bytes.
 * @throws RefusalError when something lies behind `__LINKEDIT`.
 */
export function planLinkedit(
  image: MachoImage,
  commands: readonly Command[],
  sizeOf: (limit: number) => number,
): LinkeditPlan {
  const { context, segments, source } = image;
  const linkedit = segments.find(({ name }) => name === "__LINKEDIT");
  if (linkedit === undefined) throw refuse("linkedit", "there is no `__LINKEDIT`");
  const dataoff = placeOf(image, linkedit);
  const behind = segments.find(
    ({ name, fileoff, filesize }) =>
      name !== "__LINKEDIT" && filesize > 0 && fileoff + filesize > linkedit.fileoff,
  );
  if (behind !== undefined || dataoff < linkedit.fileoff) {
    throw refuse("linkedit", "`__LINKEDIT` is not the last segment of the file");
  }
  if (dataoff >= source.size + ALIGN) {
    throw refuse("linkedit", "`__LINKEDIT` does not end inside the file");
  }
  if (contentEnd(image) > dataoff) {
    throw refuse("linkedit", "a table lies after the signature, which must be the last one");
  }
  const datasize = Math.ceil(sizeOf(dataoff) / ALIGN) * ALIGN;
  const filesize = dataoff + datasize - linkedit.fileoff;
  const page = BigInt(pageSizeOf(image.header.cputype));
  const needed = ((BigInt(filesize) + page - 1n) / page) * page;
  const vmsize = BigInt(filesize) > linkedit.vmsize ? needed : linkedit.vmsize;
  const above = segments.find(
    ({ vmaddr, vmsize: size }) =>
      size > 0n && vmaddr > linkedit.vmaddr && vmaddr < linkedit.vmaddr + vmsize,
  );
  if (above !== undefined && vmsize > linkedit.vmsize) {
    throw refuse("linkedit", `segment \`${above.name}\` is where \`__LINKEDIT\` has to grow`);
  }
  return {
    dataoff,
    datasize,
    commands: commands.map((command) => {
      if (command.cmd === LC.LC_CODE_SIGNATURE) {
        return withFields(command, (bytes) =>
          LinkeditDataCommand.set(bytes, 0, context, { dataoff, datasize }),
        );
      }
      if (!isLinkedit(command, context)) return command;
      return withFields(command, (bytes) =>
        SegmentCommand.set(bytes, 0, context, { filesize, vmsize }),
      );
    }),
  };
}

/** An old signature's place is kept when it is aligned: so nothing before it changes. */
function placeOf({ tables }: MachoImage, { fileoff, filesize }: Segment): number {
  const end = fileoff + filesize;
  const old = tables.data.get(LC.LC_CODE_SIGNATURE)?.offset ?? end;
  const start = old >= fileoff && old <= end ? old : end;
  return Math.ceil(start / ALIGN) * ALIGN;
}
