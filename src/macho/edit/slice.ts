/** All edits of one slice in one transaction. */
import type { FormatTools } from "../../format.ts";
import type { NativeEdit } from "../../native-edit.ts";
import {
  emptyRewrite,
  type Rewrite,
  rewriteOf,
  rewrittenSource,
  type Splice,
} from "../../rewrite.ts";
import { mustBeSigned } from "../arch.ts";
import { LC, MH, MH_FLAGS } from "../constants.ts";
import { isEncrypted } from "../facts/summary.ts";
import { headerSize, MachHeader } from "../layout.ts";
import { fileTypeName } from "../names.ts";
import type { MachoImage } from "../read/image.ts";
import { hashPages } from "../read/page-hashes.ts";
import { firstContent } from "../read/segment.ts";
import type { Signature } from "../read/signature.ts";
import { hasPayload } from "../read/trailing.ts";
import type { SliceNames } from "../verify/expectation.ts";
import {
  type Command,
  isDependency,
  newSignature,
  newUuid,
  stringOf,
  totalSize,
} from "./commands.ts";
import { fitCommands, missingBytes } from "./header-room.ts";
import { type LinkeditPlan, planLinkedit } from "./linkedit.ts";
import { NAME_EDITS, planNames } from "./names.ts";
import { ordinalPatches } from "./ordinals.ts";
import { refuse } from "./refuse.ts";
import { encodeSignature, PAGE_SIZE, type SigningPlan, signatureSize } from "./sign.ts";
import { planSigning } from "./signing-plan.ts";
import { uuidFor } from "./uuid.ts";

export interface SliceRequest {
  readonly image: MachoImage;
  readonly edits: readonly NativeEdit[];
  readonly tools: FormatTools;
  /** The signature to carry over, where the image has been changed since. */
  readonly signature: Signature | null;
  /** The image has been changed already: it is signed again, whatever the edits do. */
  readonly dirty: boolean;
  /** It gets a signature, where its processor does not ask for one too. */
  readonly sign?: boolean;
}

export interface SlicePlan {
  /** Over the slice. */
  readonly rewrite: Rewrite;
  /** New ordinal of each old one. */
  readonly ordinals: readonly number[];
  readonly names: SliceNames;
  readonly signed: boolean;
  /** Bytes by which content moved away from the header. */
  readonly shift: number;
  readonly warnings: readonly string[];
}

/** @throws RefusalError when it can't be done safely, FormatError when a table is damaged. */
export function planSlice(request: SliceRequest): SlicePlan {
  const { image, edits, dirty } = request;
  const flags = newFlags(image, edits);
  const signs = edits.some(({ kind }) => kind === "sign");
  const mayStay = !dirty && !signs && flags === image.header.flags;
  // Of a file that keeps its bytes nobody asks for the names, of which it may have thousands.
  if (mayStay && !edits.some(({ kind }) => NAME_EDITS.has(kind))) {
    return {
      rewrite: emptyRewrite(image.source.size),
      ordinals: [],
      names: { id: null, dependencies: [], rpaths: [] },
      signed: false,
      shift: 0,
      warnings: [],
    };
  }
  const names = planNames(image, edits);
  if (!names.changed && mayStay) {
    const rewrite = emptyRewrite(image.source.size);
    const texts = namesOf(names.commands, image);
    return {
      rewrite,
      ordinals: names.ordinals,
      names: texts,
      signed: false,
      shift: 0,
      warnings: [],
    };
  }
  checkEditable(image);
  const patches = ordinalPatches(image, names.ordinals);
  const layout = fitEverything({ ...request, named: names.changed || signs }, names.commands);
  const { linkedit, commands } = layout;
  const header = headerSplice(image, commands, flags);
  if (patches.some(({ at }) => at < header.remove)) {
    throw refuse("layout", "a table lies in the load commands");
  }
  const splices: Splice[] = [
    header,
    ...patches.map(({ at, bytes, what }) => ({ at, remove: bytes.length, zeros: 0, bytes, what })),
  ];
  const notes = [...names.notes, ...layout.notes];
  const rewrite =
    linkedit === null
      ? rewriteOf(image.source, splices, notes)
      : signedRewrite(request, splices, linkedit, notes);
  return {
    rewrite,
    ordinals: names.ordinals,
    names: namesOf(commands, image),
    signed: linkedit !== null,
    shift: 0,
    warnings: layout.warnings,
  };
}

function namesOf(commands: readonly Command[], { context }: MachoImage): SliceNames {
  const texts = (wanted: (command: Command) => boolean): readonly string[] =>
    commands.filter(wanted).map((command) => stringOf(command, context));
  return {
    id: texts(({ cmd }) => cmd === LC.LC_ID_DYLIB).at(-1) ?? null,
    dependencies: texts(isDependency),
    rpaths: texts(({ cmd }) => cmd === LC.LC_RPATH),
  };
}

function newFlags({ header }: MachoImage, edits: readonly NativeEdit[]): number {
  const clear = edits.some(({ kind }) => kind === "clear-executable-stack");
  return clear ? (header.flags & ~MH_FLAGS.MH_ALLOW_STACK_EXECUTION) >>> 0 : header.flags;
}

const EDITABLE: ReadonlySet<number> = new Set([MH.MH_EXECUTE, MH.MH_DYLIB, MH.MH_BUNDLE]);

function checkEditable(image: MachoImage): void {
  const { filetype } = image.header;
  if (!EDITABLE.has(filetype)) {
    throw refuse("kind", `a file of type ${fileTypeName(filetype)} is not edited`);
  }
  if (isEncrypted(image)) {
    throw refuse("encrypted", "the file is encrypted, so it can't be signed again");
  }
  const payload = hasPayload(image);
  const signed = image.tables.data.has(LC.LC_CODE_SIGNATURE);
  if (payload && (signed || mustBeSigned(image.arch))) {
    throw refuse(
      "payload",
      "data follows what the load commands describe, and a signature must be the last thing in the file",
      "remove the appended data first, and append it again",
    );
  }
}

interface Fit {
  readonly commands: readonly Command[];
  /** `null`: the result has no signature. */
  readonly linkedit: (LinkeditPlan & { readonly signing: SigningPlan }) | null;
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
}

/** How many kinds of dispensable load commands give way to a UUID, or to a signature nobody asks for. */
const FEW = 2;

/**
 * The best layout that fits: with a UUID where it was missing, and signed, as `delocate` does too when
 * it changes names, although Intel processors don't ask for it.
 */
function fitEverything(
  request: SliceRequest & { readonly named: boolean },
  commands: readonly Command[],
): Fit {
  const { image, tools } = request;
  const { context, arch, source, segments } = image;
  const room = firstContent(segments, source.size) - headerSize(context.variant);
  const hasUuid = commands.some(({ cmd }) => cmd === LC.LC_UUID);
  const hasSignature = commands.some(({ cmd }) => cmd === LC.LC_CODE_SIGNATURE);
  const must = mustBeSigned(arch) || hasSignature;
  const canSign =
    (must || ((request.named || request.sign === true) && context.littleEndian)) &&
    !hasPayload(image) &&
    segments.some(({ name }) => name === "__LINKEDIT");
  if (must && !canSign) throw refuse("linkedit", "there is no `__LINKEDIT` to hold a signature");
  const uuid = hasUuid ? [] : [newUuid(uuidFor(source, tools), context)];
  const signature = hasSignature ? [] : [newSignature(context)];
  const attempts: readonly [sign: boolean, uuid: boolean, steps: number | undefined][] = [
    [true, true, 0],
    [true, true, FEW],
    [true, false, must ? undefined : FEW],
    [false, true, 0],
    [false, false, undefined],
  ];
  for (const [sign, withUuid, steps] of attempts) {
    if ((sign && !canSign) || (!sign && must)) continue;
    const wanted = [...commands, ...(withUuid ? uuid : []), ...(sign ? signature : [])];
    const fitted = fitCommands(wanted, room, context, steps);
    if (fitted === undefined) continue;
    const warnings: string[] = [];
    const of = `${arch}: `;
    if (!hasUuid) {
      warnings.push(
        withUuid
          ? `${of}an LC_UUID was added, without which newer systems refuse the file`
          : `${of}there is no room for the LC_UUID that newer systems ask for`,
      );
    }
    if (!sign) return { ...fitted, linkedit: null, warnings };
    const signing = planSigning(request, fitted.commands, warnings);
    const linkedit = planLinkedit(image, fitted.commands, (limit) =>
      signatureSize({ ...signing, limit }),
    );
    return {
      commands: linkedit.commands,
      linkedit: { ...linkedit, signing: { ...signing, limit: linkedit.dataoff } },
      notes: fitted.notes,
      warnings,
    };
  }
  const least = [...commands, ...(must ? signature : [])];
  const missing = missingBytes(least, room, context);
  throw refuse(
    "header-room",
    `the load commands of ${arch} need ${missing} bytes more than the ${room} that there are`,
    "shorten names or search paths, or link the file again with `-headerpad_max_install_names`",
  );
}

/** Header and load commands; what they no longer take is zeroed. */
function headerSplice(image: MachoImage, commands: readonly Command[], flags: number): Splice {
  const { context, source } = image;
  const start = headerSize(context.variant);
  const size = totalSize(commands);
  const end = Math.max(image.commandsEnd, start + size);
  const bytes = new Uint8Array(end);
  bytes.set(source.read(0, start));
  MachHeader.set(bytes, 0, context, { ncmds: commands.length, sizeofcmds: size, flags });
  let at = start;
  for (const command of commands) {
    bytes.set(command.bytes, at);
    at += command.bytes.length;
  }
  return { at: 0, remove: end, zeros: 0, bytes, what: "load commands" };
}

/** Nothing may change after the pages were hashed: the signature comes last. */
function signedRewrite(
  { image, tools }: SliceRequest,
  splices: readonly Splice[],
  linkedit: LinkeditPlan & { readonly signing: SigningPlan },
  notes: readonly string[],
): Rewrite {
  const { source } = image;
  const { dataoff, datasize, signing } = linkedit;
  const at = Math.min(dataoff, source.size);
  const tail = (bytes: Uint8Array): Splice => ({
    at,
    remove: source.size - at,
    zeros: dataoff - at,
    bytes,
    what: "code signature",
  });
  const unsigned = rewriteOf(source, [...splices, tail(new Uint8Array())]);
  const pages = hashPages(rewrittenSource(source, unsigned), tools, "sha256", PAGE_SIZE, dataoff);
  const signature = new Uint8Array(datasize);
  signature.set(encodeSignature(signing, pages, tools));
  return rewriteOf(source, [...splices, tail(signature)], notes);
}
