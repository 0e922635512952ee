import { setImmediate as immediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { Room } from "../../../src/node/rooms.ts";
import { createRooms } from "../../../src/node/rooms.ts";

/** What a promise has given by now. */
async function now<Value>(promise: Promise<Value>): Promise<Value | undefined> {
  return await Promise.race([promise, immediate(undefined)]);
}

describe("rooms", () => {
  it("never share a byte while they are lent, and never take more than there is", async () => {
    const total = 1000;
    const rooms = createRooms(total);
    const lent: { room: Room; mark: number }[] = [];
    let seed = 7;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 48_271) >>> 0) % 2_147_483_647;
      return seed % below;
    };
    const give = (index: number): void => {
      const [{ room, mark } = { room: undefined, mark: 0 }] = lent.splice(index, 1);
      expect(room?.bytes.every((byte) => byte === mark)).toBe(true);
      room?.release();
    };
    for (let turn = 0; turn < 3000; turn++) {
      const size = 1 + random(400);
      const asked = rooms.take(size);
      let room = await now(asked);
      // Mostly in order, as results are taken; now and then not.
      while (room === undefined) {
        give(lent.length > 1 && random(4) === 0 ? 1 : 0);
        room = await now(asked);
      }
      const mark = turn % 251;
      room.bytes.fill(mark);
      lent.push({ room, mark });
      expect(room.bytes).toHaveLength(size);
      expect(lent.reduce((sum, each) => sum + each.room.bytes.length, 0)).toBeLessThanOrEqual(
        total,
      );
    }
  });

  it("come in the order in which they are asked for, and large ones have memory of their own", async () => {
    const rooms = createRooms(100);
    const first = await rooms.take(80);
    const order: number[] = [];
    const second = rooms.take(50).then(() => order.push(50));
    const third = rooms.take(10).then(() => order.push(10));
    expect((await rooms.take(101)).bytes).toHaveLength(101);
    expect(order).toEqual([]);
    first.release();
    await Promise.all([second, third]);
    expect(order).toEqual([50, 10]);
  });
});
