/** A dynamic library for macOS of any size, thin or fat, unsigned, whose code is that of this Node. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";

const HEADER = 0x4000;
const PROCESSORS = { arm64: [0x0100000c, 0], x86_64: [0x01000007, 3] };

/**
 * @param {{arch: "arm64" | "x86_64", size: number, id: string, loads: readonly string[], rpaths: readonly string[]}} sketch
 * @returns {Buffer}
 */
export function largeDylib({ arch, size, id, loads, rpaths }) {
  const text = Math.ceil(size / 0x4000) * 0x4000;
  const linkedit = 64;
  const [cputype, cpusubtype] = PROCESSORS[arch];
  const commands = [
    segment("__TEXT", 0n, BigInt(text), 0, text, 5, [["__text", HEADER, text - HEADER]]),
    segment("__LINKEDIT", BigInt(text), 0x4000n, text, linkedit, 1, []),
    dylib(0xd, id),
    words(0x32, 24, 1, 0x000b0000, 0x000e0000, 0),
    Buffer.concat([words(0x1b, 24), Buffer.from(arch.padEnd(16, "."))]),
    words(0x2, 24, text, 0, text, 1),
    words(0xb, 80, ...new Array(18).fill(0)),
    ...["/usr/lib/libSystem.B.dylib", ...loads].map((name) => dylib(0xc, name)),
    ...rpaths.map((path) => string(0x8000001c, [], path)),
  ];
  const body = Buffer.concat(commands);
  const file = Buffer.alloc(text + linkedit);
  words(0xfeedfacf, cputype, cpusubtype, 6, commands.length, body.length, 0x85, 0).copy(file);
  body.copy(file, 32);
  fillWithCode(file.subarray(HEADER, text));
  return file;
}

/** @param {readonly Buffer[]} slices arm64 last. @param {readonly ("arm64" | "x86_64")[]} archs */
export function fatDylib(slices, archs) {
  const head = Buffer.alloc(0x4000);
  head.writeUInt32BE(0xcafebabe, 0);
  head.writeUInt32BE(slices.length, 4);
  /** @type {Buffer[]} */
  const parts = [head];
  let at = head.length;
  for (const [index, slice] of slices.entries()) {
    const place = 8 + 20 * index;
    for (const [field, value] of [...PROCESSORS[archs[index]], at, slice.length, 14].entries()) {
      head.writeUInt32BE(value, place + 4 * field);
    }
    const padding = -slice.length & 0x3fff;
    parts.push(slice, Buffer.alloc(index + 1 < slices.length ? padding : 0));
    at += slice.length + padding;
  }
  return Buffer.concat(parts);
}

function fillWithCode(target) {
  const file = openSync(process.execPath, "r");
  const { size } = fstatSync(file);
  for (let at = 0; at < target.length; ) {
    at += readSync(file, target, at, Math.min(target.length - at, size), 0);
  }
  closeSync(file);
}

function words(...values) {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value, index * 4);
  return bytes;
}

function name16(text) {
  return Buffer.from(text.padEnd(16, "\0"));
}

function longs(...values) {
  const bytes = Buffer.alloc(values.length * 8);
  for (const [index, value] of values.entries()) bytes.writeBigUInt64LE(value, index * 8);
  return bytes;
}

function segment(name, vmaddr, vmsize, fileoff, filesize, protection, sections) {
  const body = sections.map(([section, offset, size]) =>
    Buffer.concat([
      name16(section),
      name16(name),
      longs(BigInt(offset), BigInt(size)),
      words(offset, 4, 0, 0, 0x80000400, 0, 0, 0),
    ]),
  );
  return Buffer.concat([
    words(0x19, 72 + 80 * sections.length),
    name16(name),
    longs(vmaddr, vmsize, BigInt(fileoff), BigInt(filesize)),
    words(protection, protection, sections.length, 0),
    ...body,
  ]);
}

function dylib(command, name) {
  return string(command, [2, 0x10000, 0x10000], name);
}

function string(command, fields, text) {
  const start = 12 + 4 * fields.length;
  const size = Math.ceil((start + text.length + 1) / 8) * 8;
  const bytes = Buffer.alloc(size);
  words(command, size, start, ...fields).copy(bytes);
  bytes.write(text, start);
  return bytes;
}
