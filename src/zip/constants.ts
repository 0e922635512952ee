/**
 * Numbers of zip archives, apart from the tables of its records.
 *
 * Source: PKWARE APPNOTE 6.3.10, section 4.
 */
export const LOCAL_SIGNATURE = 0x04034b50;
export const CENTRAL_SIGNATURE = 0x02014b50;
export const END_SIGNATURE = 0x06054b50;
export const ZIP64_END_SIGNATURE = 0x06064b50;
export const ZIP64_LOCATOR_SIGNATURE = 0x07064b50;
export const DESCRIPTOR_SIGNATURE = 0x08074b50;
export const DIGITAL_SIGNATURE_SIGNATURE = 0x05054b50;
export const ARCHIVE_EXTRA_DATA_SIGNATURE = 0x08064b50;

/** Bytes of each record without what follows it. */
export const LOCAL_SIZE = 30;
export const CENTRAL_SIZE = 46;
export const END_SIZE = 22;
export const ZIP64_END_SIZE = 56;
export const ZIP64_LOCATOR_SIZE = 20;
/** What `record_size` of a zip64 end record says when it has no extensible data. */
export const ZIP64_END_RECORD_SIZE = 44;

/** The value that sends a reader to the zip64 extra field or record. */
export const SENTINEL16 = 0xffff;
export const SENTINEL32 = 0xffff_ffff;

export const STORED = 0;
export const DEFLATED = 8;

/** General purpose bits, section 4.4.4. */
export const FLAG_ENCRYPTED = 1 << 0;
export const FLAG_DESCRIPTOR = 1 << 3;
export const FLAG_PATCHED = 1 << 5;
export const FLAG_STRONG_ENCRYPTION = 1 << 6;
export const FLAG_UTF8 = 1 << 11;
export const FLAG_MASKED = 1 << 13;

/** Extra fields, sections 4.5.3 and 4.6.9. */
export const EXTRA_ZIP64 = 0x0001;
export const EXTRA_UNICODE_PATH = 0x7075;

/** `version_made_by` >> 8 of hosts that keep Unix modes in the external attributes. */
export const HOST_UNIX = 3;
export const HOST_MACOS = 19;
export const HOST_DOS = 0;
