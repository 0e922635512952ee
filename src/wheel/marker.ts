/** Environment markers: `python_version < "3.9" and extra == "test"` (PEP 508). */
import { normalizeName } from "./names.ts";
import type { Scanner } from "./scanner.ts";
import { containsVersion, parseSpecifierSet } from "./specifier.ts";

export type MarkerVariable =
  | "python_version"
  | "python_full_version"
  | "os_name"
  | "sys_platform"
  | "platform_release"
  | "platform_system"
  | "platform_version"
  | "platform_machine"
  | "platform_python_implementation"
  | "implementation_name"
  | "implementation_version"
  | "extra"
  | "extras"
  | "dependency_groups"
  | VariantVariable;

/** Only in wheels with a variant label (PEP 825, a draft). */
export type VariantVariable =
  | "variant_label"
  | "variant_namespaces"
  | "variant_features"
  | "variant_properties";

export type MarkerOperator = "===" | "==" | "~=" | "!=" | "<=" | ">=" | "<" | ">" | "in" | "not in";

export type MarkerOperand =
  | { readonly kind: "variable"; readonly name: MarkerVariable }
  | { readonly kind: "literal"; readonly text: string };

export type Marker =
  | {
      readonly kind: "compare";
      readonly left: MarkerOperand;
      readonly operator: MarkerOperator;
      readonly right: MarkerOperand;
    }
  | { readonly kind: "and" | "or"; readonly operands: readonly Marker[] };

/** Values of the variables; `extras` and `dependency_groups` are sets. Absent ones are empty. */
export type MarkerEnvironment = Readonly<
  Partial<Record<MarkerVariable, string | readonly string[]>>
>;

const VARIABLE =
  /(?:python_version|python_full_version|os[._]name|sys[._]platform|platform_(?:release|system)|platform[._](?:version|machine|python_implementation)|python_implementation|implementation_(?:name|version)|extras?|dependency_groups|variant_(?:label|namespaces|features|properties))\b/y;
const LITERAL = /'[^'\n\r\0]*'|"[^"\n\r\0]*"/y;
const OPERATOR = /===|==|~=|!=|<=|>=|<|>/y;
const IN = /in\b/y;
const NOT_IN = /not[ \t]+in\b/y;
const BOOLEAN = /(?:or|and)\b/y;
const OPEN = /\(/y;
const CLOSE = /\)/y;

/** Deeper than any real marker; bounds the recursion. */
const MAX_DEPTH = 64;

/** Reads a marker expression at the scanner's place; `undefined` (and an error there) when it is none. */
export function scanMarker(scanner: Scanner, depth: number = 0): Marker | undefined {
  // Flat in the file, grouped here: `and` binds closer than `or`.
  const alternatives: Marker[][] = [];
  let group: Marker[] = [];
  for (;;) {
    const atom = scanAtom(scanner, depth);
    if (atom === undefined) return undefined;
    group.push(atom);
    const word = scanner.take(BOOLEAN);
    if (word === undefined) break;
    if (word === "or") {
      alternatives.push(group);
      group = [];
    }
  }
  alternatives.push(group);
  return join(
    "or",
    alternatives.map((operands) => join("and", operands)),
  );
}

function join(kind: "and" | "or", operands: readonly Marker[]): Marker {
  const [only] = operands;
  return only !== undefined && operands.length === 1 ? only : { kind, operands };
}

function scanAtom(scanner: Scanner, depth: number): Marker | undefined {
  scanner.skipBlanks();
  if (scanner.take(OPEN) !== undefined) {
    if (depth >= MAX_DEPTH) return scanner.fail("the marker is nested too deeply");
    scanner.skipBlanks();
    const inner = scanMarker(scanner, depth + 1);
    if (inner === undefined) return undefined;
    scanner.skipBlanks();
    if (scanner.take(CLOSE) === undefined) return scanner.fail("`)` is missing");
    scanner.skipBlanks();
    return inner;
  }
  const left = scanOperand(scanner);
  if (left === undefined) return undefined;
  scanner.skipBlanks();
  const operator = scanOperator(scanner);
  if (operator === undefined) {
    return scanner.fail("an operator (`==`, `<`, `in`, …) is missing");
  }
  scanner.skipBlanks();
  const right = scanOperand(scanner);
  if (right === undefined) return undefined;
  scanner.skipBlanks();
  return { kind: "compare", left, operator, right };
}

function scanOperand(scanner: Scanner): MarkerOperand | undefined {
  const variable = scanner.take(VARIABLE);
  if (variable !== undefined) {
    const name = variable.replace(".", "_");
    return {
      kind: "variable",
      name: (name === "python_implementation"
        ? "platform_python_implementation"
        : name) as MarkerVariable,
    };
  }
  const literal = scanner.take(LITERAL);
  if (literal !== undefined) return { kind: "literal", text: literal.slice(1, -1) };
  return scanner.fail("a marker variable or a quoted text is missing");
}

function scanOperator(scanner: Scanner): MarkerOperator | undefined {
  if (scanner.take(IN) !== undefined) return "in";
  if (scanner.take(NOT_IN) !== undefined) return "not in";
  return scanner.take(OPERATOR) as MarkerOperator | undefined;
}

/** Parsing the result gives the same marker back. */
export function printMarker(marker: Marker): string {
  if (marker.kind === "compare") {
    return `${printOperand(marker.left)} ${marker.operator} ${printOperand(marker.right)}`;
  }
  return marker.operands
    .map((operand) => {
      const text = printMarker(operand);
      // Parentheses also keep `a and (b and c)` apart from `a and b and c`.
      return operand.kind === "compare" || (marker.kind === "or" && operand.kind === "and")
        ? text
        : `(${text})`;
    })
    .join(` ${marker.kind} `);
}

function printOperand(operand: MarkerOperand): string {
  if (operand.kind === "variable") return operand.name;
  return operand.text.includes('"') ? `'${operand.text}'` : `"${operand.text}"`;
}

/** The variables on variants that the marker uses, in order. */
export function variantVariablesOf(marker: Marker): readonly string[] {
  if (marker.kind !== "compare") return marker.operands.flatMap(variantVariablesOf);
  return [marker.left, marker.right].flatMap((operand) =>
    operand.kind === "variable" && operand.name.startsWith("variant_") ? [operand.name] : [],
  );
}

/** Every literal that the marker compares with `extra`, in order. */
export function extrasOf(marker: Marker): readonly string[] {
  if (marker.kind !== "compare") return marker.operands.flatMap(extrasOf);
  const { left, right } = marker;
  if (left.kind === "variable" && left.name === "extra" && right.kind === "literal") {
    return [right.text];
  }
  if (right.kind === "variable" && right.name === "extra" && left.kind === "literal") {
    return [left.text];
  }
  return [];
}

/** Evaluates as `packaging` does; a comparison that it calls undefined is false. */
export function evaluateMarker(marker: Marker, environment: MarkerEnvironment): boolean {
  switch (marker.kind) {
    case "and":
      return marker.operands.every((operand) => evaluateMarker(operand, environment));
    case "or":
      return marker.operands.some((operand) => evaluateMarker(operand, environment));
    case "compare":
      return compare(marker, environment);
  }
}

const VERSION_VARIABLES: readonly MarkerVariable[] = [
  "implementation_version",
  "platform_release",
  "python_full_version",
  "python_version",
];

function compare(
  { left, operator, right }: Extract<Marker, { kind: "compare" }>,
  environment: MarkerEnvironment,
): boolean {
  const lookUp = (name: MarkerVariable): string | readonly string[] => environment[name] ?? "";
  const key = left.kind === "variable" ? left.name : right.kind === "variable" ? right.name : "";
  if (key === "") return false;
  let a: string | readonly string[];
  let b: string | readonly string[];
  if (left.kind === "variable") {
    a = lookUp(left.name);
    b = right.kind === "variable" ? right.name : right.text;
  } else {
    a = left.text;
    b = lookUp(key);
  }
  if (typeof a !== "string") return false;
  if (key === "extra" || key === "extras" || key === "dependency_groups") {
    a = normalizeName(a);
    b = typeof b === "string" ? normalizeName(b) : b.map(normalizeName);
  }
  if (typeof b === "string" && VERSION_VARIABLES.includes(key)) {
    const set = parseSpecifierSet(`${operator}${b}`);
    if (set?.length === 1) return containsVersion(set, a);
  }
  switch (operator) {
    case "in":
      return b.includes(a);
    case "not in":
      return !b.includes(a);
    case "==":
    case "<=":
    case ">=":
      return a === b;
    case "!=":
      return a !== b;
    default:
      return false;
  }
}
