/**
 * The digest that an Authenticode signature vouches for.
 *
 * Source: Microsoft, "Windows Authenticode Portable Executable Signature Format" (2008): a PKCS #7
 * SignedData whose content is a SpcIndirectDataContent with algorithm and digest.
 */
import { toHex } from "../../bytes.ts";
import type { HashName } from "../../runtime.ts";
import { DER_CONTEXT_0, DER_OCTETS, DER_OID, DER_SEQUENCE, derPath, derValues } from "./der.ts";

export interface SignedDigest {
  readonly algorithm: HashName;
  readonly digest: Uint8Array;
}

/** Object identifiers, as the hex of their DER content. */
const SPC_INDIRECT_DATA = "2b060104018237020104";
const ALGORITHMS: ReadonlyMap<string, HashName> = new Map([
  ["2a864886f70d0205", "md5"],
  ["2b0e03021a", "sha1"],
  ["608648016503040201", "sha256"],
  ["608648016503040202", "sha384"],
  ["608648016503040203", "sha512"],
]);

/** `undefined`: it is no such signature, or its algorithm is unknown. */
export function signedDigest(der: Uint8Array): SignedDigest | undefined {
  // ContentInfo: signedData, [0] SignedData: version, digestAlgorithms, contentInfo.
  const signed = derPath(der, [DER_SEQUENCE, DER_CONTEXT_0, DER_SEQUENCE]);
  const info = signed && derValues(signed).find(({ tag }) => tag === DER_SEQUENCE);
  if (info === undefined) return undefined;
  const type = derPath(info.content, [DER_OID]);
  if (type === undefined || toHex(type) !== SPC_INDIRECT_DATA) return undefined;
  const content = derPath(info.content, [DER_CONTEXT_0, DER_SEQUENCE]);
  // SpcAttributeTypeAndOptionalValue, then DigestInfo.
  const digestInfo = content && derValues(content).filter(({ tag }) => tag === DER_SEQUENCE)[1];
  if (digestInfo === undefined) return undefined;
  const algorithm = ALGORITHMS.get(
    toHex(derPath(digestInfo.content, [DER_SEQUENCE, DER_OID]) ?? new Uint8Array()),
  );
  const digest = derPath(digestInfo.content, [DER_OCTETS]);
  return algorithm === undefined || digest === undefined ? undefined : { algorithm, digest };
}
