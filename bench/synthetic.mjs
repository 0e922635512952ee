/**
 * A wheel of 5 GiB with a zip64 member: a stored member of zeros, which is a hole in the file and
 * takes no disk space, and a real extension module behind it.
 */
import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  renameSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { cacheFolder } from "../corpus/cache.mjs";

const SIZE = 5 * 2 ** 30;
const NAME = "synthetic-1.0-cp312-cp312-manylinux_2_28_x86_64.whl";
const WHEEL = `Wheel-Version: 1.0
Generator: wheelkit-bench
Root-Is-Purelib: false
Tag: cp312-cp312-manylinux_2_28_x86_64
`;

/**
 * Path of the wheel in the cache, made on the first call.
 *
 * @param module name and bytes of the extension module.
 */
export function syntheticWheel(module) {
  const folder = join(cacheFolder(), "bench");
  const path = join(folder, NAME);
  if (existsSync(path)) {
    return path;
  }
  mkdirSync(folder, { recursive: true });
  const distInfo = "synthetic-1.0.dist-info";
  const zeros = digestOfZeros();
  const members = [
    { name: "synthetic/zeros.bin", size: SIZE, ...zeros },
    member(`synthetic/${module.name}`, module.bytes),
    member(
      `${distInfo}/METADATA`,
      Buffer.from("Metadata-Version: 2.1\nName: synthetic\nVersion: 1.0\n"),
    ),
    member(`${distInfo}/WHEEL`, Buffer.from(WHEEL)),
  ];
  const rows = members.map(({ name, sha256, size }) => `${name},sha256=${sha256},${size}\n`);
  members.push(member(`${distInfo}/RECORD`, Buffer.from(`${rows.join("")}${distInfo}/RECORD,,\n`)));
  const part = `${path}.part`;
  write(part, members);
  renameSync(part, path);
  return path;
}

function member(name, bytes) {
  const sha256 = createHash("sha256").update(bytes).digest("base64url");
  return { name, bytes, size: bytes.length, crc: crc32(bytes), sha256 };
}

function digestOfZeros() {
  const block = Buffer.alloc(1 << 20);
  const hash = createHash("sha256");
  let crc = 0;
  for (let at = 0; at < SIZE; at += block.length) {
    hash.update(block);
    crc = crc32(block, crc);
  }
  return { crc, sha256: hash.digest("base64url") };
}

function write(path, members) {
  const file = openSync(path, "w");
  let at = 0;
  const put = (bytes) => {
    writeSync(file, bytes, 0, bytes.length, at);
    at += bytes.length;
  };
  const central = [];
  for (const entry of members) {
    const offset = at;
    put(localHeader(entry));
    if (entry.bytes === undefined) {
      at += entry.size;
    } else {
      put(entry.bytes);
    }
    central.push(centralHeader(entry, offset));
  }
  const start = at;
  for (const header of central) {
    put(header);
  }
  put(endRecords(members.length, start, at - start, at));
  ftruncateSync(file, at);
  closeSync(file);
}

const isLarge = (value) => value >= 0xffffffff;
const low = (value) => (isLarge(value) ? 0xffffffff : value);

function zip64Extra(...values) {
  const large = values.filter(isLarge);
  if (large.length === 0) {
    return Buffer.alloc(0);
  }
  const extra = Buffer.alloc(4 + 8 * large.length);
  extra.writeUInt16LE(1, 0);
  extra.writeUInt16LE(8 * large.length, 2);
  large.forEach((value, index) => {
    extra.writeBigUInt64LE(BigInt(value), 4 + 8 * index);
  });
  return extra;
}

// The fields from "version needed" to "extra length", the same in both headers.
function commonFields({ name, size, crc }, extra) {
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(isLarge(size) ? 45 : 20, 0);
  fields.writeUInt16LE(0x21, 8); // 1980-01-01
  fields.writeUInt32LE(crc, 10);
  fields.writeUInt32LE(low(size), 14);
  fields.writeUInt32LE(low(size), 18);
  fields.writeUInt16LE(Buffer.byteLength(name), 22);
  fields.writeUInt16LE(extra.length, 24);
  return fields;
}

function localHeader(entry) {
  const extra = zip64Extra(entry.size, entry.size);
  const signature = Buffer.from("PK\x03\x04", "latin1");
  return Buffer.concat([signature, commonFields(entry, extra), Buffer.from(entry.name), extra]);
}

function centralHeader(entry, offset) {
  const extra = zip64Extra(entry.size, entry.size, offset);
  const head = Buffer.from("PK\x01\x02\x2d\x03", "latin1");
  const tail = Buffer.alloc(14);
  tail.writeUInt32LE((0o100644 << 16) >>> 0, 6);
  tail.writeUInt32LE(low(offset), 10);
  const name = Buffer.from(entry.name);
  return Buffer.concat([head, commonFields(entry, extra), tail, name, extra]);
}

function endRecords(count, start, size, end) {
  const record = Buffer.alloc(56 + 20 + 22);
  record.write("PK\x06\x06", 0, "latin1");
  record.writeBigUInt64LE(44n, 4);
  record.writeUInt16LE(0x32d, 12);
  record.writeUInt16LE(45, 14);
  record.writeBigUInt64LE(BigInt(count), 24);
  record.writeBigUInt64LE(BigInt(count), 32);
  record.writeBigUInt64LE(BigInt(size), 40);
  record.writeBigUInt64LE(BigInt(start), 48);
  record.write("PK\x06\x07", 56, "latin1");
  record.writeBigUInt64LE(BigInt(end), 64);
  record.writeUInt32LE(1, 72);
  record.write("PK\x05\x06", 76, "latin1");
  record.writeUInt16LE(count, 84);
  record.writeUInt16LE(count, 86);
  record.writeUInt32LE(size, 88);
  record.writeUInt32LE(low(start), 92);
  return record;
}
