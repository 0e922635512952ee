/** Whether all that a file holds is known to follow when its header grows. */
import { CPU_TYPE, LC, MH, S, SECTION_TYPE } from "../constants.ts";
import { isEncrypted } from "../facts/summary.ts";
import { isDylibLoad } from "../read/dylib.ts";
import type { MachoImage } from "../read/image.ts";
import { linkeditParts } from "../read/linkedit-parts.ts";
import type { Segment } from "../read/segment.ts";
import { refuse } from "./refuse.ts";

/** Load commands without an offset or an address, and those that are changed. */
const KNOWN: ReadonlySet<number> = new Set([
  LC.LC_SEGMENT_64,
  LC.LC_SYMTAB,
  LC.LC_DYSYMTAB,
  LC.LC_ID_DYLIB,
  LC.LC_LOAD_DYLINKER,
  LC.LC_UUID,
  LC.LC_RPATH,
  LC.LC_CODE_SIGNATURE,
  LC.LC_SUB_FRAMEWORK,
  LC.LC_SUB_CLIENT,
  LC.LC_SUB_UMBRELLA,
  LC.LC_SUB_LIBRARY,
  LC.LC_DYLD_INFO,
  LC.LC_DYLD_INFO_ONLY,
  LC.LC_VERSION_MIN_MACOSX,
  LC.LC_VERSION_MIN_IPHONEOS,
  LC.LC_BUILD_VERSION,
  LC.LC_FUNCTION_STARTS,
  LC.LC_DATA_IN_CODE,
  LC.LC_SOURCE_VERSION,
  LC.LC_MAIN,
  LC.LC_DYLD_EXPORTS_TRIE,
  LC.LC_DYLD_CHAINED_FIXUPS,
  LC.LC_ENCRYPTION_INFO_64,
]);

const TYPES: ReadonlySet<number> = new Set([MH.MH_DYLIB, MH.MH_BUNDLE, MH.MH_EXECUTE]);
/** Binary logarithm of the largest alignment that a move by a page keeps. */
const PAGE_ALIGN: Readonly<Record<number, number>> = {
  [CPU_TYPE.CPU_TYPE_X86_64]: 12,
  [CPU_TYPE.CPU_TYPE_ARM64]: 14,
};

/** Programs have addresses of 47 bits. */
const HIGHEST = 2n ** 47n;

/**
 * The segment with the header.
 *
 * @throws RefusalError when something is not known.
 */
export function checkGrowable(image: MachoImage): Segment {
  const { header, commands, segments, tables, arch } = image;
  const align = PAGE_ALIGN[header.cputype];
  if (align === undefined || !TYPES.has(header.filetype) || isEncrypted(image)) {
    throw refuse("grow", `the header of a file like this is not made larger`);
  }
  const strange = commands.find(({ cmd }) => !KNOWN.has(cmd) && !isDylibLoad(cmd));
  if (strange !== undefined) throw refuse("grow", `${strange.name} may hold an address`);
  const { dysymtab, dyldInfo } = tables;
  const old =
    dysymtab !== null &&
    dysymtab.ntoc + dysymtab.nmodtab + dysymtab.nextrefsyms + dysymtab.nextrel + dysymtab.nlocrel >
      0;
  if (old || (dyldInfo !== null && arch === "arm64e")) {
    throw refuse("grow", "addresses are fixed in an old way");
  }
  const [text] = segments.filter(({ vmsize, filesize }) => vmsize > 0n && filesize > 0);
  if (text === undefined || text.name !== "__TEXT" || text.fileoff !== 0) {
    throw refuse("grow", "the header is not in `__TEXT`");
  }
  for (const { name, vmaddr, vmsize, fileoff, filesize, sections } of segments) {
    const beyond = [vmaddr, vmsize, ...sections.map(({ addr }) => addr)].some(
      (each) => each > HIGHEST,
    );
    if (beyond) throw refuse("grow", `segment \`${name}\` is beyond all addresses of programs`);
    const size = image.source.size;
    if (fileoff + filesize > size || sections.some(({ offset }) => offset > size)) {
      throw refuse("layout", `segment \`${name}\` reaches after the end of the file`);
    }
    if (vmaddr < text.vmaddr && filesize > 0) {
      throw refuse("grow", `segment \`${name}\` is before the header`);
    }
    const wide = sections.find((section) => section.align > align);
    if (wide !== undefined) {
      throw refuse("grow", `section \`${wide.name}\` needs a larger alignment`);
    }
    if (sections.some(({ nreloc }) => nreloc > 0)) {
      throw refuse("grow", "sections have relocations");
    }
    if (sections.some(({ flags }) => (flags & SECTION_TYPE) === S.S_DTRACE_DOF)) {
      throw refuse("grow", "the offsets of DTrace probes count from the header");
    }
  }
  const linkedit = segments.find(({ name }) => name === "__LINKEDIT");
  const outside = linkeditParts(image).find(({ offset }) => offset < (linkedit?.fileoff ?? 0));
  if (linkedit === undefined || outside !== undefined) {
    throw refuse("grow", "the tables are not in `__LINKEDIT`");
  }
  return text;
}
