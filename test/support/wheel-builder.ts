/** Writes wheels that are right but for what a test wants wrong. */
import { createHash } from "node:crypto";
import type { ZipMember, ZipShape } from "./zip-builder.ts";
import { buildZip, toBytes } from "./zip-builder.ts";

export interface WheelSpec {
  /** Default `demo`. */
  readonly name?: string;
  /** Default `1.0`. */
  readonly version?: string;
  readonly build?: string;
  /** Compressed tag set of the file name; default `py3-none-any`. */
  readonly tag?: string;
  /**
   * Files by path, over the defaults (`demo/__init__.py`, METADATA, WHEEL); `null` leaves one out.
   * `%` in a path stands for the `.dist-info` folder's name, for example `%/METADATA`.
   */
  readonly files?: Readonly<Record<string, string | Uint8Array | null>>;
  /** The whole RECORD, or a change of its right lines; `null` leaves it out. */
  readonly record?: string | Uint8Array | null | ((lines: string[]) => readonly string[]);
  /** Changes of single members, by path as in `files`. */
  readonly members?: Readonly<Record<string, Partial<ZipMember>>>;
  /** Members that are neither in `files` nor in RECORD. */
  readonly extra?: readonly ZipMember[];
  readonly zip?: ZipShape;
}

export function wheelFileName(spec: WheelSpec = {}): string {
  const parts = [spec.name ?? "demo", spec.version ?? "1.0"];
  if (spec.build !== undefined) parts.push(spec.build);
  return `${[...parts, spec.tag ?? "py3-none-any"].join("-")}.whl`;
}

/** A minimal valid wheel with the changes of `spec`. */
export function buildWheel(spec: WheelSpec = {}): Uint8Array {
  return buildZip(wheelMembers(spec), spec.zip);
}

/** The members of {@link buildWheel}, RECORD last. */
export function wheelMembers(spec: WheelSpec = {}): ZipMember[] {
  const { name = "demo", version = "1.0", tag = "py3-none-any" } = spec;
  const info = `${name}-${version}.dist-info`;
  const real = (path: string): string => path.replace(/^%/, info);
  const files = new Map<string, string | Uint8Array>([
    [`${name}/__init__.py`, '"""A module."""\n'],
    [`${info}/METADATA`, `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`],
    [`${info}/WHEEL`, wheelFile(tag, spec.build)],
  ]);
  for (const [path, content] of Object.entries(spec.files ?? {})) {
    if (content === null) files.delete(real(path));
    else files.set(real(path), content);
  }
  // Metadata at the end, as PEP 427 recommends.
  const paths = [...files.keys()];
  const inInfo = (path: string): boolean => path.startsWith(`${info}/`);
  const ordered = [
    ...paths.filter((path) => !inInfo(path)),
    ...paths.filter((path) => inInfo(path)),
  ];
  const changes = new Map(
    Object.entries(spec.members ?? {}).map(([path, change]) => [real(path), change]),
  );
  const members: ZipMember[] = [];
  const lines: string[] = [];
  for (const path of ordered) {
    const data = toBytes(files.get(path) ?? "");
    members.push({ name: path, data, ...changes.get(path) });
    lines.push(recordLine(path, data));
  }
  members.push(...(spec.extra ?? []));
  const path = `${info}/RECORD`;
  lines.push(`${path},,`);
  const { record } = spec;
  if (record !== null) {
    const own = typeof record === "string" || record instanceof Uint8Array ? record : undefined;
    const changed = typeof record === "function" ? record(lines) : lines;
    const data = own ?? changed.map((line) => `${line}\n`).join("");
    members.push({ name: path, data, ...changes.get(path) });
  }
  return members;
}

/** A right line of RECORD. */
export function recordLine(path: string, data: string | Uint8Array): string {
  const bytes = toBytes(data);
  const digest = createHash("sha256").update(bytes).digest("base64url");
  const field = /[",]/.test(path) ? `"${path.replaceAll('"', '""')}"` : path;
  return `${field},sha256=${digest},${bytes.length}`;
}

function wheelFile(tag: string, build: string | undefined): string {
  const [python = "", abi = "", platform = ""] = tag.split("-");
  const lines = [
    "Wheel-Version: 1.0",
    "Generator: wheelkit-tests (1)",
    `Root-Is-Purelib: ${platform === "any"}`,
  ];
  for (const each of python.split(".")) {
    for (const a of abi.split(".")) {
      for (const p of platform.split(".")) lines.push(`Tag: ${each}-${a}-${p}`);
    }
  }
  if (build !== undefined) lines.push(`Build: ${build}`);
  return `${lines.join("\n")}\n`;
}
