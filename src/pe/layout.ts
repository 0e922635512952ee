/** The structures of a PE file, as tables that both read and write. Sources: see `constants.ts`. */
import { type RecordOf, type Struct, type StructContext, struct } from "../struct.ts";

/** PE32 has 32-bit addresses, PE32+ 64-bit ones. */
export type PeVariant = "pe32" | "pe32plus";
export type PeContext = StructContext<PeVariant>;

/** Of structures that are the same for both. */
export const PLAIN = { variant: "pe", littleEndian: true } as const;
type Plain = typeof PLAIN.variant;

const FILE_HEADER = [
  ["Machine", "u16"],
  ["NumberOfSections", "u16"],
  ["TimeDateStamp", "u32"],
  ["PointerToSymbolTable", "off32"],
  ["NumberOfSymbols", "u32"],
  ["SizeOfOptionalHeader", "u16"],
  ["Characteristics", "u16"],
] as const;
/** After the signature `PE\0\0`. */
export type FileHeader = RecordOf<typeof FILE_HEADER>;
export const PeFileHeader: Struct<Plain, FileHeader> = struct("pe", "IMAGE_FILE_HEADER", {
  pe: FILE_HEADER,
});

const OPTIONAL_HEADER = [
  ["Magic", "u16"],
  ["MajorLinkerVersion", "u8"],
  ["MinorLinkerVersion", "u8"],
  ["SizeOfCode", "u32"],
  ["SizeOfInitializedData", "u32"],
  ["SizeOfUninitializedData", "u32"],
  ["AddressOfEntryPoint", "u32"],
  ["BaseOfCode", "u32"],
] as const;
/** The beginning of the optional header. BaseOfData, which only PE32 has, follows and is not read. */
export type OptionalHeader = RecordOf<typeof OPTIONAL_HEADER>;
export const PeOptionalHeader: Struct<Plain, OptionalHeader> = struct(
  "pe",
  "IMAGE_OPTIONAL_HEADER",
  { pe: OPTIONAL_HEADER },
);

const WINDOWS_HEADER = {
  pe32: [
    ["ImageBase", "addr32"],
    ["SectionAlignment", "u32"],
    ["FileAlignment", "u32"],
    ["MajorOperatingSystemVersion", "u16"],
    ["MinorOperatingSystemVersion", "u16"],
    ["MajorImageVersion", "u16"],
    ["MinorImageVersion", "u16"],
    ["MajorSubsystemVersion", "u16"],
    ["MinorSubsystemVersion", "u16"],
    ["Win32VersionValue", "u32"],
    ["SizeOfImage", "u32"],
    ["SizeOfHeaders", "u32"],
    ["CheckSum", "u32"],
    ["Subsystem", "u16"],
    ["DllCharacteristics", "u16"],
    ["SizeOfStackReserve", "addr32"],
    ["SizeOfStackCommit", "addr32"],
    ["SizeOfHeapReserve", "addr32"],
    ["SizeOfHeapCommit", "addr32"],
    ["LoaderFlags", "u32"],
    ["NumberOfRvaAndSizes", "u32"],
  ],
  pe32plus: [
    ["ImageBase", "addr64"],
    ["SectionAlignment", "u32"],
    ["FileAlignment", "u32"],
    ["MajorOperatingSystemVersion", "u16"],
    ["MinorOperatingSystemVersion", "u16"],
    ["MajorImageVersion", "u16"],
    ["MinorImageVersion", "u16"],
    ["MajorSubsystemVersion", "u16"],
    ["MinorSubsystemVersion", "u16"],
    ["Win32VersionValue", "u32"],
    ["SizeOfImage", "u32"],
    ["SizeOfHeaders", "u32"],
    ["CheckSum", "u32"],
    ["Subsystem", "u16"],
    ["DllCharacteristics", "u16"],
    ["SizeOfStackReserve", "addr64"],
    ["SizeOfStackCommit", "addr64"],
    ["SizeOfHeapReserve", "addr64"],
    ["SizeOfHeapCommit", "addr64"],
    ["LoaderFlags", "u32"],
    ["NumberOfRvaAndSizes", "u32"],
  ],
} as const;
/** The rest of the optional header, from ImageBase to the data directory. */
export type WindowsHeader = RecordOf<typeof WINDOWS_HEADER.pe32plus>;
export const PeWindowsHeader: Struct<PeVariant, WindowsHeader> = struct(
  "pe",
  "IMAGE_OPTIONAL_HEADER",
  WINDOWS_HEADER,
);

const DIRECTORY_ENTRY = [
  ["VirtualAddress", "u32"],
  ["Size", "u32"],
] as const;
/** An entry of the data directory. */
export type DirectoryEntry = RecordOf<typeof DIRECTORY_ENTRY>;
export const PeDirectory: Struct<Plain, DirectoryEntry> = struct("pe", "IMAGE_DATA_DIRECTORY", {
  pe: DIRECTORY_ENTRY,
});

const SECTION_HEADER = [
  ["Name", "u64"],
  ["VirtualSize", "u32"],
  ["VirtualAddress", "u32"],
  ["SizeOfRawData", "size32"],
  ["PointerToRawData", "off32"],
  ["PointerToRelocations", "off32"],
  ["PointerToLinenumbers", "off32"],
  ["NumberOfRelocations", "u16"],
  ["NumberOfLinenumbers", "u16"],
  ["Characteristics", "u32"],
] as const;
/** Eight bytes of name and where the section lies, in the file and in memory. */
export type SectionHeader = RecordOf<typeof SECTION_HEADER>;
export const PeSection: Struct<Plain, SectionHeader> = struct("pe", "IMAGE_SECTION_HEADER", {
  pe: SECTION_HEADER,
});

const IMPORT_DESCRIPTOR = [
  ["OriginalFirstThunk", "u32"],
  ["TimeDateStamp", "u32"],
  ["ForwarderChain", "u32"],
  ["Name", "u32"],
  ["FirstThunk", "u32"],
] as const;
/** One imported DLL. */
export type ImportDescriptor = RecordOf<typeof IMPORT_DESCRIPTOR>;
export const PeImport: Struct<Plain, ImportDescriptor> = struct("pe", "IMAGE_IMPORT_DESCRIPTOR", {
  pe: IMPORT_DESCRIPTOR,
});

const DELAY_DESCRIPTOR = [
  ["Attributes", "u32"],
  ["DllNameRVA", "u32"],
  ["ModuleHandleRVA", "u32"],
  ["ImportAddressTableRVA", "u32"],
  ["ImportNameTableRVA", "u32"],
  ["BoundImportAddressTableRVA", "u32"],
  ["UnloadInformationTableRVA", "u32"],
  ["TimeDateStamp", "u32"],
] as const;
/** One DLL that is loaded at the first call. */
export type DelayDescriptor = RecordOf<typeof DELAY_DESCRIPTOR>;
export const PeDelay: Struct<Plain, DelayDescriptor> = struct("pe", "IMAGE_DELAYLOAD_DESCRIPTOR", {
  pe: DELAY_DESCRIPTOR,
});

const BOUND_DESCRIPTOR = [
  ["TimeDateStamp", "u32"],
  ["OffsetModuleName", "u16"],
  ["NumberOfModuleForwarderRefs", "u16"],
] as const;
/** One DLL that the import address table is bound to, or (with 0) one that it forwards to. */
export type BoundDescriptor = RecordOf<typeof BOUND_DESCRIPTOR>;
export const PeBound: Struct<Plain, BoundDescriptor> = struct(
  "pe",
  "IMAGE_BOUND_IMPORT_DESCRIPTOR",
  { pe: BOUND_DESCRIPTOR },
);

const EXPORT_DIRECTORY = [
  ["Characteristics", "u32"],
  ["TimeDateStamp", "u32"],
  ["MajorVersion", "u16"],
  ["MinorVersion", "u16"],
  ["Name", "u32"],
  ["Base", "u32"],
  ["NumberOfFunctions", "u32"],
  ["NumberOfNames", "u32"],
  ["AddressOfFunctions", "u32"],
  ["AddressOfNames", "u32"],
  ["AddressOfNameOrdinals", "u32"],
] as const;
/** The DLL's own name and its tables of exports. */
export type ExportDirectory = RecordOf<typeof EXPORT_DIRECTORY>;
export const PeExport: Struct<Plain, ExportDirectory> = struct("pe", "IMAGE_EXPORT_DIRECTORY", {
  pe: EXPORT_DIRECTORY,
});

const RELOCATION_BLOCK = [
  ["VirtualAddress", "u32"],
  ["SizeOfBlock", "u32"],
] as const;
/** The relocations of one page; 16 bits each follow. */
export type RelocationBlock = RecordOf<typeof RELOCATION_BLOCK>;
export const PeRelocation: Struct<Plain, RelocationBlock> = struct("pe", "IMAGE_BASE_RELOCATION", {
  pe: RELOCATION_BLOCK,
});

const DEBUG_ENTRY = [
  ["Characteristics", "u32"],
  ["TimeDateStamp", "u32"],
  ["MajorVersion", "u16"],
  ["MinorVersion", "u16"],
  ["Type", "u32"],
  ["SizeOfData", "size32"],
  ["AddressOfRawData", "u32"],
  ["PointerToRawData", "off32"],
] as const;
/** A piece of debug information, by address and by file offset. */
export type DebugEntry = RecordOf<typeof DEBUG_ENTRY>;
export const PeDebug: Struct<Plain, DebugEntry> = struct("pe", "IMAGE_DEBUG_DIRECTORY", {
  pe: DEBUG_ENTRY,
});

const LOAD_CONFIG = {
  pe32: [
    ["Size", "u32"],
    ["TimeDateStamp", "u32"],
    ["MajorVersion", "u16"],
    ["MinorVersion", "u16"],
    ["GlobalFlagsClear", "u32"],
    ["GlobalFlagsSet", "u32"],
    ["CriticalSectionDefaultTimeout", "u32"],
    ["DeCommitFreeBlockThreshold", "addr32"],
    ["DeCommitTotalFreeThreshold", "addr32"],
    ["LockPrefixTable", "addr32"],
    ["MaximumAllocationSize", "addr32"],
    ["VirtualMemoryThreshold", "addr32"],
    ["ProcessHeapFlags", "u32"],
    ["ProcessAffinityMask", "addr32"],
    ["CSDVersion", "u16"],
    ["DependentLoadFlags", "u16"],
    ["EditList", "addr32"],
    ["SecurityCookie", "addr32"],
    ["SEHandlerTable", "addr32"],
    ["SEHandlerCount", "addr32"],
    ["GuardCFCheckFunctionPointer", "addr32"],
    ["GuardCFDispatchFunctionPointer", "addr32"],
    ["GuardCFFunctionTable", "addr32"],
    ["GuardCFFunctionCount", "addr32"],
    ["GuardFlags", "u32"],
    ["CodeIntegrityFlags", "u16"],
    ["CodeIntegrityCatalog", "u16"],
    ["CodeIntegrityCatalogOffset", "u32"],
    ["CodeIntegrityReserved", "u32"],
    ["GuardAddressTakenIatEntryTable", "addr32"],
    ["GuardAddressTakenIatEntryCount", "addr32"],
    ["GuardLongJumpTargetTable", "addr32"],
    ["GuardLongJumpTargetCount", "addr32"],
    ["DynamicValueRelocTable", "addr32"],
    ["CHPEMetadataPointer", "addr32"],
  ],
  pe32plus: [
    ["Size", "u32"],
    ["TimeDateStamp", "u32"],
    ["MajorVersion", "u16"],
    ["MinorVersion", "u16"],
    ["GlobalFlagsClear", "u32"],
    ["GlobalFlagsSet", "u32"],
    ["CriticalSectionDefaultTimeout", "u32"],
    ["DeCommitFreeBlockThreshold", "addr64"],
    ["DeCommitTotalFreeThreshold", "addr64"],
    ["LockPrefixTable", "addr64"],
    ["MaximumAllocationSize", "addr64"],
    ["VirtualMemoryThreshold", "addr64"],
    ["ProcessAffinityMask", "addr64"],
    ["ProcessHeapFlags", "u32"],
    ["CSDVersion", "u16"],
    ["DependentLoadFlags", "u16"],
    ["EditList", "addr64"],
    ["SecurityCookie", "addr64"],
    ["SEHandlerTable", "addr64"],
    ["SEHandlerCount", "addr64"],
    ["GuardCFCheckFunctionPointer", "addr64"],
    ["GuardCFDispatchFunctionPointer", "addr64"],
    ["GuardCFFunctionTable", "addr64"],
    ["GuardCFFunctionCount", "addr64"],
    ["GuardFlags", "u32"],
    ["CodeIntegrityFlags", "u16"],
    ["CodeIntegrityCatalog", "u16"],
    ["CodeIntegrityCatalogOffset", "u32"],
    ["CodeIntegrityReserved", "u32"],
    ["GuardAddressTakenIatEntryTable", "addr64"],
    ["GuardAddressTakenIatEntryCount", "addr64"],
    ["GuardLongJumpTargetTable", "addr64"],
    ["GuardLongJumpTargetCount", "addr64"],
    ["DynamicValueRelocTable", "addr64"],
    ["CHPEMetadataPointer", "addr64"],
  ],
} as const;
/** Read as far as its own Size goes; the rest counts as zeros. Newer fields are not read. */
export type LoadConfig = RecordOf<typeof LOAD_CONFIG.pe32plus>;
export const PeLoadConfig: Struct<PeVariant, LoadConfig> = struct(
  "pe",
  "IMAGE_LOAD_CONFIG_DIRECTORY",
  LOAD_CONFIG,
);

const TLS_DIRECTORY = {
  pe32: [
    ["StartAddressOfRawData", "addr32"],
    ["EndAddressOfRawData", "addr32"],
    ["AddressOfIndex", "addr32"],
    ["AddressOfCallBacks", "addr32"],
    ["SizeOfZeroFill", "u32"],
    ["Characteristics", "u32"],
  ],
  pe32plus: [
    ["StartAddressOfRawData", "addr64"],
    ["EndAddressOfRawData", "addr64"],
    ["AddressOfIndex", "addr64"],
    ["AddressOfCallBacks", "addr64"],
    ["SizeOfZeroFill", "u32"],
    ["Characteristics", "u32"],
  ],
} as const;
/** Thread-local storage. */
export type TlsDirectory = RecordOf<typeof TLS_DIRECTORY.pe32plus>;
export const PeTls: Struct<PeVariant, TlsDirectory> = struct(
  "pe",
  "IMAGE_TLS_DIRECTORY",
  TLS_DIRECTORY,
);

const CERTIFICATE_HEADER = [
  ["dwLength", "u32"],
  ["wRevision", "u16"],
  ["wCertificateType", "u16"],
] as const;
/** A signature; its bytes follow. */
export type CertificateHeader = RecordOf<typeof CERTIFICATE_HEADER>;
export const PeCertificate: Struct<Plain, CertificateHeader> = struct("pe", "WIN_CERTIFICATE", {
  pe: CERTIFICATE_HEADER,
});

const RESOURCE_TABLE = [
  ["Characteristics", "u32"],
  ["TimeDateStamp", "u32"],
  ["MajorVersion", "u16"],
  ["MinorVersion", "u16"],
  ["NumberOfNamedEntries", "u16"],
  ["NumberOfIdEntries", "u16"],
] as const;
/** A level of the resource tree; its entries follow. */
export type ResourceTable = RecordOf<typeof RESOURCE_TABLE>;
export const PeResourceTable: Struct<Plain, ResourceTable> = struct(
  "pe",
  "IMAGE_RESOURCE_DIRECTORY",
  { pe: RESOURCE_TABLE },
);

const RESOURCE_ENTRY = [
  ["Name", "u32"],
  ["OffsetToData", "u32"],
] as const;
/** A branch or a leaf. */
export type ResourceEntry = RecordOf<typeof RESOURCE_ENTRY>;
export const PeResourceEntry: Struct<Plain, ResourceEntry> = struct(
  "pe",
  "IMAGE_RESOURCE_DIRECTORY_ENTRY",
  { pe: RESOURCE_ENTRY },
);

const RESOURCE_DATA = [
  ["OffsetToData", "u32"],
  ["Size", "size32"],
  ["CodePage", "u32"],
  ["Reserved", "u32"],
] as const;
/** Where a resource lies. */
export type ResourceData = RecordOf<typeof RESOURCE_DATA>;
export const PeResourceData: Struct<Plain, ResourceData> = struct(
  "pe",
  "IMAGE_RESOURCE_DATA_ENTRY",
  { pe: RESOURCE_DATA },
);

const COR_HEADER = [
  ["cb", "u32"],
  ["MajorRuntimeVersion", "u16"],
  ["MinorRuntimeVersion", "u16"],
  ["MetaDataAddress", "u32"],
  ["MetaDataSize", "u32"],
  ["Flags", "u32"],
  ["EntryPoint", "u32"],
] as const;
/** The beginning of the .NET header. */
export type CorHeader = RecordOf<typeof COR_HEADER>;
export const PeCor: Struct<Plain, CorHeader> = struct("pe", "IMAGE_COR20_HEADER", {
  pe: COR_HEADER,
});
