/** What dyld and the kernel ask of a file's layout, looked at from the result alone. */
import { LC, MH } from "../constants.ts";
import type { MachoImage } from "../read/image.ts";
import { linkeditParts } from "../read/linkedit-parts.ts";
import { firstContent } from "../read/segment.ts";

/** Empty when there is nothing to object to. */
export function layoutFaults(image: MachoImage): readonly string[] {
  return [
    ...headerFaults(image),
    ...segmentFaults(image),
    ...linkeditFaults(image),
    ...nameFaults(image),
  ];
}

function headerFaults(image: MachoImage): string[] {
  const faults: string[] = [];
  const first = firstContent(image.segments, image.source.size);
  if (image.commandsEnd > first) faults.push("the load commands overlap the first content");
  const end = image.commands.at(-1);
  if (end !== undefined && end.at + end.bytes.length !== image.commandsEnd) {
    faults.push("the load commands are shorter than the header says");
  }
  const step = image.bits === 64 ? 8 : 4;
  if (image.commands.some(({ bytes }) => bytes.length % step !== 0)) {
    faults.push(`a load command's size is not a multiple of ${step}`);
  }
  return faults;
}

function segmentFaults({ segments, source }: MachoImage): string[] {
  const faults: string[] = [];
  const inFile = segments.filter(({ filesize }) => filesize > 0);
  for (const { name, fileoff, filesize, vmsize } of inFile) {
    if (fileoff + filesize > source.size) faults.push(`segment \`${name}\` leaves the file`);
    if (BigInt(filesize) > vmsize) faults.push(`segment \`${name}\` is larger than its memory`);
  }
  const byOffset = [...inFile].sort((a, b) => a.fileoff - b.fileoff);
  const byAddress = segments
    .filter(({ vmsize }) => vmsize > 0n)
    .sort((a, b) => (a.vmaddr < b.vmaddr ? -1 : 1));
  for (const [index, { name, fileoff, filesize }] of byOffset.entries()) {
    const next = byOffset[index + 1];
    if (next !== undefined && fileoff + filesize > next.fileoff) {
      faults.push(`segments \`${name}\` and \`${next.name}\` overlap in the file`);
    }
  }
  for (const [index, { name, vmaddr, vmsize }] of byAddress.entries()) {
    const next = byAddress[index + 1];
    if (next !== undefined && vmaddr + vmsize > next.vmaddr) {
      faults.push(`segments \`${name}\` and \`${next.name}\` overlap in memory`);
    }
  }
  return faults;
}

function linkeditFaults(image: MachoImage): string[] {
  const { segments, source, tables } = image;
  const faults: string[] = [];
  const linkedit = segments.find(({ name }) => name === "__LINKEDIT");
  const parts = [...linkeditParts(image)].sort((a, b) => a.offset - b.offset);
  for (const [index, { name, offset, size }] of parts.entries()) {
    const next = parts[index + 1];
    if (next !== undefined && offset + size > next.offset) {
      faults.push(`the ${name} and the ${next.name} overlap`);
    }
    if (linkedit === undefined) continue;
    const { fileoff, filesize } = linkedit;
    if (offset < fileoff || offset + size > fileoff + filesize) {
      faults.push(`the ${name} lies outside of \`__LINKEDIT\``);
    }
  }
  const signature = tables.data.get(LC.LC_CODE_SIGNATURE);
  if (signature !== undefined) {
    if (signature.offset + signature.size !== source.size) {
      faults.push("the signature is not the last thing in the file");
    }
    if (signature.offset % 16 !== 0) {
      faults.push("the signature does not begin at a multiple of 16");
    }
  }
  return faults;
}

function nameFaults({ dylibs, rpaths, header, id }: MachoImage): string[] {
  const faults: string[] = [];
  const paths = dylibs.map(({ path }) => path);
  if (new Set(paths).size < paths.length) faults.push("two loads have the same name");
  if (new Set(rpaths.map(({ path }) => path)).size < rpaths.length) {
    faults.push("two search paths are the same");
  }
  if ((header.filetype === MH.MH_DYLIB) !== (id !== null)) {
    faults.push(
      id === null ? "a library has no install name" : "only a library has an install name",
    );
  }
  return faults;
}
