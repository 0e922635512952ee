/**
 * Binary layouts, written once as tables that both read and write.
 *
 * A file offset or a size decodes to `number` (an error above 2^53), an address to `bigint`: the
 * compiler then refuses to mix the two, and only a format's own mapping function bridges them.
 */
import { FormatError } from "./errors.ts";

/** Width in bytes of each field type. `off*` and `size*` are numbers, `addr*` and `u64` bigints. */
const WIDTHS = {
  u8: 1,
  u16: 2,
  u32: 4,
  i32: 4,
  u64: 8,
  i64: 8,
  off32: 4,
  off64: 8,
  size32: 4,
  size64: 8,
  addr32: 4,
  addr64: 8,
} as const;

export type FieldType = keyof typeof WIDTHS;
type BigType = "u64" | "i64" | "addr32" | "addr64";
export type FieldValue<T extends FieldType> = T extends BigType ? bigint : number;

/** Field names and types in file order, without gaps. */
export type Layout = readonly (readonly [name: string, type: FieldType])[];
type NamesOf<L extends Layout> = L[number][0];
type TypeOf<L extends Layout, N extends string> = Extract<L[number], readonly [N, FieldType]>[1];
export type RecordOf<L extends Layout> = {
  readonly [N in NamesOf<L>]: FieldValue<TypeOf<L, N>>;
};

/** Every variant must have the same names with the same value types: checked at compile time. */
type SameFields<V extends Record<string, Layout>, First extends Layout> = {
  [K in keyof V]: RecordOf<V[K]> extends RecordOf<First>
    ? RecordOf<First> extends RecordOf<V[K]>
      ? V[K]
      : never
    : never;
};

export interface StructContext<Variant extends string> {
  readonly variant: Variant;
  readonly littleEndian: boolean;
}

export interface Struct<Variant extends string, Value> {
  readonly name: string;
  /** Size in bytes of the record. */
  sizeOf(variant: Variant): number;
  /** Offset in bytes of the field from the record's start. */
  offsetOf(variant: Variant, field: keyof Value & string): number;
  /** Reads one record at `at`; `base` is added to the offsets that errors name. */
  read(bytes: Uint8Array, at: number, context: StructContext<Variant>, base?: number): Value;
  /** Overwrites the named fields only, so that reserved bits survive. */
  set(bytes: Uint8Array, at: number, context: StructContext<Variant>, fields: Partial<Value>): void;
  /** The record as new bytes; every field must be given. */
  encode(context: StructContext<Variant>, value: Value): Uint8Array;
  /** A fast reader of one field of many records that lie `stride` bytes apart. */
  column<N extends keyof Value & string>(
    bytes: Uint8Array,
    context: StructContext<Variant>,
    field: N,
    stride?: number,
  ): (index: number) => Value[N];
}

/**
 * Defines a structure.
 *
 * @param format names the format in errors.
 * @param name the specification's name of the structure.
 * @param variants one layout for each class, for example `elf32` and `elf64`.
 */
export function struct<
  const V extends Record<string, Layout>,
  First extends Layout = V[keyof V] extends infer L extends Layout ? L : never,
>(
  format: string,
  name: string,
  variants: V & SameFields<V, First>,
): Struct<keyof V & string, RecordOf<First>> {
  type Variant = keyof V & string;
  type Value = RecordOf<First>;
  // Made at first use: a run meets files of one format, and few of its structures.
  const plans = new Map<string, Plan>();
  const plan = (variant: Variant): Plan => {
    const known = plans.get(variant);
    if (known !== undefined) return known;
    const layouts: Readonly<Record<string, Layout>> = variants;
    const layout = Object.hasOwn(layouts, variant) ? layouts[variant] : undefined;
    if (layout === undefined) throw new TypeError(`${name} has no variant ${variant}`);
    const made = planOf(layout);
    plans.set(variant, made);
    return made;
  };
  const field = (variant: Variant, key: string): PlannedField => {
    const found = plan(variant).byName.get(key);
    if (found === undefined) throw new TypeError(`${name} has no field ${key}`);
    return found;
  };

  return {
    name,
    sizeOf: (variant) => plan(variant).size,
    offsetOf: (variant, key) => field(variant, key).offset,
    read(bytes, at, context, base = 0) {
      const { fields, size } = plan(context.variant);
      if (at < 0 || at + size > bytes.length) {
        throw new FormatError(
          `${size} bytes are needed, ${Math.max(0, bytes.length - at)} are left`,
          {
            format,
            record: name,
            offset: base + at,
          },
        );
      }
      const view = viewOf(bytes);
      const record: Record<string, number | bigint> = {};
      for (const { key, type, offset } of fields) {
        const value = READERS[type](view, at + offset, context.littleEndian);
        if (typeof value === "number" && value > Number.MAX_SAFE_INTEGER) {
          throw new FormatError("the value is too large for any file", {
            format,
            record: name,
            field: key,
            offset: base + at + offset,
            value: String(value),
          });
        }
        record[key] = value;
      }
      return record as Value;
    },
    set(bytes, at, context, values) {
      const view = viewOf(bytes);
      for (const [key, value] of Object.entries(values)) {
        const { type, offset } = field(context.variant, key);
        write(view, at + offset, type, value as number | bigint, context.littleEndian);
      }
    },
    encode(context, value) {
      const { fields, size } = plan(context.variant);
      const bytes = new Uint8Array(size);
      const view = viewOf(bytes);
      for (const { key, type, offset } of fields) {
        const given = (value as Record<string, number | bigint>)[key];
        if (given === undefined) throw new TypeError(`${name}.${key} is not given`);
        write(view, offset, type, given, context.littleEndian);
      }
      return bytes;
    },
    column(bytes, context, key, stride = plan(context.variant).size) {
      const { type, offset } = field(context.variant, key);
      const view = viewOf(bytes);
      const read = READERS[type];
      const { littleEndian } = context;
      return (index) => read(view, index * stride + offset, littleEndian) as Value[typeof key];
    },
  };
}

interface PlannedField {
  readonly key: string;
  readonly type: FieldType;
  readonly offset: number;
}

interface Plan {
  readonly size: number;
  readonly fields: readonly PlannedField[];
  readonly byName: ReadonlyMap<string, PlannedField>;
}

function planOf(layout: Layout): Plan {
  const fields: PlannedField[] = [];
  let offset = 0;
  for (const [key, type] of layout) {
    fields.push({ key, type, offset });
    offset += WIDTHS[type];
  }
  return { size: offset, fields, byName: new Map(fields.map((each) => [each.key, each])) };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

type Reader = (view: DataView, at: number, littleEndian: boolean) => number | bigint;

/** A 64-bit number as a double: exact up to 2^53, and above it still above 2^53. */
function wide(view: DataView, at: number, littleEndian: boolean): number {
  const low = view.getUint32(littleEndian ? at : at + 4, littleEndian);
  const high = view.getUint32(littleEndian ? at + 4 : at, littleEndian);
  // What a product is part of V8 keeps as a double, in an object of its own.
  return high === 0 ? low : high * 0x1_0000_0000 + low;
}

const READERS: Readonly<Record<FieldType, Reader>> = {
  u8: (view, at) => view.getUint8(at),
  u16: (view, at, le) => view.getUint16(at, le),
  u32: (view, at, le) => view.getUint32(at, le),
  i32: (view, at, le) => view.getInt32(at, le),
  u64: (view, at, le) => view.getBigUint64(at, le),
  i64: (view, at, le) => view.getBigInt64(at, le),
  off32: (view, at, le) => view.getUint32(at, le),
  off64: wide,
  size32: (view, at, le) => view.getUint32(at, le),
  size64: wide,
  addr32: (view, at, le) => BigInt(view.getUint32(at, le)),
  addr64: (view, at, le) => view.getBigUint64(at, le),
};

function write(
  view: DataView,
  at: number,
  type: FieldType,
  value: number | bigint,
  littleEndian: boolean,
): void {
  const width = WIDTHS[type];
  const signed = type === "i32" || type === "i64";
  if (typeof value === "number" && width <= 4 && !signed) {
    // Nearly every field; big numbers are ten times as slow.
    if (!(Number.isInteger(value) && value >= 0 && value < 2 ** (8 * width))) {
      throw new RangeError(`${value} does not fit ${type}`);
    }
    if (width === 1) view.setUint8(at, value);
    else if (width === 2) view.setUint16(at, value, littleEndian);
    else view.setUint32(at, value, littleEndian);
    return;
  }
  // Archives have hundreds of thousands of small fields, and BigInt is slow.
  if (typeof value === "number" && !signed && width < 8 && Number.isInteger(value)) {
    if (value < 0 || value >= 2 ** (8 * width)) {
      throw new RangeError(`${value} does not fit ${type}`);
    }
    if (width === 1) view.setUint8(at, value);
    else if (width === 2) view.setUint16(at, value, littleEndian);
    else view.setUint32(at, value, littleEndian);
    return;
  }
  const wanted = BigInt(value);
  const fits = signed
    ? BigInt.asIntN(width * 8, wanted) === wanted
    : BigInt.asUintN(width * 8, wanted) === wanted;
  if (!fits) throw new RangeError(`${value} does not fit ${type}`);
  switch (width) {
    case 1:
      view.setUint8(at, Number(wanted));
      return;
    case 2:
      view.setUint16(at, Number(wanted), littleEndian);
      return;
    case 4:
      view.setUint32(at, Number(BigInt.asUintN(32, wanted)), littleEndian);
      return;
    case 8:
      view.setBigUint64(at, BigInt.asUintN(64, wanted), littleEndian);
      return;
  }
}
