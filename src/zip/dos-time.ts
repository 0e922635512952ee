/** DOS dates and times, APPNOTE 4.4.6: two-second steps, 1980 to 2107, no time zone. */
import type { DosTime } from "./writer.ts";

/** 1980-01-01 00:00:00, the least time that a zip archive can hold. */
export const DOS_EPOCH: DosTime = { date: (1 << 5) | 1, time: 0 };

/** 2107-12-31 23:59:58, the greatest, in seconds since 1970. */
const LAST_SECOND = 4_354_819_198;
/** 1980-01-01 in seconds since 1970. */
const FIRST_SECOND = 315_532_800;

/** @param seconds since 1970-01-01 UTC; clamped to what a zip archive can hold. */
export function dosTimeOf(seconds: number): DosTime {
  const moment = new Date(Math.max(FIRST_SECOND, Math.min(LAST_SECOND, seconds)) * 1000);
  return {
    date:
      ((moment.getUTCFullYear() - 1980) << 9) |
      ((moment.getUTCMonth() + 1) << 5) |
      moment.getUTCDate(),
    time:
      (moment.getUTCHours() << 11) |
      (moment.getUTCMinutes() << 5) |
      Math.floor(moment.getUTCSeconds() / 2),
  };
}

/** The later of two times. */
export function laterTime(a: DosTime, b: DosTime): DosTime {
  return a.date > b.date || (a.date === b.date && a.time >= b.time) ? a : b;
}
