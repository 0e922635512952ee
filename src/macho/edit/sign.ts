/**
 * Ad-hoc signatures, byte for byte as Apple's `codesign --sign -` makes them.
 *
 * Sources: Security `OSX/libsecurity_codesigning/lib/{cdbuilder,signer,codedirectory}.cpp`; output of
 * `codesign` on macOS 13 to 15.
 */
import { concatBytes, encodeUtf8 } from "../../bytes.ts";
import type { FormatTools } from "../../format.ts";
import { CS, CS_EXECSEG, CS_HASHTYPE, CS_SUPPORTS, CSMAGIC, CSSLOT } from "../signing-constants.ts";
import {
  BLOB,
  BlobIndex,
  CodeDirectory,
  CodeDirectoryExecSegment,
  CodeDirectoryLimit64,
  CodeDirectoryRuntime,
  CodeDirectoryScatter,
  CodeDirectoryTeam,
  GenericBlob,
  SuperBlob,
} from "../signing-layout.ts";

/** Every page is of this size, on processors with larger pages too. */
export const PAGE_SIZE = 4096;
const PAGE_SHIFT = 12;
const HASH_SIZE = 32;

/** Everything of a signature but the page hashes. */
export interface SigningPlan {
  readonly identifier: string;
  /** CS_*; with CS_ADHOC. */
  readonly flags: number;
  /** Version of the hardened runtime; written when CS_RUNTIME is set. */
  readonly runtime: number;
  /** Parts to carry over, as whole blobs by slot: entitlements. */
  readonly parts: readonly { readonly slot: number; readonly bytes: Uint8Array }[];
  /** `__TEXT,__info_plist`. */
  readonly infoPlist: Uint8Array | null;
  /** Bytes before the signature. */
  readonly limit: number;
  /** Place of `__TEXT` in the file. */
  readonly execSegment: { readonly base: number; readonly limit: number; readonly flags: bigint };
}

const NO_REQUIREMENTS: Uint8Array = new Uint8Array([
  0xfa, 0xde, 0x0c, 0x01, 0, 0, 0, 12, 0, 0, 0, 0,
]);
const NO_CERTIFICATES: Uint8Array = GenericBlob.encode(BLOB, {
  magic: CSMAGIC.CSMAGIC_BLOBWRAPPER,
  length: 8,
});

/** Flags of an old signature that the new one has too. */
const KEPT_FLAGS: number =
  CS.CS_HARD | CS.CS_KILL | CS.CS_RESTRICT | CS.CS_ENFORCEMENT | CS.CS_REQUIRE_LV | CS.CS_RUNTIME;

/** @param certified the old signature was made with a certificate, which library validation asks for. */
export function keptFlags(flags: number, certified: boolean): number {
  const kept = flags & KEPT_FLAGS;
  return (certified ? kept & ~CS.CS_REQUIRE_LV : kept) | CS.CS_ADHOC;
}

/** @param program MH_EXECUTE. @param flags execSegFlags of the old signature, where there was one. */
export function execSegmentFlags(program: boolean, flags: bigint | undefined): bigint {
  return flags ?? (program ? BigInt(CS_EXECSEG.CS_EXECSEG_MAIN_BINARY) : 0n);
}

interface Part {
  readonly slot: number;
  readonly bytes: Uint8Array;
}

/** Bytes of the signature, before the padding to a multiple of 16. */
export function signatureSize(plan: SigningPlan): number {
  const parts = partsOf(plan);
  const head = SuperBlob.sizeOf("blob") + (parts.length + 1) * BlobIndex.sizeOf("blob");
  return head + directorySize(plan) + parts.reduce((sum, { bytes }) => sum + bytes.length, 0);
}

/** In the order of their slots; the code directory is before them. */
function partsOf({ parts }: SigningPlan): readonly Part[] {
  return [
    { slot: CSSLOT.CSSLOT_REQUIREMENTS, bytes: NO_REQUIREMENTS },
    ...parts,
    { slot: CSSLOT.CSSLOT_SIGNATURESLOT, bytes: NO_CERTIFICATES },
  ].sort((a, b) => a.slot - b.slot);
}

function hasRuntime({ flags }: SigningPlan): boolean {
  return (flags & CS.CS_RUNTIME) !== 0;
}

function directoryHead(plan: SigningPlan): number {
  return hasRuntime(plan) ? 96 : 88;
}

function specialSlots({ parts }: SigningPlan): number {
  return Math.max(CSSLOT.CSSLOT_REQUIREMENTS, ...parts.map(({ slot }) => slot));
}

function directorySize(plan: SigningPlan): number {
  const identifier = encodeUtf8(plan.identifier).length + 1;
  const pages = Math.ceil(plan.limit / PAGE_SIZE);
  return directoryHead(plan) + identifier + (specialSlots(plan) + pages) * HASH_SIZE;
}

/** @param pages SHA-256 of each page of the first `limit` bytes. */
export function encodeSignature(
  plan: SigningPlan,
  pages: Uint8Array,
  tools: FormatTools,
): Uint8Array {
  const parts = partsOf(plan);
  const blobs: readonly Part[] = [
    { slot: CSSLOT.CSSLOT_CODEDIRECTORY, bytes: encodeDirectory(plan, pages, parts, tools) },
    ...parts,
  ];
  let offset = SuperBlob.sizeOf("blob") + blobs.length * BlobIndex.sizeOf("blob");
  const index: Uint8Array[] = [];
  for (const { slot, bytes } of blobs) {
    index.push(BlobIndex.encode(BLOB, { type: slot, offset }));
    offset += bytes.length;
  }
  const head = SuperBlob.encode(BLOB, {
    magic: CSMAGIC.CSMAGIC_EMBEDDED_SIGNATURE,
    length: offset,
    count: blobs.length,
  });
  return concatBytes([head, ...index, ...blobs.map(({ bytes }) => bytes)]);
}

function encodeDirectory(
  plan: SigningPlan,
  pages: Uint8Array,
  parts: readonly Part[],
  tools: FormatTools,
): Uint8Array {
  const identifier = encodeUtf8(`${plan.identifier}\0`);
  const special = specialSlots(plan);
  const head = directoryHead(plan);
  const hashOffset = head + identifier.length + special * HASH_SIZE;
  const wide = plan.limit >= 2 ** 32;
  const fields = [
    CodeDirectory.encode(BLOB, {
      magic: CSMAGIC.CSMAGIC_CODEDIRECTORY,
      length: directorySize(plan),
      version: hasRuntime(plan) ? CS_SUPPORTS.CS_SUPPORTSRUNTIME : CS_SUPPORTS.CS_SUPPORTSEXECSEG,
      flags: plan.flags,
      hashOffset,
      identOffset: head,
      nSpecialSlots: special,
      nCodeSlots: pages.length / HASH_SIZE,
      codeLimit: wide ? 0xffff_ffff : plan.limit,
      hashSize: HASH_SIZE,
      hashType: CS_HASHTYPE.CS_HASHTYPE_SHA256,
      platform: 0,
      pageSize: PAGE_SHIFT,
      spare2: 0,
    }),
    CodeDirectoryScatter.encode(BLOB, { scatterOffset: 0 }),
    CodeDirectoryTeam.encode(BLOB, { teamOffset: 0 }),
    CodeDirectoryLimit64.encode(BLOB, { spare3: 0, codeLimit64: wide ? plan.limit : 0 }),
    CodeDirectoryExecSegment.encode(BLOB, {
      execSegBase: plan.execSegment.base,
      execSegLimit: plan.execSegment.limit,
      execSegFlags: plan.execSegment.flags,
    }),
  ];
  if (hasRuntime(plan)) {
    fields.push(CodeDirectoryRuntime.encode(BLOB, { runtime: plan.runtime, preEncryptOffset: 0 }));
  }
  return concatBytes([...fields, identifier, specialHashes(plan, special, parts, tools), pages]);
}

/** Slots count downwards from the page hashes; what is not there is zero. */
function specialHashes(
  plan: SigningPlan,
  count: number,
  parts: readonly Part[],
  tools: FormatTools,
): Uint8Array {
  const hashes = new Uint8Array(count * HASH_SIZE);
  const put = (slot: number, bytes: Uint8Array): void => {
    if (slot > count) return;
    const hasher = tools.hasher("sha256");
    hasher.update(bytes);
    hashes.set(hasher.digest(), (count - slot) * HASH_SIZE);
  };
  for (const { slot, bytes } of parts) put(slot, bytes);
  if (plan.infoPlist !== null) put(CSSLOT.CSSLOT_INFOSLOT, plan.infoPlist);
  return hashes;
}
