/** The bill of materials: CycloneDX 1.4, in the order of the content alone (PEP 770). */
import { encodeUtf8 } from "../../src/bytes.ts";
import type { Build } from "./build.ts";
import type { Contents } from "./dist-info.ts";
import { NODE_VERSION } from "./nodes.ts";

interface Component {
  readonly type: "library" | "application" | "framework";
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly license: string;
}

/** GCC of the image in which Node's binaries for musl were linked. */
const GCC_VERSION = "14.2.0";

export function formatBill(build: Build, contents: Contents): Uint8Array {
  const own = component("application", "wheelkit", build.version, "pypi", "MIT");
  const parts = [
    ...build.packages.map(({ name, version, license }) =>
      component("library", name, version, "npm", license),
    ),
    ...(contents.node ? [component("framework", "node", NODE_VERSION, "generic", "MIT")] : []),
    ...(contents.gcc
      ? ["libgcc", "libstdc++"].map((name) =>
          component(
            "library",
            name,
            GCC_VERSION,
            "apk/alpine",
            "GPL-3.0-or-later WITH GCC-exception-3.1",
          ),
        )
      : []),
  ];
  const document = {
    bomFormat: "CycloneDX",
    specVersion: "1.4",
    version: 1,
    metadata: { tools: [{ name: "wheelkit", version: build.version }], component: entry(own) },
    components: parts.map(entry),
    dependencies: [
      { ref: own.purl, dependsOn: parts.map(({ purl }) => purl) },
      ...parts.map(({ purl }) => ({ ref: purl })),
    ],
  };
  return encodeUtf8(`${JSON.stringify(document, null, 2)}\n`);
}

function component(
  type: Component["type"],
  name: string,
  version: string,
  where: string,
  license: string,
): Component {
  const path = name.split("/").map(encodeURIComponent).join("/");
  return { type, name, version, purl: `pkg:${where}/${path}@${version}`, license };
}

function entry({ type, name, version, purl, license }: Component) {
  // An identifier stands alone, anything longer is an expression.
  const licenses = license.includes(" ")
    ? [{ expression: license }]
    : [{ license: { id: license } }];
  return { type, "bom-ref": purl, name, version, licenses, purl };
}
