/**
 * An entry while it is read: the directory fills most of it, the local header the rest.
 *
 * One object for each member, completed in place: archives have up to hundreds of thousands. So it
 * holds no bytes of its own where the text of the name says the same.
 */
import { encodeUtf8 } from "../bytes.ts";
import type { ZipEntry } from "./entry.ts";
import type { Wide } from "./extra.ts";
import type { CentralHeader } from "./layout.ts";

/** A name as the directory has it. */
export interface DraftName {
  readonly text: string;
  readonly length: number;
  /** Its bytes, where they are not UTF-8. */
  readonly raw: Uint8Array | undefined;
}

const EMPTY = new Uint8Array(0);

// Fields are only declared, so that none is written twice.
export class EntryDraft implements ZipEntry {
  declare readonly name: string;
  declare readonly method: number;
  declare readonly flags: number;
  declare readonly crc32: number;
  declare readonly compressedSize: number;
  declare readonly size: number;
  declare readonly headerOffset: number;
  declare dataOffset: number;
  declare end: number;
  declare readonly versionMadeBy: number;
  declare readonly versionNeeded: number;
  declare readonly internalAttributes: number;
  declare readonly dosTime: number;
  declare readonly dosDate: number;
  declare localExtra: Uint8Array;
  declare readonly centralExtra: Uint8Array;
  declare broken: boolean;
  /** Offset of the central directory header in the file. */
  declare readonly at: number;
  /** Bytes of the name. */
  declare readonly nameLength: number;
  /** With a sign: V8 keeps what is above 2^31 as a double, in an object of its own. */
  declare readonly signedAttributes: number;
  /** The name's bytes where they are not UTF-8. */
  declare readonly rawName: Uint8Array | undefined;

  /** @param headerOffset where the local header is in the file. */
  constructor(
    header: CentralHeader,
    at: number,
    name: DraftName,
    extra: Uint8Array,
    wide: Wide,
    headerOffset: number,
  ) {
    this.name = name.text;
    this.method = header.method;
    this.flags = header.flags;
    this.crc32 = header.crc32;
    this.compressedSize = wide.compressedSize;
    this.size = wide.size;
    this.headerOffset = headerOffset;
    this.dataOffset = headerOffset;
    this.end = headerOffset;
    this.versionMadeBy = header.version_made_by;
    this.versionNeeded = header.version_needed;
    this.signedAttributes = header.external_attributes | 0;
    this.internalAttributes = header.internal_attributes;
    this.dosTime = header.time;
    this.dosDate = header.date;
    this.localExtra = EMPTY;
    this.centralExtra = extra;
    this.broken = !wide.sound;
    this.at = at;
    this.nameLength = name.length;
    this.rawName = name.raw;
  }

  get externalAttributes(): number {
    return this.signedAttributes >>> 0;
  }

  get nameBytes(): Uint8Array {
    return this.rawName ?? encodeUtf8(this.name);
  }

  get directory(): boolean {
    return this.name.endsWith("/");
  }

  /** The name's bytes are UTF-8. */
  get utf8(): boolean {
    return this.rawName === undefined;
  }

  /** The name's bytes are ASCII. */
  get ascii(): boolean {
    return this.rawName === undefined && this.name.length === this.nameLength;
  }
}
