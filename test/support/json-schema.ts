/** As much of JSON Schema 2020-12 as our schema uses; any other keyword is an error. */

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const ANNOTATIONS = new Set(["$schema", "$id", "$defs", "title", "description"]);

/** What is wrong with `value`, as `/path: complaint`. */
export function schemaErrors(root: Json, value: Json, schema: Json = root, at = ""): string[] {
  if (!isObject(schema)) throw new Error(`no schema at ${at}`);
  const errors: string[] = [];
  const fail = (text: string): void => {
    errors.push(`${at === "" ? "/" : at}: ${text}`);
  };
  for (const [keyword, wanted] of Object.entries(schema)) {
    if (ANNOTATIONS.has(keyword)) continue;
    switch (keyword) {
      case "$ref": {
        const name = String(wanted).replace("#/$defs/", "");
        const defs = isObject(root) ? root.$defs : undefined;
        const target = defs !== undefined && isObject(defs) ? defs[name] : undefined;
        if (target === undefined) throw new Error(`${String(wanted)} is not defined`);
        errors.push(...schemaErrors(root, value, target, at));
        break;
      }
      case "type": {
        const types = Array.isArray(wanted) ? wanted : [wanted];
        if (!types.includes(typeOf(value))) fail(`${typeOf(value)} instead of ${String(types)}`);
        break;
      }
      case "const":
        if (value !== wanted) fail(`not ${String(wanted)}`);
        break;
      case "enum":
        if (!Array.isArray(wanted) || !wanted.includes(value)) fail(`${String(value)} not allowed`);
        break;
      case "required":
        for (const key of Array.isArray(wanted) ? wanted : []) {
          if (isObject(value) && !(String(key) in value)) fail(`lacks ${String(key)}`);
        }
        break;
      case "items":
        if (!Array.isArray(value)) break;
        value.forEach((item: Json, index) => {
          errors.push(...schemaErrors(root, item, wanted, `${at}/${index}`));
        });
        break;
      case "properties":
        if (!isObject(value) || !isObject(wanted)) break;
        for (const [key, item] of Object.entries(value)) {
          const part = wanted[key];
          if (part !== undefined) errors.push(...schemaErrors(root, item, part, `${at}/${key}`));
        }
        break;
      case "additionalProperties": {
        if (!isObject(value)) break;
        const known = schema.properties;
        for (const [key, item] of Object.entries(value)) {
          if (known !== undefined && isObject(known) && key in known) continue;
          if (wanted === false) fail(`unknown key ${key}`);
          else errors.push(...schemaErrors(root, item, wanted, `${at}/${key}`));
        }
        break;
      }
      default:
        throw new Error(`unknown keyword ${keyword}`);
    }
  }
  return errors;
}

function typeOf(value: Json): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value;
}

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
