/** The published JSON Schemas, and what they say of a document. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";

const FOLDER = fileURLToPath(new URL("../../docs/schema/", import.meta.url));

/** By the command that prints the document: `audit`, `show`, … */
export const SCHEMAS: ReadonlyMap<string, ValidateFunction> = new Map(
  readdirSync(FOLDER)
    .filter((name) => name.endsWith(".schema.json"))
    .map((name) => {
      const schema: object = JSON.parse(readFileSync(FOLDER + name, "utf8"));
      const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true });
      return [name.replace(".schema.json", ""), ajv.compile(schema)];
    }),
);

/** One line for each fault; a document names its schema itself. */
export function schemaErrors(document: { readonly schema?: unknown }): readonly string[] {
  const name = /^wheelkit\.(\w+)\/1$/.exec(String(document.schema))?.[1] ?? "";
  const validate = SCHEMAS.get(name);
  if (validate === undefined) return [`no schema is published for ${document.schema}`];
  if (validate(document)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath}: ${message} ${JSON.stringify(params)}`,
  );
}
