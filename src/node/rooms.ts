/**
 * Memory that threads share, lent in pieces: payloads in the making take no more than that, and
 * leave no garbage behind.
 */
export interface Room {
  readonly bytes: Uint8Array;
  release(): void;
}

export interface Rooms {
  /** A room, once there is one. Rooms come in the order in which they are asked for. */
  take(size: number): Promise<Room>;
}

interface Piece {
  readonly start: number;
  readonly end: number;
  free: boolean;
}

interface Waiting {
  readonly size: number;
  readonly give: (room: Room) => void;
}

/**
 * A ring: rooms should be released about in the order in which they were taken, because what lies
 * before one that is not yet released is lent again only after it.
 *
 * @param total bytes of all rooms together; a larger one has memory of its own.
 */
export function createRooms(total: number): Rooms {
  let memory: SharedArrayBuffer | undefined;
  /** In the order of the ring. */
  const lent: Piece[] = [];
  const waiting: Waiting[] = [];

  /** Where a piece of this size may begin now. */
  const place = (size: number): number | undefined => {
    const [first] = lent;
    const last = lent.at(-1);
    if (first === undefined || last === undefined) return 0;
    if (last.end <= first.start) return first.start - last.end >= size ? last.end : undefined;
    if (total - last.end >= size) return last.end;
    return first.start >= size ? 0 : undefined;
  };
  const lend = (size: number, start: number): Room => {
    memory ??= new SharedArrayBuffer(total);
    const piece = { start, end: start + size, free: false };
    lent.push(piece);
    return {
      bytes: new Uint8Array(memory, start, size),
      release() {
        piece.free = true;
        while (lent[0]?.free === true) lent.shift();
        serve();
      },
    };
  };
  const serve = (): void => {
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      const start = place(next.size);
      if (start === undefined) return;
      waiting.shift();
      next.give(lend(next.size, start));
    }
  };
  return {
    async take(size) {
      if (size > total) {
        return { bytes: new Uint8Array(new SharedArrayBuffer(size)), release() {} };
      }
      return await new Promise((give) => {
        waiting.push({ size, give });
        serve();
      });
    },
  };
}
