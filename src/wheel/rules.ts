/** The rules on file name, `.dist-info`, WHEEL, METADATA, RECORD and entry points. */
import type { RuleInfo } from "../finding.ts";
import type { ContentCode } from "./rules/content.ts";
import { CONTENT_RULES } from "./rules/content.ts";
import type { EntryPointCode } from "./rules/entry-points.ts";
import { ENTRY_POINT_RULES } from "./rules/entry-points.ts";
import type { FilenameCode } from "./rules/filename.ts";
import { FILENAME_RULES } from "./rules/filename.ts";
import type { LayoutCode } from "./rules/layout.ts";
import { LAYOUT_RULES } from "./rules/layout.ts";
import type { LinkCode } from "./rules/links.ts";
import { LINK_RULES } from "./rules/links.ts";
import type { MetadataCode } from "./rules/metadata.ts";
import { METADATA_RULES } from "./rules/metadata.ts";
import type { RecordCode } from "./rules/record.ts";
import { RECORD_RULES } from "./rules/record.ts";
import type { VariantCode } from "./rules/variants.ts";
import { VARIANT_RULES } from "./rules/variants.ts";
import type { WheelFileCode } from "./rules/wheel-file.ts";
import { WHEEL_FILE_RULES } from "./rules/wheel-file.ts";

export type WheelCode =
  | FilenameCode
  | LayoutCode
  | WheelFileCode
  | MetadataCode
  | RecordCode
  | EntryPointCode
  | LinkCode
  | VariantCode
  | ContentCode;

export const WHEEL_RULES: Readonly<Record<WheelCode, RuleInfo>> = {
  ...FILENAME_RULES,
  ...LAYOUT_RULES,
  ...WHEEL_FILE_RULES,
  ...METADATA_RULES,
  ...RECORD_RULES,
  ...ENTRY_POINT_RULES,
  ...LINK_RULES,
  ...VARIANT_RULES,
  ...CONTENT_RULES,
};
