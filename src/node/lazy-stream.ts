/** {@link streamMember} that loads its library (yauzl) with the first member that is streamed. */
import type { MemberStream } from "../runtime.ts";
import type { Source } from "../source.ts";

export function lazyStream(archive: Source): MemberStream {
  let stream: MemberStream | undefined;
  return async (span, onChunk) => {
    stream ??= (await import("./stream.ts")).streamMember(archive);
    return await stream(span, onChunk);
  };
}
