/** Checks what a wheel says of itself: file name, `.dist-info`, `.data`. Never throws. */
import type { Problem } from "../finding.ts";
import type { ZipEntry } from "../zip/entry.ts";
import { checkEntryPoints } from "./checks/entry-points.ts";
import { checkFilename } from "./checks/filename.ts";
import { checkLayout } from "./checks/layout.ts";
import { checkLinkRecord } from "./checks/link-record.ts";
import { checkMetadata } from "./checks/metadata.ts";
import { checkRecord } from "./checks/record.ts";
import { checkStartup } from "./checks/startup.ts";
import { checkVariants } from "./checks/variants.ts";
import { checkWheelFile } from "./checks/wheel-file.ts";
import { findDistInfo } from "./dist-info.ts";
import { parseEntryPoints } from "./entry-points.ts";
import { parseWheelFilename } from "./filename.ts";
import { linksContext } from "./links-context.ts";
import type { RawMetadata } from "./metadata.ts";
import { parseMetadata, singleField } from "./metadata.ts";
import { problemList } from "./problem-list.ts";
import type { ParsedRecord } from "./record.ts";
import { parseRecord } from "./record.ts";
import type { WheelCode } from "./rules.ts";
import { expandTags } from "./tag.ts";
import type { CheckContext, WheelModel, WheelView } from "./view.ts";
import { parseWheelFile } from "./wheel-file.ts";

export { distInfoDirectories, findDistInfo } from "./dist-info.ts";
export type { WheelModel, WheelView } from "./view.ts";

export interface CheckedWheel {
  readonly model: WheelModel;
  readonly problems: readonly Problem<WheelCode>[];
}

/**
 * Reads the texts of a wheel and checks every rule of `WHEEL_RULES` but REC008, which needs the
 * digests of the members.
 */
export function checkWheel(view: WheelView): CheckedWheel {
  const problems = problemList();
  const { name: filename, problems: filenameProblems } = parseWheelFilename(view.filename);
  problems.addAll(filenameProblems);
  const distInfo = findDistInfo(view.entries, view.filename);
  const read = (name: string): Uint8Array | undefined =>
    distInfo === undefined ? undefined : view.read(`${distInfo}/${name}`);

  const metadataBytes = read("METADATA");
  const wheelBytes = read("WHEEL");
  const entryPointBytes = read("entry_points.txt");
  const metadata = metadataBytes && parseMetadata(metadataBytes);
  const wheelFile = wheelBytes && parseWheelFile(wheelBytes);
  const record = view.record ?? parsedRecord(read("RECORD"));
  const entryPoints = entryPointBytes && parseEntryPoints(entryPointBytes);

  const model: WheelModel = {
    ...(filename === undefined ? {} : { filename }),
    ...(distInfo === undefined ? {} : { distInfo }),
    name: fieldText(metadata, "Name") ?? filename?.name ?? null,
    version: fieldText(metadata, "Version") ?? filename?.version ?? null,
    build: filename?.build ?? null,
    tags: filename === undefined ? [] : expandTags(filename),
    ...(metadata === undefined ? {} : { metadata }),
    ...(wheelFile === undefined ? {} : { wheelFile }),
    ...(entryPoints === undefined ? {} : { entryPoints: entryPoints.entryPoints }),
    ...(wheelFile?.rootIsPurelib === undefined ? {} : { rootIsPurelib: wheelFile.rootIsPurelib }),
  };
  const files = new Map<string, ZipEntry>();
  for (const entry of view.entries) if (!entry.directory) files.set(entry.name, entry);
  const rows = record === undefined ? {} : { record: record.rows };
  const context: CheckContext = { ...model, ...rows, view, files, problems };
  checkFilename(context);
  checkLayout(context);
  checkWheelFile(context);
  checkMetadata(context);
  checkRecord(context, record);
  checkEntryPoints(context, entryPoints);
  const variant = checkVariants(context);
  checkStartup(context);
  const links = read("LINKS");
  if (links !== undefined) problems.addAll(checkLinkRecord(links, linksContext(context)).problems);
  const known = variant === undefined ? model : { ...model, variant };
  return { model: known, problems: problems.finish() };
}

function parsedRecord(bytes: Uint8Array | undefined): ParsedRecord | undefined {
  return bytes && parseRecord(bytes);
}

function fieldText(metadata: RawMetadata | undefined, name: string): string | undefined {
  const text = metadata === undefined ? "" : (singleField(metadata, name)?.value.trim() ?? "");
  return text === "" ? undefined : text;
}
