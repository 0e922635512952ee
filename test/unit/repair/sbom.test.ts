import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
import { describe, expect, it } from "vitest";
import type { GraftedComponent } from "../../../src/repair/sbom.ts";
import { formatSbom, readComponents } from "../../../src/repair/sbom.ts";

const SUBJECT = { name: "my-demo", version: "1.0+local.1", file: "my_demo-1.0+local.1-x.whl" };
const OWNER = {
  type: "deb",
  distribution: "debian",
  name: "zlib1g",
  version: "1:1.2",
  arch: "amd64",
} as const;
const Z: GraftedComponent = {
  path: "my_demo.libs/libz-11111111.so.1",
  originalName: "libz.so.1.2",
  sha256: "1".repeat(64),
  owner: OWNER,
};
const OWN: GraftedComponent = {
  path: "my_demo.libs/libown-22222222.so",
  originalName: "libown.so",
  sha256: "2".repeat(64),
  owner: undefined,
};

function parsed(bytes: Uint8Array): ReturnType<typeof JSON.parse> {
  return JSON.parse(new TextDecoder().decode(bytes));
}

describe("formatSbom", () => {
  it("says what a library says of itself, its package first", () => {
    const about = {
      version: "14.44.35211.0",
      publisher: "Microsoft Corporation",
      description: "Microsoft® C Runtime Library",
      copyright: "© Microsoft Corporation",
    };
    const { components } = parsed(
      formatSbom(
        SUBJECT,
        [
          { ...OWN, about },
          { ...Z, about },
        ],
        "9.9",
      ),
    );
    expect(components[0]).toMatchObject({ name: "libown.so", ...about });
    expect(components[1]).toMatchObject({ ...about, name: "zlib1g", version: "1:1.2" });
  });

  it("lists every grafted library, with what is known of it", () => {
    const document = parsed(formatSbom(SUBJECT, [Z, OWN], "9.9"));
    expect(document).toMatchObject({
      bomFormat: "CycloneDX",
      specVersion: "1.4",
      version: 1,
      metadata: {
        tools: [{ name: "wheelkit", version: "9.9" }],
        component: {
          type: "library",
          name: "my-demo",
          version: "1.0+local.1",
          purl: "pkg:pypi/my-demo@1.0%2Blocal.1?file_name=my_demo-1.0%2Blocal.1-x.whl",
        },
      },
      components: [
        {
          type: "library",
          name: "libown.so",
          hashes: [{ alg: "SHA-256", content: OWN.sha256 }],
          properties: [
            { name: "wheelkit:member", value: OWN.path },
            { name: "wheelkit:original-name", value: "libown.so" },
          ],
        },
        {
          name: "zlib1g",
          version: "1:1.2",
          purl: "pkg:deb/debian/zlib1g@1:1.2?arch=amd64",
          hashes: [{ alg: "SHA-256", content: Z.sha256 }],
        },
      ],
    });
    expect(document.components[0]).not.toHaveProperty("purl");
  });

  it("is a bill that CycloneDX's own validator takes", async () => {
    const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot4);
    for (const libraries of [[], [Z], [Z, OWN]]) {
      const text = new TextDecoder().decode(formatSbom(SUBJECT, libraries, "9.9"));
      expect(await validator.validate(text)).toBeNull();
    }
    const broken = parsed(formatSbom(SUBJECT, [Z], "9.9"));
    broken.components[0].type = "thing";
    expect(await validator.validate(JSON.stringify(broken))).not.toBeNull();
  });

  it("is valid where the schema of CycloneDX 1.4 is strict", () => {
    const document = parsed(formatSbom(SUBJECT, [Z, OWN], "9.9"));
    expect(Object.keys(document)).toEqual([
      ...["bomFormat", "specVersion", "version", "metadata", "components", "dependencies"],
    ]);
    const known = ["type", "bom-ref", "name", "version", "purl", "hashes", "properties"];
    const all = [document.metadata.component, ...document.components];
    const refs = all.map((component: { "bom-ref": string }) => component["bom-ref"]);
    expect(new Set(refs).size).toBe(refs.length);
    for (const component of all) {
      for (const key of Object.keys(component)) expect(known).toContain(key);
      for (const { alg, content } of component.hashes ?? []) {
        expect(alg).toBe("SHA-256");
        expect(content).toMatch(/^[0-9a-f]{64}$/);
      }
    }
    const [root, ...others] = document.dependencies;
    expect(root).toEqual({ ref: refs[0], dependsOn: refs.slice(1) });
    expect(others.map(({ ref }: { ref: string }) => ref)).toEqual(refs.slice(1));
  });

  it("gives two libraries of one package references of their own", () => {
    const twin = { ...Z, path: "my_demo.libs/libzz-33333333.so" };
    const [a, b] = parsed(formatSbom(SUBJECT, [Z, twin], "9.9")).components;
    expect(a["bom-ref"]).not.toBe(b["bom-ref"]);
  });

  it("does not depend on the order of the libraries", () => {
    expect(formatSbom(SUBJECT, [OWN, Z], "9.9")).toEqual(formatSbom(SUBJECT, [Z, OWN], "9.9"));
  });
});

describe("a bill that is there already", () => {
  const before = formatSbom(SUBJECT, [Z, OWN], "9.9");

  it("keeps what is still in the wheel, and gives the same bytes when nothing is new", () => {
    const earlier = readComponents(before, () => true);
    expect(formatSbom(SUBJECT, [], "9.9", earlier)).toEqual(before);
    const left = readComponents(before, (path) => path === Z.path);
    expect(formatSbom(SUBJECT, [], "9.9", left)).toEqual(formatSbom(SUBJECT, [Z], "9.9"));
  });

  it("takes the new facts of a library that is grafted again", () => {
    const again = { ...Z, originalName: "libz.so.1.3" };
    const earlier = readComponents(before, () => true);
    expect(formatSbom(SUBJECT, [again], "9.9", earlier)).toEqual(
      formatSbom(SUBJECT, [again, OWN], "9.9"),
    );
  });

  it.each(["", "no json", "null", "[]", "{}", '{"components": [1, {}, {"bom-ref": 1}]}'])(
    "that is %j holds nothing",
    (text) => {
      expect(readComponents(new TextEncoder().encode(text), () => true)).toEqual([]);
    },
  );
});
