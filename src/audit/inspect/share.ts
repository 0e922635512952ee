/** Which member is inspected when: other threads inflate the large ones while this one goes on. */
import type { Helpers } from "../../runtime.ts";
import { DEFLATED } from "../../zip/layout.ts";
import { type Prepared, prepareRuns } from "./runs.ts";
import type { Access, InspectOptions, MemberTask } from "./task.ts";
import { isNative, isWhole } from "./task.ts";

/** Smaller members (bytes, inflated) cost more to hand over than to inflate. */
const LEAST_HANDED = 96 << 10;
/** Bytes that are inflated and not yet looked at, or one member: what all of them may hold at once. */
const OPEN_BYTES = 32 << 20;
/** The others are asked for what they have done after so many bytes (inflated). */
const TURN_BYTES = 128 << 10;

/**
 * Calls `inspect` for each member: the largest first, as the others have inflated them, and small ones
 * in between. When there is nothing else to do this thread inflates, from the smallest on, and members
 * that are streamed run beside everything else.
 *
 * @param isOver true once there is more native code than an audit judges. Then this thread goes on with
 * the first in the archive: from these it is known which of the others need not be read.
 */
export async function shareOut(
  access: Access,
  helpers: Helpers,
  tasks: readonly MemberTask[],
  options: InspectOptions,
  inspect: (prepared: Prepared) => Promise<void>,
  isOver: () => boolean,
): Promise<void> {
  const isHanded = (task: MemberTask): boolean =>
    task.method === DEFLATED &&
    task.size >= LEAST_HANDED &&
    task.compressedSize < access.source.size;
  const small = prepareRuns(
    access,
    tasks.filter((task) => !isHanded(task)),
    options,
  );
  let large = tasks
    .filter((task) => isHanded(task) && (options.hash || isNative(access, task)))
    .sort((a, b) => b.size - a.size);
  const isHeld = (task: MemberTask): boolean => isWhole(task, options.wholeLimit);
  let first = 0;
  let end = large.length;
  let isBySize = true;
  const ready: Prepared[] = [];
  let open = 0;
  let streaming = 0;
  let running = 0;
  let wake: (() => void) | undefined;
  let failure: { readonly error: unknown } | undefined;
  const ended = (): void => {
    running--;
    wake?.();
  };
  const hand = (task: MemberTask): void => {
    running++;
    if (!isHeld(task)) {
      streaming++;
      inspect({ access, task })
        .catch((error: unknown) => {
          failure ??= { error };
        })
        .finally(() => {
          streaming--;
          ended();
        });
      return;
    }
    open += task.size;
    inflateLater(access, helpers, task)
      .then((prepared) => ready.push(prepared))
      .finally(ended);
  };
  let next = small.next();
  let sinceTurn = 0;
  const work = async (prepared: Prepared): Promise<void> => {
    await inspect(prepared);
    sinceTurn += prepared.task.size;
    if (sinceTurn < TURN_BYTES) return;
    sinceTurn = 0;
    await helpers.turn();
  };
  while (failure === undefined) {
    if (isBySize && isOver()) {
      isBySize = false;
      large = large.slice(first, end).sort((a, b) => b.index - a.index);
      first = 0;
      end = large.length;
    }
    for (let task = large[first]; task !== undefined; task = large[first]) {
      const fits = open === 0 || open + task.size <= OPEN_BYTES || !isHeld(task);
      // What is streamed comes back for each of its chunks, and must not wait for the others then.
      const most = streaming > 0 || !isHeld(task) ? helpers.count : helpers.depth;
      if (running >= most || first >= end || !fits) break;
      first++;
      hand(task);
    }
    const done = ready.shift();
    const last = first < end ? large[end - 1] : undefined;
    if (done !== undefined) {
      await work(done);
      open -= done.task.size;
      if (done.inflated !== undefined) helpers.release(done.inflated);
    } else if (next.done !== true) {
      await work(next.value);
      next = small.next();
    } else if (last !== undefined && isHeld(last)) {
      end--;
      await work({ access, task: last });
    } else if (running > 0) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      wake = undefined;
    } else break;
  }
  if (failure !== undefined) throw failure.error;
}

/** What can't be inflated is prepared all the same: reading it says what is wrong. */
async function inflateLater(access: Access, helpers: Helpers, task: MemberTask): Promise<Prepared> {
  try {
    const inflated = await helpers.inflate(access.source, task);
    return inflated === undefined ? { access, task } : { access, task, inflated };
  } catch {
    return { access, task };
  }
}
