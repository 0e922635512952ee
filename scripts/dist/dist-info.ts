/** METADATA, licences and the bill of materials of a wheel. */
import { encodeUtf8 } from "../../src/bytes.ts";
import { formatBill } from "./bill.ts";
import type { Build, BundledPackage } from "./build.ts";
import { bytesOf, text } from "./build.ts";
import { NODE_VERSION } from "./nodes.ts";
import type { WheelMember } from "./wheel.ts";

/** What a wheel holds besides the bundle. */
export interface Contents {
  /** Node's executable is in it. */
  readonly node: boolean;
  /** Libraries of GCC are in it. */
  readonly gcc: boolean;
  /** Lines of entry_points.txt. */
  readonly entryPoints?: string;
}

/** Licences of Node and of the libraries that its binary holds: V8, OpenSSL, ICU, zlib, SQLite, … */
const NODE_LICENSES = [
  "MIT",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "ISC",
  "Unicode-3.0",
  "Zlib",
  "blessing",
];
const GCC_LICENSE = "GPL-3.0-or-later WITH GCC-exception-3.1";
const OWN_LICENSE = "MIT";

export function distInfoMembers(build: Build, contents: Contents): readonly WheelMember[] {
  const folder = `wheelkit-${build.version}.dist-info`;
  const licenses = licenseFiles(build, contents);
  const bill = formatBill(build, contents);
  return [
    ...licenses.map(({ path, bytes }) => ({ path: `${folder}/licenses/${path}`, bytes })),
    { path: `${folder}/sboms/wheelkit.cdx.json`, bytes: bill },
    ...(contents.entryPoints === undefined
      ? []
      : [{ path: `${folder}/entry_points.txt`, bytes: encodeUtf8(contents.entryPoints) }]),
    {
      path: `${folder}/METADATA`,
      bytes: encodeUtf8(metadata(build, contents, licenses.map(({ path }) => path).sort())),
    },
  ];
}

function licenseFiles(build: Build, { node, gcc }: Contents): readonly WheelMember[] {
  const { root, packages } = build;
  const kept = (name: string): Uint8Array => bytesOf(root, `scripts/licenses/${name}.txt`);
  return [
    { path: "LICENSE", bytes: bytesOf(root, "LICENSE") },
    ...packages.map((each) => ({
      path: `${fileName(each)}.txt`,
      bytes: encodeUtf8(`${each.text}\n`),
    })),
    ...(node ? [{ path: `node-${NODE_VERSION}.txt`, bytes: kept("node") }] : []),
    ...(gcc ? [{ path: "gcc-runtime.txt", bytes: kept("gcc-runtime") }] : []),
  ];
}

function fileName({ name }: BundledPackage): string {
  return name.replace("@", "").replace("/", "-");
}

function licenseExpression({ packages }: Build, { node, gcc }: Contents): string {
  const all = new Set([OWN_LICENSE]);
  for (const { license } of packages) all.add(license);
  if (node) for (const license of NODE_LICENSES) all.add(license);
  const [own, ...others] = all;
  const parts = [own ?? OWN_LICENSE, ...others.sort()];
  if (gcc) parts.push(GCC_LICENSE);
  return parts.join(" AND ");
}

function metadata(build: Build, contents: Contents, licenses: readonly string[]): string {
  const { root, version, summary, keywords } = build;
  return [
    "Metadata-Version: 2.4",
    "Name: wheelkit",
    `Version: ${version}`,
    `Summary: ${summary}`,
    `Keywords: ${keywords.join(",")}`,
    `License-Expression: ${licenseExpression(build, contents)}`,
    ...licenses.map((path) => `License-File: ${path}`),
    "Classifier: Development Status :: 4 - Beta",
    "Classifier: Environment :: Console",
    "Classifier: Intended Audience :: Developers",
    "Classifier: Programming Language :: Python :: 3",
    "Classifier: Topic :: Software Development :: Build Tools",
    "Classifier: Topic :: System :: Archiving :: Packaging",
    "Requires-Python: >=3.8",
    "Description-Content-Type: text/markdown",
    "",
    text(root, "README.md"),
  ].join("\n");
}
