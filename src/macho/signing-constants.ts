/**
 * Names and values of code signatures, as data: the only part of Mach-O that is always big-endian.
 *
 * Sources: xnu `osfmk/kern/cs_blobs.h`; Security `OSX/libsecurity_codesigning/lib/codedirectory.h`.
 */

/** magic of blobs */
export const CSMAGIC = {
  CSMAGIC_REQUIREMENT: 0xfade0c00,
  CSMAGIC_REQUIREMENTS: 0xfade0c01,
  CSMAGIC_CODEDIRECTORY: 0xfade0c02,
  CSMAGIC_EMBEDDED_SIGNATURE: 0xfade0cc0,
  CSMAGIC_DETACHED_SIGNATURE: 0xfade0cc1,
  CSMAGIC_BLOBWRAPPER: 0xfade0b01,
  CSMAGIC_EMBEDDED_ENTITLEMENTS: 0xfade7171,
  CSMAGIC_EMBEDDED_DER_ENTITLEMENTS: 0xfade7172,
  CSMAGIC_LAUNCH_CONSTRAINT: 0xfade8181,
} as const;

/** type of index entries; special slots of a code directory have the same numbers */
export const CSSLOT = {
  CSSLOT_CODEDIRECTORY: 0,
  CSSLOT_INFOSLOT: 1,
  CSSLOT_REQUIREMENTS: 2,
  CSSLOT_RESOURCEDIR: 3,
  CSSLOT_APPLICATION: 4,
  CSSLOT_ENTITLEMENTS: 5,
  CSSLOT_REP_SPECIFIC: 6,
  CSSLOT_DER_ENTITLEMENTS: 7,
  CSSLOT_LAUNCH_CONSTRAINT_SELF: 8,
  CSSLOT_LAUNCH_CONSTRAINT_PARENT: 9,
  CSSLOT_LAUNCH_CONSTRAINT_RESPONSIBLE: 10,
  CSSLOT_LIBRARY_CONSTRAINT: 11,
  CSSLOT_ALTERNATE_CODEDIRECTORIES: 0x1000,
  CSSLOT_SIGNATURESLOT: 0x10000,
  CSSLOT_IDENTIFICATIONSLOT: 0x10001,
  CSSLOT_TICKETSLOT: 0x10002,
} as const;

/** Alternate code directories have the slots from CSSLOT_ALTERNATE_CODEDIRECTORIES on. */
export const CSSLOT_ALTERNATE_CODEDIRECTORY_MAX = 5;

/** flags of a code directory */
export const CS = {
  CS_ADHOC: 0x2,
  CS_FORCED_LV: 0x10,
  CS_INVALID_ALLOWED: 0x20,
  CS_HARD: 0x100,
  CS_KILL: 0x200,
  CS_CHECK_EXPIRATION: 0x400,
  CS_RESTRICT: 0x800,
  CS_ENFORCEMENT: 0x1000,
  CS_REQUIRE_LV: 0x2000,
  CS_RUNTIME: 0x1_0000,
  CS_LINKER_SIGNED: 0x2_0000,
} as const;

/** version of a code directory: from it on the fields are there that the name says */
export const CS_SUPPORTS = {
  CS_SUPPORTSSCATTER: 0x20100,
  CS_SUPPORTSTEAMID: 0x20200,
  CS_SUPPORTSCODELIMIT64: 0x20300,
  CS_SUPPORTSEXECSEG: 0x20400,
  CS_SUPPORTSRUNTIME: 0x20500,
  CS_SUPPORTSLINKAGE: 0x20600,
} as const;

/** hashType */
export const CS_HASHTYPE = {
  CS_HASHTYPE_SHA1: 1,
  CS_HASHTYPE_SHA256: 2,
  CS_HASHTYPE_SHA256_TRUNCATED: 3,
  CS_HASHTYPE_SHA384: 4,
} as const;

/** execSegFlags */
export const CS_EXECSEG = {
  CS_EXECSEG_MAIN_BINARY: 0x1,
  CS_EXECSEG_ALLOW_UNSIGNED: 0x10,
} as const;
