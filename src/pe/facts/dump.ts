/** All that `llvm-readobj` says of a PE file's headers and tables, as JSON with the specification's names. */
import { hex } from "../../problems.ts";
import type { CorHeader, TlsDirectory } from "../layout.ts";
import {
  debugTypeName,
  directoryName,
  dllFlagNames,
  fileFlagNames,
  machineName,
  sectionFlagNames,
  subsystemName,
} from "../names.ts";
import { parseCertificates } from "../read/certificates.ts";
import { sectionName } from "../read/coff-symbols.ts";
import { codeViewOf } from "../read/debug.ts";
import { forwardersOf } from "../read/exports.ts";
import type { PeImage } from "../read/image.ts";
import { forEachRelocation } from "../read/relocations.ts";
import type { ImportedSymbol } from "../read/thunks.ts";
import { exportNames } from "./exports.ts";

/** Offsets, sizes and counts are numbers; addresses and flags hex. */
export function dumpPe(image: PeImage): object {
  const { header, coff, certificates, overlay, problems } = image;
  return {
    header: dumpHeader(image),
    directories: header.directories
      .filter(({ address, size }) => address !== 0 || size !== 0)
      .map(({ index, address, size }) => ({
        name: directoryName(index),
        address: hex(address),
        size,
      })),
    sections: dumpSections(image),
    imports: image.imports().map((table) => ({
      library: table.library,
      name: hex(table.Name),
      lookupTable: hex(table.OriginalFirstThunk),
      addressTable: hex(table.FirstThunk),
      timestamp: table.TimeDateStamp,
      symbols: table.symbols.map(symbolText),
    })),
    delayImports: image.delayImports().map((table) => ({
      library: table.library,
      attributes: table.Attributes,
      name: hex(table.DllNameRVA),
      lookupTable: hex(table.ImportNameTableRVA),
      addressTable: hex(table.ImportAddressTableRVA),
      symbols: table.symbols.map(symbolText),
    })),
    boundImports: image.boundImports().map(({ library, forwarder, TimeDateStamp }) => ({
      library,
      forwarder,
      timestamp: TimeDateStamp,
    })),
    exports: dumpExports(image),
    relocations: countRelocations(image),
    debug: image.debug().map((entry) => ({
      type: debugTypeName(entry.Type),
      timestamp: entry.TimeDateStamp,
      size: entry.SizeOfData,
      address: hex(entry.AddressOfRawData),
      offset: entry.PointerToRawData,
    })),
    pdb: codeViewOf(image, image.debug()),
    loadConfig: dumpLoadConfig(image),
    tls: dumpTls(image.tls()),
    clr: dumpCor(image.cor()),
    resources: image.resources().map(({ type, name, language, rva, size }) => ({
      type,
      name,
      language,
      address: hex(rva),
      size,
    })),
    coffSymbols:
      coff === null
        ? null
        : { offset: coff.offset, count: coff.symbolCount, strings: coff.stringsSize },
    certificates:
      certificates === null
        ? null
        : {
            offset: certificates.offset,
            size: certificates.size,
            types: parseCertificates(image.source, header, problems).map(({ type }) => type),
          },
    overlay: { offset: overlay.start, size: overlay.end - overlay.start, kind: overlay.kind },
    problems: problems.list,
  };
}

function dumpHeader({ header }: PeImage): object {
  const { lfanew, file, optional, windows, context } = header;
  return {
    e_lfanew: lfanew,
    machine: machineName(file.Machine),
    timestamp: file.TimeDateStamp,
    characteristics: fileFlagNames(file.Characteristics),
    magic: context.variant === "pe32" ? "PE32" : "PE32+",
    linkerVersion: `${optional.MajorLinkerVersion}.${optional.MinorLinkerVersion}`,
    sizeOfCode: optional.SizeOfCode,
    sizeOfInitializedData: optional.SizeOfInitializedData,
    sizeOfUninitializedData: optional.SizeOfUninitializedData,
    entry: hex(optional.AddressOfEntryPoint),
    imageBase: hex(windows.ImageBase),
    sectionAlignment: windows.SectionAlignment,
    fileAlignment: windows.FileAlignment,
    osVersion: `${windows.MajorOperatingSystemVersion}.${windows.MinorOperatingSystemVersion}`,
    imageVersion: `${windows.MajorImageVersion}.${windows.MinorImageVersion}`,
    subsystemVersion: `${windows.MajorSubsystemVersion}.${windows.MinorSubsystemVersion}`,
    sizeOfImage: windows.SizeOfImage,
    sizeOfHeaders: windows.SizeOfHeaders,
    checkSum: hex(windows.CheckSum),
    subsystem: subsystemName(windows.Subsystem),
    dllCharacteristics: dllFlagNames(windows.DllCharacteristics),
    numberOfRvaAndSizes: windows.NumberOfRvaAndSizes,
  };
}

function dumpSections({ source, sections, coff }: PeImage): readonly object[] {
  return sections.map((section) => ({
    name: sectionName(source, section, coff),
    address: hex(section.VirtualAddress),
    virtualSize: section.VirtualSize,
    offset: section.PointerToRawData,
    size: section.SizeOfRawData,
    characteristics: sectionFlagNames(section.Characteristics),
  }));
}

function symbolText({ name, ordinal, hint }: ImportedSymbol): string {
  return name === null ? `#${ordinal}` : `${name} (${hint})`;
}

function dumpExports(image: PeImage): object | null {
  const exports = image.exports();
  if (exports === null) return null;
  const targets = new Map(
    forwardersOf(exports, image.memory, image.problems).map(({ index, text }) => [index, text]),
  );
  const names = new Map<number, string[]>();
  for (const { name, index } of exportNames(image, exports)) {
    names.set(index, [...(names.get(index) ?? []), name]);
  }
  const functions: object[] = [];
  for (const [index, rva] of exports.functions.entries()) {
    if (rva === 0) continue;
    const forwarder = targets.get(index);
    functions.push({
      ordinal: exports.Base + index,
      names: names.get(index) ?? [],
      ...(forwarder === undefined ? { address: hex(rva) } : { forwarder }),
    });
  }
  return { library: exports.library, base: exports.Base, functions };
}

function countRelocations(image: PeImage): number {
  let count = 0;
  forEachRelocation(image, () => {
    count++;
  });
  return count;
}

function dumpLoadConfig(image: PeImage): object | null {
  const found = image.loadConfig();
  if (found === null) return null;
  return {
    size: found.Size,
    dependentLoadFlags: hex(found.DependentLoadFlags),
    securityCookie: hex(found.SecurityCookie),
    seHandlerCount: hex(found.SEHandlerCount),
    guardFlags: hex(found.GuardFlags),
    dynamicValueRelocTable: hex(found.DynamicValueRelocTable),
    chpeMetadata: hex(found.CHPEMetadataPointer),
  };
}

function dumpTls(found: TlsDirectory | null): object | null {
  if (found === null) return null;
  return {
    start: hex(found.StartAddressOfRawData),
    end: hex(found.EndAddressOfRawData),
    callbacks: hex(found.AddressOfCallBacks),
    zeroFill: found.SizeOfZeroFill,
  };
}

function dumpCor(found: CorHeader | null): object | null {
  if (found === null) return null;
  return {
    runtime: `${found.MajorRuntimeVersion}.${found.MinorRuntimeVersion}`,
    metadata: { address: hex(found.MetaDataAddress), size: found.MetaDataSize },
    flags: hex(found.Flags),
  };
}
