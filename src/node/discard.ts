/** Frees memory now: garbage outside V8's heap hardly hurries its collector, and adds up to hundreds of MB. */
import { MessageChannel, type MessagePort } from "node:worker_threads";

/** Smaller arrays (bytes) may lie in a buffer that many share. */
const LEAST = 64 << 10;

let nowhere: MessagePort | undefined;

/** The array is empty afterwards, and so are all others over the same buffer: it must be nobody else's. */
export function discard({ buffer }: Uint8Array): void {
  if (!(buffer instanceof ArrayBuffer) || buffer.byteLength < LEAST) return;
  if (nowhere === undefined) {
    const { port1, port2 } = new MessageChannel();
    // What is sent into a closed channel is moved there, and gone.
    port2.close();
    nowhere = port1;
    nowhere.unref();
  }
  nowhere.postMessage(undefined, [buffer]);
}

/**
 * The same for a chunk of a stream that fills buffers one after the other: the one that fills a
 * buffer to its end is the last of it, if all chunks are dealt with in order.
 */
export function discardFilled(chunk: Uint8Array): void {
  if (chunk.byteOffset + chunk.byteLength === chunk.buffer.byteLength) discard(chunk);
}
