import type { Level } from "../../../src/finding.ts";
import type { Breaks, CaseTable, Passes } from "./cases.ts";
import { metadata } from "./cases.ts";

const text = (content: string | Uint8Array): Passes["wheel"] => ({
  files: { "%/METADATA": content },
});
const utf8 = (content: string): Uint8Array => new TextEncoder().encode(content);

/** Further lines in METADATA of the version given. */
function line(
  lines: string,
  level: Level,
  version: string = "2.1",
  more: Partial<Breaks> = {},
): Breaks {
  return {
    what: `${lines} (${version})`.slice(0, 90),
    wheel: text(metadata(lines, version)),
    level,
    ...more,
  };
}

function fine(lines: string, version: string = "2.1"): Passes {
  return { what: `${lines} (${version})`.slice(0, 90), wheel: text(metadata(lines, version)) };
}

const PYPI = { pypi: "error", install: "info" } as const;

export const METADATA_CASES: CaseTable = {
  MET001: {
    breaks: [
      {
        what: "missing",
        wheel: { files: { "%/METADATA": null } },
        level: "error",
        pypi: "error",
        install: "error",
      },
      {
        what: "not UTF-8 in a field",
        wheel: text(new Uint8Array([...utf8(metadata("Author: ").trimEnd()), 0x20, 0xe9, 0x0a])),
        level: "error",
        pypi: "warning",
        says: "`Author`",
      },
      {
        what: "not UTF-8 in the description",
        wheel: text(new Uint8Array([...utf8(`${metadata("")}\n`), 0xff, 0xfe])),
        level: "error",
        says: "description",
      },
      {
        what: "a byte order mark",
        wheel: text(utf8(`\ufeff${metadata("")}`)),
        level: "error",
        pypi: "warning",
      },
      {
        what: "too large",
        wheel: text(metadata("", "2.1", "x".repeat(17 << 20))),
        level: "error",
        says: "can't be read",
      },
    ],
    passes: [{ what: "UTF-8", wheel: text(metadata("Author: Zoë", "2.1", "Überraschung\n")) }],
  },
  MET002: {
    breaks: [
      {
        what: "missing",
        wheel: text("Name: demo\nVersion: 1.0\n"),
        level: "error",
        pypi: "error",
        install: "warning",
      },
      ...["2.0", "1.3", "3.0", "2.7", "two", ""].map(
        (version) =>
          ({
            what: `\`${version}\``,
            wheel: text(metadata("", version)),
            level: "error",
            pypi: "error",
          }) as const,
      ),
      {
        what: "one that PyPI's list lacks",
        wheel: text(metadata("", "2.6")),
        level: "info",
        pypi: "warning",
        install: "info",
        says: "PyPI",
      },
    ],
    passes: ["1.0", "1.1", "1.2", "2.1", "2.2", "2.3", "2.4", "2.5"].map((version) =>
      fine("", version),
    ),
  },
  MET003: {
    breaks: [
      {
        what: "no name",
        wheel: text("Metadata-Version: 2.1\nVersion: 1.0\n"),
        level: "error",
        install: "error",
      },
      { what: "no version", wheel: text("Metadata-Version: 2.1\nName: demo\n"), level: "error" },
      {
        what: "another name",
        wheel: text("Metadata-Version: 2.1\nName: other\nVersion: 1.0\n"),
        level: "error",
        says: "`other`",
      },
      {
        what: "another version",
        wheel: text("Metadata-Version: 2.1\nName: demo\nVersion: 1.1\n"),
        level: "error",
      },
      {
        what: "a name that can't be",
        wheel: text("Metadata-Version: 2.1\nName: -demo-\nVersion: 1.0\n"),
        level: "error",
      },
      {
        what: "a version that can't be",
        wheel: text("Metadata-Version: 2.1\nName: demo\nVersion: latest\n"),
        level: "error",
      },
    ],
    passes: [
      {
        what: "another spelling",
        wheel: {
          name: "demo_x",
          files: { "%/METADATA": "metadata-version: 2.1\nNAME: Demo.X\nVersion: v1.0.0\n" },
        },
      },
    ],
  },
  MET004: {
    breaks: [
      line("License-Expression: MIT", "error", "2.3", { pypi: "error", install: "warning" }),
      line("Import-Name: demo", "error", "2.4"),
      line("Dynamic: Keywords", "error", "2.1"),
      line("Description-Content-Type: text/plain", "error", "1.2"),
      line("Provides-Extra: x", "error", "1.2"),
      line("Requires-Python: >=3", "error", "1.1"),
    ],
    passes: [
      fine("License-Expression: MIT", "2.4"),
      fine("Import-Name: demo", "2.5"),
      fine("Dynamic: Keywords", "2.2"),
      fine("Description-Content-Type: text/plain", "2.1"),
    ],
  },
  MET005: {
    breaks: [
      line("Colour: red", "warning", "2.1", { says: "`Colour`" }),
      line("Summary: a\nSummary: b", "warning"),
      line("Requires-Python: >=3.8\nRequires-Python: >=3.9", "error", "2.1", { install: "error" }),
      line("Requires-External-Dep: dep:generic/libfoo@>=1,<2; os_name == 'nt'", "info", "2.1", {
        says: "PEP 725",
      }),
      line("Requires-External-Dep: libfoo", "info", "2.1", { says: "dep:type/name" }),
      line("version: 1.0", "error"),
      {
        what: "two descriptions",
        wheel: text(metadata("Description: a", "2.1", "b\n")),
        level: "warning",
      },
      {
        what: "a line that is not a field",
        wheel: text(metadata("Summary: a\nand so on")),
        level: "warning",
        says: "without a colon",
      },
      { what: "a folded line first", wheel: text(` x\n${metadata("")}`), level: "warning" },
      { what: "a field without a name", wheel: text(metadata(": x")), level: "warning" },
    ],
    passes: [
      fine("Classifier: A\nClassifier: B\nKeywords: a,b\nPlatform: UNKNOWN\nRequires-External: C"),
      { what: "no blank line at the end", wheel: text(metadata("Summary: a").trimEnd()) },
    ],
  },
  MET006: {
    breaks: [
      line("Summary: a\n  b", "error", "2.1", PYPI),
      line(`Summary: ${"x".repeat(513)}`, "error", "2.1", { says: "513" }),
      line("Summary: a\u2028b", "error"),
    ],
    passes: [
      fine(`Summary: ${"x".repeat(512)}`),
      fine("Summary:\n  folded once"),
      fine(`Summary: ${"\u{1f40d}".repeat(512)}`),
    ],
  },
  MET007: {
    breaks: [
      line("Description-Content-Type: text/html", "error", "2.1", PYPI),
      line("Description-Content-Type: markdown", "error"),
      line("Description-Content-Type: text/markdown; charset=latin-1", "error"),
      line("Description-Content-Type: text/markdown; variant=Pandoc", "error"),
      line("Description-Content-Type: text/markdown; nonsense", "error"),
    ],
    passes: [
      fine("Description-Content-Type: text/markdown"),
      fine('Description-Content-Type: Text/Markdown; charset="utf-8"; variant=CommonMark'),
      fine("Description-Content-Type: text/x-rst; charset=UTF-8"),
      fine("Description-Content-Type: text/plain;"),
    ],
  },
  MET009: {
    breaks: [
      line("Requires-Dist: a b", "error", "2.1", { pypi: "error", install: "error" }),
      line("Requires-Dist: a >= 1.*", "error"),
      line("Requires-Dist: a[", "error"),
      line("Requires-Dist: a; python_version", "error"),
      line("Requires-Dist: a; colour == 'red'", "error"),
      line("Requires-Dist: -a", "error"),
      line("Requires-Dist:", "error"),
      line("Requires-Dist: a; variant_label == 'null'", "error", "2.1", { says: "variant" }),
      line("Requires-Dist: a; 'x86_64' in variant_namespaces", "error"),
      line("Requires-Dist: a; os_name == 'nt' and 'a :: b' in variant_features", "error"),
      line("Requires-Dist: a; 'a :: b :: c' not in variant_properties", "error"),
      line("Provides-Dist: a (1.0)", "error"),
      line("Obsoletes-Dist: !", "error"),
      line("Requires-Dist: a @ https://example.org/a.whl", "error", "2.1", {
        pypi: "error",
        install: "info",
      }),
    ],
    passes: [
      fine("Requires-Dist: a (>=1.0,<2)"),
      fine(
        "Requires-Dist: a[b,c] >= 1.0 ; python_version < '3.9' and (os_name == 'nt' or 'linux' in sys_platform)",
      ),
      fine("Requires-Dist: a===any.thing"),
      fine("Requires-Dist: a~=1.4.2,!=1.4.5.*"),
      fine("Provides-Dist: a\nObsoletes-Dist: b (<3)"),
    ],
  },
  MET010: {
    breaks: [
      line("Requires-Python: >=3.6.*", "error", "2.1", { pypi: "error", install: "error" }),
      line("Requires-Python: 3.6", "error"),
      line("Requires-Python: >=3.6 <4", "error"),
      line("Requires-Python: <3", "warning", "2.1", { says: "every python tag" }),
      {
        what: "a newer Python than the tag's",
        wheel: {
          tag: "cp38-none-any",
          files: { "%/METADATA": metadata("Requires-Python: >=3.9") },
        },
        level: "warning",
      },
      {
        what: "an older Python than the tag's",
        wheel: {
          tag: "cp312-cp312-any",
          files: { "%/METADATA": metadata("Requires-Python: <3.12") },
        },
        level: "warning",
      },
      {
        what: "one of two tags",
        wheel: {
          tag: "py2.py3-none-any",
          files: { "%/METADATA": metadata("Requires-Python: >=3.8") },
        },
        level: "info",
      },
    ],
    passes: [
      fine("Requires-Python: >=3.6"),
      fine("Requires-Python: >=2.7, !=3.0.*, !=3.1.*, <4"),
      {
        what: "a tag that it admits",
        wheel: {
          tag: "cp312-cp312-any",
          files: { "%/METADATA": metadata("Requires-Python: ~=3.12.4") },
        },
      },
      {
        what: "the stable ABI of an older one",
        wheel: {
          tag: "cp38-abi3-any",
          files: { "%/METADATA": metadata("Requires-Python: >=3.9") },
        },
      },
    ],
  },
  MET011: {
    breaks: [
      line("Provides-Extra: Big_Extra", "warning", "2.3"),
      line("Provides-Extra: Big_Extra", "info", "2.1"),
      line("Provides-Extra: a\nProvides-Extra: A", "warning", "2.1"),
      line("Requires-Dist: x; extra == 'b'", "warning", "2.1", { says: "`b`" }),
      line("Provides-Extra: a b", "warning", "2.1"),
    ],
    passes: [
      fine("Provides-Extra: big-extra\nRequires-Dist: x; extra == 'big-extra'", "2.3"),
      fine("Provides-Extra: big-extra\nRequires-Dist: x; 'Big_Extra' == extra"),
    ],
  },
  MET012: {
    breaks: [line("Classifier: Private :: Do Not Upload", "error", "2.1", PYPI)],
    passes: [fine("Classifier: Programming Language :: Python :: 3")],
  },
  MET013: {
    breaks: [
      line("Home-page: ftp://example.org", "error", "2.1", PYPI),
      line("Home-page: example.org", "error"),
      line("Download-URL: file:///tmp/x", "error"),
      line("Project-URL: Docs, javascript:alert(1)", "error"),
      line("Project-URL: https://example.org", "error", "2.1", { says: "no comma" }),
      line(`Project-URL: ${"x".repeat(33)}, https://example.org`, "error"),
      line("Project-URL: , https://example.org", "error"),
    ],
    passes: [
      fine("Home-page: UNKNOWN"),
      fine("Home-page:"),
      fine("Home-page: HTTP://example.org"),
      fine(`Project-URL: ${"x".repeat(32)}, https://example.org/a?b#c`),
    ],
  },
  MET014: {
    breaks: [
      line("Author-email: nobody", "error", "2.1", PYPI),
      line("Author-email: A <a@b>", "error"),
      line("Maintainer-email: a@b.org, b@", "error"),
      line("Author-email: Doe, Jane <jane@example.org>", "error", "2.1", { says: "`Doe`" }),
    ],
    passes: [
      fine("Author-email: a@example.org"),
      fine('Author-email: "Doe, Jane" <jane.doe+x@sub.example.org>, Zoë <z@example.org> (home)'),
      fine("Author-email: UNKNOWN"),
    ],
  },
  MET015: {
    breaks: [
      line("Dynamic: Version", "error", "2.2", PYPI),
      line("Dynamic: metadata-version", "error", "2.2"),
      line("Dynamic: colour", "error", "2.2"),
    ],
    passes: [fine("Dynamic: Requires-Dist\nDynamic: license-file", "2.4")],
  },
  MET016: {
    breaks: [
      line("License: MIT\nLicense-Expression: MIT", "error", "2.4", PYPI),
      line(
        "License-Expression: MIT\nClassifier: License :: OSI Approved :: MIT License",
        "warning",
        "2.4",
      ),
    ],
    passes: [
      fine("License-Expression: MIT\nLicense: UNKNOWN", "2.4"),
      fine("License: MIT\nClassifier: License :: OSI Approved", "2.4"),
    ],
  },
  MET017: {
    breaks: [
      line("License-Expression: MIT License", "error", "2.4", PYPI),
      line("License-Expression: MIT AND", "error", "2.4"),
      line("License-Expression: (MIT", "error", "2.4"),
      line("License-Expression: MIT)", "error", "2.4"),
      line("License-Expression: MIT/Apache", "error", "2.4"),
      line("License-Expression:", "error", "2.4"),
      line("License-Expression: (MIT OR ISC) WITH x", "error", "2.4"),
      line("License-Expression: MIT or Apache-2.0", "warning", "2.4", {
        says: "`MIT OR Apache-2.0`",
      }),
    ],
    passes: [
      fine("License-Expression: MIT", "2.4"),
      fine(
        "License-Expression: GPL-3.0-or-later WITH GCC-exception-3.1 AND (MIT OR LicenseRef-Mine)",
        "2.4",
      ),
      fine("License-Expression: Apache-1.1+", "2.4"),
    ],
  },
  MET018: {
    breaks: [
      line("License-File: LICENSE", "error", "2.4", { ...PYPI, says: "licenses" }),
      line("License-File: ../LICENSE", "error", "2.4"),
      line("License-File: /LICENSE", "error", "2.4"),
      line("License-File: C:\\LICENSE", "error", "2.4"),
      line("License-File: LICEN[CS]E*", "error", "2.4"),
      {
        what: "beside METADATA from 2.4 on",
        wheel: {
          files: { "%/METADATA": metadata("License-File: LICENSE", "2.4"), "%/LICENSE": "x" },
        },
        level: "error",
      },
    ],
    passes: [
      {
        what: "in licenses",
        wheel: {
          files: {
            "%/METADATA": metadata("License-File: a/LICENSE", "2.4"),
            "%/licenses/a/LICENSE": "x",
          },
        },
      },
    ],
  },
  MET019: {
    breaks: [
      line("Import-Name: other", "warning", "2.5", { says: "`other`" }),
      line("Import-Namespace: demo.sub", "warning", "2.5"),
    ],
    passes: [
      fine("Import-Name: demo ; private", "2.5"),
      fine("Import-Name:", "2.5"),
      fine("Import-Name: demo\nImport-Namespace: demo", "2.5"),
    ],
  },
};

/** What is only worth a note. */
export const OLD_LICENSES: CaseTable = {
  MET004: {
    breaks: [
      {
        what: "License-File before it was specified",
        wheel: { files: { "%/METADATA": metadata("License-File: LICENSE"), "%/LICENSE": "x" } },
        level: "info",
        pypi: "info",
      },
    ],
    passes: [],
  },
  MET018: {
    breaks: [
      {
        what: "a missing file before 2.4",
        wheel: text(metadata("License-File: LICENSE")),
        level: "info",
        pypi: "info",
      },
    ],
    passes: [
      {
        what: "beside METADATA before 2.4",
        wheel: { files: { "%/METADATA": metadata("License-File: LICENSE"), "%/LICENSE": "x" } },
      },
    ],
  },
};
