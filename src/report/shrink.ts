/** What `shrink` gained, as text, Markdown and JSON. */
import { printable } from "../bytes.ts";
import { FUTURE_GPU } from "../device-code/selection.ts";
import type { GpuChange } from "../shrink/device-plan.ts";
import type { Opportunity, ShrinkReport, StepGain } from "../shrink/report.ts";
import type { FileReport } from "../shrink/shrink.ts";
import { document } from "./json.ts";
import type { Palette } from "./palette.ts";
import { formatSize, plural } from "./reported.ts";
import { alignedTable } from "./text-table.ts";

export const STEP_TITLE: Readonly<Record<StepGain["step"], string>> = {
  strip: "symbols and debug data",
  "recompress-device-code": "device code stored better",
  "strip-device-debug": "line tables inside device code",
  "drop-archs": "code for other GPUs",
  ptx: "PTX",
  "drop-linked-duplicates": "device code that is there linked",
  thin: "other architectures",
  dedupe: "copies of libraries",
  drop: "files left out",
  repack: "other files deflated better",
};

const SUPPORT: Readonly<Record<ShrinkReport["gpus"][number]["after"], string>> = {
  native: "its own code",
  "same-major": "code of an older GPU of its kind",
  jit: "PTX, which the driver compiles at the first start",
  none: "nothing that it can run",
};

export function shrinkJson(reports: readonly ShrinkReport[]): string {
  return document("wheelkit.shrink/1", {
    wheels: reports.map((report) => ({
      file: report.file,
      output: report.output,
      before: report.before,
      after: report.after,
      steps: report.steps,
      files: report.files.map(fileJson),
      gpus: report.gpus.map(gpuJson),
      more: report.more,
      warnings: report.warnings,
    })),
  });
}

function fileJson({ path, before, after, gains, device }: FileReport): object {
  return {
    path,
    before,
    after: after ?? null,
    gains,
    ...(device === undefined || (device.before.length === 0 && device.others.length === 0)
      ? {}
      : {
          deviceCode: {
            before: device.before,
            after: device.after,
            others: device.others,
            leftAlone: device.fixed,
            gpus: device.gpus.map(gpuJson),
            cleared: device.cleared.size,
          },
        }),
  };
}

function gpuJson({ gpu, before, after }: GpuChange): object {
  return { gpu: gpuName(gpu), before, after };
}

/** One wheel: a line that says what was gained, then the steps. */
export function shrinkText(report: ShrinkReport, palette: Palette): string {
  const { strong, faint } = palette;
  const lines = [
    `${report.path === undefined ? "would write " : ""}${strong(printable(report.path ?? report.output))}: ${change(report.before.packed, report.after.packed)}; installed ${change(report.before.size, report.after.size)}`,
  ];
  const rows = report.steps.map(({ step, gained, files }) => [
    STEP_TITLE[step],
    `-${formatSize(gained.packed)}`,
    `-${formatSize(gained.size)}`,
    files === 0 ? "" : plural(files, "file"),
  ]);
  if (rows.length > 0) {
    lines.push(...alignedTable(["", "download", "installed", ""], rows).map((line) => `  ${line}`));
  } else lines.push("  nothing could be made smaller");
  for (const line of gpuLines(report)) lines.push(`  ${line}`);
  for (const line of fixedLines(report)) lines.push(`  ${faint(line)}`);
  for (const line of moreLines(report)) lines.push(`  ${faint(line)}`);
  return `${lines.join("\n")}\n`;
}

export function shrinkMarkdown(reports: readonly ShrinkReport[]): string {
  const lines: string[] = [];
  for (const report of reports) {
    lines.push(
      `### ${code(report.output)}`,
      "",
      `${change(report.before.packed, report.after.packed)}; installed ${change(report.before.size, report.after.size)}`,
      "",
      "| step | download | installed |",
      "|---|---:|---:|",
      ...report.steps.map(
        ({ step, gained }) =>
          `| ${STEP_TITLE[step]} | -${formatSize(gained.packed)} | -${formatSize(gained.size)} |`,
      ),
      "",
    );
    for (const line of [...gpuLines(report), ...fixedLines(report), ...moreLines(report)]) {
      lines.push(`- ${line.replaceAll("|", "\\|")}`);
    }
    lines.push("");
  }
  return `${lines.join("\n").trimEnd()}\n`;
}

function code(text: string): string {
  return `\`${printable(text).replaceAll("`", "'")}\``;
}

/** `154 MB -> 88 MB (-42.8 %)` */
function change(before: number, after: number): string {
  return `${formatSize(before)} -> ${formatSize(after)} (${shareOf(before, after)})`;
}

/** `-42.8 %` */
export function shareOf(before: number, after: number): string {
  const share = before === 0 ? 0 : ((after - before) / before) * 100;
  return `${share > 0 ? "+" : ""}${share.toFixed(1)} %`;
}

export function gpuLines({ gpus }: ShrinkReport): readonly string[] {
  const groups = new Map<string, string[]>();
  for (const { gpu, after, before } of gpus) {
    const key = `${after} ${before}`;
    groups.set(key, [...(groups.get(key) ?? []), gpuName(gpu)]);
  }
  return [...groups].map(([key, names]) => {
    const [after = "none", before = "none"] = key.split(" ");
    return `${names.join(", ")}: ${SUPPORT[wordOf(after)]} instead of ${SUPPORT[wordOf(before)]}`;
  });
}

function wordOf(text: string): keyof typeof SUPPORT {
  return text === "native" || text === "same-major" || text === "jit" ? text : "none";
}

function gpuName(gpu: number): string {
  return gpu === FUTURE_GPU ? "GPUs to come" : `sm_${gpu}`;
}

export function fixedLines({ files }: ShrinkReport): readonly string[] {
  return files.flatMap(({ path, device }) => [
    ...(device?.fixed ?? []).map(
      ({ region, size, reason }) =>
        `left alone: ${formatSize(size)} of \`${region}\` in \`${printable(path)}\`: ${reason}`,
    ),
    ...(device?.others ?? []).map(
      ({ region, target, size }) =>
        `left alone: ${formatSize(size)} of ${target} in \`${region}\` of \`${printable(path)}\``,
    ),
  ]);
}

export function moreLines({ more }: ShrinkReport): readonly string[] {
  return more.map(
    ({ option, bytes, price }: Opportunity) =>
      `more with ${option}: ${formatSize(bytes)} are concerned; ${price}`,
  );
}
