/** Owners of files, from databases that the package managers wrote themselves where they can be had. */
import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { PackageURL } from "packageurl-js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openRoot } from "../../../../src/node/root-files.ts";
import { readHashValues } from "../../../../src/repair/owners/bdb.ts";
import { readNdbBlobs } from "../../../../src/repair/owners/ndb.ts";
import { packageFinder, packageUrl } from "../../../../src/repair/owners/owner.ts";
import { parseRpmHeader } from "../../../../src/repair/owners/rpm-header.ts";
import { readTableBlobs } from "../../../../src/repair/owners/sqlite.ts";
import { requireTool } from "../../../support/tools.ts";

let scratch = "";
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), "wheelkit-owners-"));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

let roots = 0;

/** A folder with these files; a text that begins with `->` is a link. */
function root(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = join(scratch, `root-${roots++}`);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    if (typeof content === "string" && content.startsWith("->")) {
      symlinkSync(content.slice(2), join(folder, path));
    } else writeFileSync(join(folder, path), content);
  }
  return folder;
}

function ownerOf(folder: string, path: string): string | undefined {
  const owner = packageFinder(openRoot(folder))(path);
  return owner && packageUrl(owner);
}

describe("dpkg", () => {
  const files = {
    "etc/os-release": 'NAME="Debian GNU/Linux"\nID=debian\n',
    "var/lib/dpkg/status": [
      "Package: zlib1g\nStatus: install ok installed\nArchitecture: amd64\nMulti-Arch: same\nVersion: 1:1.2.13.dfsg-1\nDescription: x\n y",
      "Package: libfoo+x\nStatus: install ok installed\nArchitecture: all\nVersion: 2~rc1+b2",
      "Package: zlib1g\nStatus: install ok installed\nArchitecture: i386\nVersion: 1:1.2.13.dfsg-2",
      "Package: broken",
      "",
    ].join("\n\n"),
    "var/lib/dpkg/info/zlib1g:amd64.list": "/.\n/lib\n/lib/x86_64-linux-gnu/libz.so.1.2.13\n",
    "var/lib/dpkg/info/libfoo+x.list": "/usr/lib/libfoo.so.1\n/usr/share/doc/x\n",
    "var/lib/dpkg/info/zlib1g:i386.list": "/lib/i386-linux-gnu/libz.so.1.2.13\n",
    "var/lib/dpkg/info/demo-tools.list": "/opt/demo/libdemo.so\n/usr/lib/libfoo.so.1.bak\n",
    "var/lib/dpkg/info/gone.list": "/usr/lib/libgone.so\n",
    "usr/lib/x86_64-linux-gnu/libz.so.1.2.13": "",
    "usr/lib/libfoo.so.1": "",
    lib: "->usr/lib",
  };

  it("knows the package, its version and architecture, and the distribution", () => {
    const folder = root(files);
    const zlib = "pkg:deb/debian/zlib1g@1:1.2.13.dfsg-1?arch=amd64";
    expect(ownerOf(folder, "/lib/x86_64-linux-gnu/libz.so.1.2.13")).toBe(zlib);
    // A merged /usr: the database knows only the old place.
    expect(ownerOf(folder, "/usr/lib/x86_64-linux-gnu/libz.so.1.2.13")).toBe(zlib);
    expect(ownerOf(folder, "/lib/i386-linux-gnu/libz.so.1.2.13")).toBe(
      "pkg:deb/debian/zlib1g@1:1.2.13.dfsg-2?arch=i386",
    );
    expect(ownerOf(folder, "/usr/lib/libfoo.so.1")).toBe(
      "pkg:deb/debian/libfoo%2Bx@2~rc1+b2?arch=all",
    );
  });

  it("reads few lists of a library that is called after its package, and none of local files", () => {
    const names = ["bash", "libfoo", "libfoo1", "libfoo2", "libfoo-dev", "libbar-2.5-0", "zlib1g"];
    const lists = Object.fromEntries(
      names.map((name) => [`var/lib/dpkg/info/${name}.list`, `/usr/lib/${name}.file\n`]),
    );
    const status = names.map((name) => `Package: ${name}\nArchitecture: amd64\nVersion: 1\n`);
    lists["var/lib/dpkg/status"] = status.join("\n");
    lists["var/lib/dpkg/info/libfoo2.list"] = "/usr/lib/libfoo.so.2.1\n";
    lists["var/lib/dpkg/info/libbar-2.5-0.list"] = "/usr/lib/libBar_2.5.so.0.1\n";
    const files = openRoot(root(lists));
    const read: string[] = [];
    const find = packageFinder({
      ...files,
      read(path) {
        if (path.endsWith(".list")) read.push(path.slice("/var/lib/dpkg/info/".length));
        return files.read(path);
      },
    });
    expect(find("/usr/lib/libfoo.so.2.1")?.name).toBe("libfoo2");
    expect(find("/usr/lib/libBar_2.5.so.0.1")?.name).toBe("libbar-2.5-0");
    expect(read).toEqual(["libfoo2.list", "libbar-2.5-0.list"]);
    expect(find("/usr/local/lib/libfoo.so.2")).toBeUndefined();
    expect(find("/home/me/libfoo.so.2")).toBeUndefined();
    expect(read).toHaveLength(2);
    expect(find("/usr/lib/libfoo.so.3")).toBeUndefined();
    expect(read).toHaveLength(names.length);
  });

  it("finds a library in a package of another name by what the package says it has", () => {
    const info = "var/lib/dpkg/info";
    const names = [
      "libc6",
      "libcap2",
      "libcrypt1",
      "libssl3:amd64",
      "libboost-x1.74.0",
      "libdb5.3",
    ];
    const files: Record<string, string> = {};
    for (const name of names) files[`${info}/${name}.list`] = `/usr/lib/${name}.file\n`;
    files[`${info}/libssl3:amd64.list`] = "/usr/lib/libcrypto.so.3\n/usr/lib/libssl.so.3\n";
    files[`${info}/libssl3:amd64.shlibs`] =
      "libcrypto 3 libssl3 (>= 3.0.0)\nudeb: libcrypto 3 libcrypto3-udeb\n";
    files[`${info}/libdb5.3.list`] = "/usr/lib/libelse-5.3.so\n";
    files[`${info}/libdb5.3.shlibs`] = "libelse 5.3 libdb5.3\n";
    files[`${info}/libboost-x1.74.0.list`] = "/usr/lib/libanother.so.1.74.0\n";
    files[`${info}/libboost-x1.74.0.shlibs`] = "libanother 1.74.0 libboost-x1.74.0\n";
    // It says so, and has it not.
    files[`${info}/libcap2.shlibs`] = "libcrypto 3 libcap2\n";
    files["var/lib/dpkg/status"] = names
      .map((name) => `Package: ${name.replace(":amd64", "")}\nArchitecture: amd64\nVersion: 1\n`)
      .join("\n");
    const opened = openRoot(root(files));
    const read: string[] = [];
    const find = packageFinder({
      ...opened,
      read(path) {
        if (path.endsWith(".list")) read.push(path.slice(`/${info}/`.length));
        return opened.read(path);
      },
    });
    expect(find("/usr/lib/libcrypto.so.3")?.name).toBe("libssl3");
    expect(read).toEqual(["libcap2.list", "libssl3:amd64.list"]);
    expect(find("/usr/lib/libelse-5.3.so")?.name).toBe("libdb5.3");
    expect(find("/usr/lib/libanother.so.1.74.0")?.name).toBe("libboost-x1.74.0");
    expect(read).toEqual([
      "libcap2.list",
      "libssl3:amd64.list",
      "libdb5.3.list",
      "libboost-x1.74.0.list",
    ]);
  });

  it("knows nothing of other files, and of packages that are not installed", () => {
    const folder = root(files);
    expect(ownerOf(folder, "/opt/libown.so")).toBeUndefined();
    expect(ownerOf(folder, "/usr/lib/libgone.so")).toBeUndefined();
    expect(ownerOf(root({ "opt/x": "" }), "/opt/x")).toBeUndefined();
  });
});

describe("apk", () => {
  it("reads the folders and files of each package", () => {
    const folder = root({
      "usr/lib/os-release": "ID=alpine\nVERSION_ID=3.20\n",
      "etc/os-release": "->../usr/lib/os-release",
      "lib/apk/db/installed": [
        "C:Q1x=\nP:zlib\nV:1.3.1-r1\nA:x86_64\nF:lib\nR:libz.so.1.3.1\na:0:0:755\nR:libz.so.1\n",
        "P:demo\nV:2-r0\nA:x86_64\nF:usr\nF:usr/lib\nR:libdemo.so\n",
        "P:nothing\n",
      ].join("\n"),
    });
    expect(ownerOf(folder, "/lib/libz.so.1.3.1")).toBe("pkg:apk/alpine/zlib@1.3.1-r1?arch=x86_64");
    expect(ownerOf(folder, "/usr/lib/libdemo.so")).toBe("pkg:apk/alpine/demo@2-r0?arch=x86_64");
    expect(ownerOf(folder, "/usr/lib/libother.so")).toBeUndefined();
  });
});

describe("packageUrl", () => {
  it("spells what packageurl-js spells", () => {
    const text = fc.string({ unit: fc.constantFrom(..."azAZ09._-+~:^%&=@/ ü*'()"), maxLength: 12 });
    const word = text.map((each) => each.trim()).filter((each) => !/^[/ ]*$|\/|\.\./.test(each));
    const owner = fc.record({
      type: fc.constantFrom("deb", "rpm", "apk"),
      distribution: fc.stringMatching(/^[a-z0-9._-]{1,9}$/).filter((each) => !/^\.+$/.test(each)),
      name: word,
      version: fc.oneof(word, fc.constant("")),
      arch: fc.oneof(fc.stringMatching(/^[a-z0-9_-]{1,9}$/), fc.constant("")),
    });
    fc.assert(
      fc.property(owner, ({ type, distribution, name, version, arch }) => {
        const qualifiers = arch === "" ? undefined : { arch };
        const url = new PackageURL(type, distribution, name, version, qualifiers, undefined);
        expect(packageUrl({ type, distribution, name, version, arch })).toBe(url.toString());
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});

const SPEC = `Name: demolib
Version: 1.2
Release: 3
Epoch: 2
Summary: demo
License: MIT
%description
demo
%install
mkdir -p %{buildroot}/usr/lib64 %{buildroot}/usr/share/demo
for i in $(seq 1 150); do echo > %{buildroot}/usr/share/demo/a-rather-long-name-of-a-file-$i.txt; done
echo > %{buildroot}/usr/lib64/libdemo.so.1.2
%files
/usr/lib64/libdemo.so.1.2
/usr/share/demo
`;

const hasRpm =
  requireTool("rpmbuild") !== undefined &&
  requireTool("db_load") !== undefined &&
  requireTool("sqlite3") !== undefined;

/** A database of rpm's own format with one package: Debian's rpm can't write it. */
function ndbOf(blob: Uint8Array): Uint8Array {
  const file = new Uint8Array(4096 + 16 + Math.ceil((blob.length + 12) / 16) * 16);
  const view = new DataView(file.buffer);
  const put = (at: number, ...words: readonly (number | string)[]): void => {
    for (const [index, word] of words.entries()) {
      if (typeof word === "number") view.setUint32(at + index * 4, word, true);
      else file.set(Buffer.from(word), at + index * 4);
    }
  };
  put(0, "RpmP", 0, 1, 1, 2);
  for (let slot = 32; slot < 4096; slot += 16) put(slot, "Slot");
  // The first slot is free, the second has the package.
  put(48, "Slot", 1, 4096 / 16, file.length / 16 - 4096 / 16);
  put(4096, "BlbS", 1, 1, blob.length);
  file.set(blob, 4096 + 16);
  put(file.length - 12, 0, blob.length, "BlbE");
  return file;
}

describe.skipIf(!hasRpm)("rpm", () => {
  const purl = "pkg:rpm/almalinux/demolib@2:1.2-3?arch=x86_64";
  const release = { "etc/os-release": 'ID="almalinux"\n' };
  let sqlite: Uint8Array = new Uint8Array();
  let bdb: Uint8Array = new Uint8Array();
  let ndb: Uint8Array = new Uint8Array();

  beforeAll(() => {
    const spec = join(scratch, "demo.spec");
    writeFileSync(spec, SPEC);
    const quiet = { stdio: "pipe" } as const;
    const top = join(scratch, "top");
    execFileSync(
      "rpmbuild",
      ["-bb", "--define", `_topdir ${top}`, "--target", "x86_64-linux", spec],
      quiet,
    );
    const folder = join(top, "RPMS/x86_64");
    const built = readdirSync(folder).map((name) => join(folder, name));
    const target = join(scratch, "installed");
    mkdirSync(target);
    const common = ["--root", target, "--dbpath", "/var/lib/rpm"];
    const install = ["-i", "--nodeps", "--justdb", "--noscripts", "--force-debian"];
    execFileSync("rpm", [...common, ...install, ...built], quiet);
    const database = join(target, "var/lib/rpm/rpmdb.sqlite");
    execFileSync("sqlite3", [database, "PRAGMA wal_checkpoint(TRUNCATE)"], quiet);
    sqlite = readFileSync(database);
    // The same header under the older back end, written by Berkeley DB itself.
    const query = "select hex(blob) from Packages";
    const hex = execFileSync("sqlite3", [database, query], {
      encoding: "utf8",
      maxBuffer: 1 << 28,
    });
    const pairs = hex.trim().split("\n");
    const lines = [
      "VERSION=3",
      "format=bytevalue",
      "type=hash",
      "HEADER=END",
      " 00000000",
      " 01000000",
    ];
    for (const [index, each] of pairs.entries()) {
      lines.push(` 0${index + 1}000000`, ` ${each.toLowerCase()}`);
    }
    lines.push("DATA=END", "");
    const packages = join(scratch, "Packages");
    execFileSync("db_load", [packages], { input: lines.join("\n") });
    bdb = readFileSync(packages);
    ndb = ndbOf(Buffer.from(pairs[0] ?? "", "hex"));
  }, 60_000);

  it("is read from SQLite", () => {
    const folder = root({ ...release, "var/lib/rpm/rpmdb.sqlite": sqlite });
    expect(ownerOf(folder, "/usr/lib64/libdemo.so.1.2")).toBe(purl);
    expect(ownerOf(folder, "/usr/lib64/libother.so")).toBeUndefined();
  });

  it("is read from SQLite in the folder of image-based systems", () => {
    const folder = root({ ...release, "usr/lib/sysimage/rpm/rpmdb.sqlite": sqlite });
    expect(ownerOf(folder, "/usr/lib64/libdemo.so.1.2")).toBe(purl);
  });

  it("is read from Berkeley DB", () => {
    const folder = root({ ...release, "var/lib/rpm/Packages": bdb });
    expect(ownerOf(folder, "/usr/lib64/libdemo.so.1.2")).toBe(purl);
  });

  it("is read from rpm's own database", () => {
    expect([...readNdbBlobs(ndb)]).toHaveLength(1);
    const folder = root({ ...release, "usr/lib/sysimage/rpm/Packages.db": ndb });
    expect(ownerOf(folder, "/usr/lib64/libdemo.so.1.2")).toBe(purl);
    expect(ownerOf(folder, "/usr/lib64/libother.so")).toBeUndefined();
  });

  it("never fails on damaged databases", () => {
    let seed = 1;
    const random = (limit: number): number => {
      seed = (seed * 48271) % 0x7fffffff;
      return seed % limit;
    };
    const blobs = [...readTableBlobs(sqlite, "Packages")];
    expect(blobs).toHaveLength(1);
    const blobsOf = {
      sqlite: (bytes: Uint8Array) => readTableBlobs(bytes, "Packages"),
      bdb: readHashValues,
      ndb: readNdbBlobs,
    };
    const read = (name: keyof typeof blobsOf, bytes: Uint8Array): void => {
      for (const blob of blobsOf[name](bytes)) parseRpmHeader(blob);
    };
    for (const [name, whole] of [
      ["sqlite", sqlite],
      ["bdb", bdb],
      ["ndb", ndb],
    ] as const) {
      for (let round = 0; round < 150; round++) {
        const bytes = Uint8Array.from(
          whole.subarray(0, round % 3 === 0 ? random(whole.length) : whole.length),
        );
        for (let count = 0; count < 40 && bytes.length > 0; count++) {
          bytes[random(round % 2 === 0 ? Math.min(200, bytes.length) : bytes.length)] = random(256);
        }
        expect(() => read(name, bytes)).not.toThrow();
      }
    }
    for (let round = 0; round < 300; round++) {
      const blob = Uint8Array.from(blobs[0] ?? []);
      for (let count = 0; count < 20; count++)
        blob[random(Math.min(2000, blob.length))] = random(256);
      expect(() => parseRpmHeader(blob)).not.toThrow();
    }
  });
});
