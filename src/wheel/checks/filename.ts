/** NAM002-NAM008. */
import type { WheelFilename } from "../filename.ts";
import { fileNameProblem, formatWheelFilename, REFUSED_TODAY } from "../filename.ts";
import { meantPlatformTag } from "../meant-platform-tag.ts";
import { singleField } from "../metadata.ts";
import { isTaggedExtension } from "../modules.ts";
import { escapeName, isProjectName, normalizeName } from "../names.ts";
import { parsePlatformTag } from "../platform-tag.ts";
import { refusedByPypi } from "../pypi-tags.ts";
import { parsePythonTag } from "../python-tag.ts";
import { listed, quoted } from "../text.ts";
import { VARIANT_FILE } from "../variant-file.ts";
import { parseVersion, printVersion } from "../version.ts";
import type { CheckContext } from "../view.ts";

export function checkFilename(context: CheckContext): void {
  const { filename, problems, view } = context;
  const unprintable = fileNameProblem(view.filename);
  if (unprintable !== undefined) problems.add(unprintable);
  if (filename === undefined) return;
  checkName(context, filename);
  checkVersion(context, filename);
  if (filename.build !== undefined && !/^[0-9]/.test(filename.build)) {
    problems.add({
      code: "NAM004",
      message: `the build tag ${quoted(filename.build)} does not begin with a digit`,
      ...labelHint(filename, filename.build),
    });
  }
  checkVariant(context, filename);
  checkOrder(context, filename);
  checkPlatforms(context, filename);
  checkCombinations(context, filename);
}

/** A sixth or seventh part: PEP 825's label, or, far more often, a label of the project's own. */
function checkVariant(context: CheckContext, filename: WheelFilename): void {
  const { variant } = filename;
  if (variant === undefined) return;
  const described = context.files.has(`${context.distInfo}/${VARIANT_FILE}`);
  context.problems.add({
    code: "NAM001",
    level: "warning",
    profiles: REFUSED_TODAY,
    ...(described
      ? {
          message: `the file name carries the variant label ${quoted(variant)}, which only a draft (PEP 825) defines`,
          hint: "publish a wheel without a label for indexes and installers of today",
        }
      : {
          message: `${quoted(variant)} behind the platform is not a part of a wheel's name; only a draft (PEP 825) has a label there`,
          ...labelHint(filename, variant),
        }),
  });
}

/** Where a label of one's own goes. */
function labelHint(
  { version, build, variant, ...rest }: WheelFilename,
  label: string,
): { readonly hint?: string } {
  const local = label.replace(/^[._]+|[._]+$/g, "");
  if (parseVersion(`0+${local}`) === undefined || parseVersion(version) === undefined) return {};
  // Of build and label only the one that is meant is taken out.
  const kept = build === undefined || build === label ? {} : { build };
  const plain = formatWheelFilename({ ...rest, version, ...kept });
  return {
    hint: `a label of your own belongs into the version: rename the file to ${quoted(plain)}, then \`wheelkit edit --local ${local}\``,
  };
}

function checkName({ metadata, problems }: CheckContext, { name }: WheelFilename): void {
  if (!isProjectName(name)) {
    problems.add({
      code: "NAM002",
      message: `${quoted(name)} in the file name is not a project name`,
      profiles: { install: "error" },
    });
    return;
  }
  const written = metadata && singleField(metadata, "Name")?.value.trim();
  // A name that is another project's is MET003's business.
  const project =
    written !== undefined && normalizeName(written) === normalizeName(name) ? written : name;
  const wanted = escapeName(project);
  if (name !== wanted) {
    problems.add({
      code: "NAM002",
      message: `the file name begins with ${quoted(name)}, the normalized project name is ${quoted(wanted)}`,
    });
  }
}

function checkVersion({ problems }: CheckContext, filename: WheelFilename): void {
  const version = parseVersion(filename.version);
  if (version === undefined) {
    problems.add({
      code: "NAM003",
      message: `${quoted(filename.version)} in the file name is not a version`,
    });
    return;
  }
  const normal = printVersion(version);
  // Between dashes, a local label may spell its dots as underscores.
  if (filename.version !== normal && filename.version.replaceAll("_", ".") !== normal) {
    problems.add({
      code: "NAM003",
      level: "warning",
      message: `the version ${quoted(filename.version)} in the file name is not in normal form, ${quoted(normal)}`,
    });
  }
  if (version.local !== undefined) {
    problems.add({
      code: "NAM003",
      level: "info",
      profiles: { pypi: "error" },
      message: `${quoted(filename.version)} is a local version, which PyPI does not take`,
      hint: "Publish it on another index, or leave the part from `+` on out",
    });
  }
}

function checkOrder({ problems }: CheckContext, filename: WheelFilename): void {
  const sets = {
    python: filename.pythonTags,
    ABI: filename.abiTags,
    platform: filename.platformTags,
  };
  for (const [what, tags] of Object.entries(sets)) {
    const wanted = [...new Set(tags)].sort().join(".");
    const written = tags.join(".");
    if (written === wanted) continue;
    problems.add({
      code: "NAM005",
      message: `the ${what} tags ${quoted(written)} would be ${quoted(wanted)} in order`,
    });
  }
}

function checkPlatforms({ problems }: CheckContext, filename: WheelFilename): void {
  for (const text of new Set(filename.platformTags)) {
    const meant = meantPlatformTag(text);
    if (meant !== undefined) {
      problems.add({
        code: "NAM006",
        profiles: { install: "error", pending: "error" },
        message: `there is no platform tag ${quoted(text)}: the one that is meant is \`${meant}\``,
        hint: `write it as it is meant: \`wheelkit tags --platform-tag ${filename.platformTags.map((tag) => meantPlatformTag(tag) ?? tag).join(".")}\``,
      });
      continue;
    }
    const why = refusedByPypi(text);
    if (why === undefined) continue;
    const { kind } = parsePlatformTag(text);
    problems.add({
      code: "NAM006",
      message: `PyPI does not accept the platform tag ${quoted(text)}: ${why}`,
      ...(kind === "linux" ? { profiles: { pending: "info" } } : {}),
      ...(kind === "linux"
        ? {}
        : { hint: "Use a tag that PyPI lists: `wheelkit tags --platform-tag`" }),
    });
  }
}

function checkCombinations({ problems, view }: CheckContext, filename: WheelFilename): void {
  const report = (message: string): void => problems.add({ code: "NAM007", message });
  const { pythonTags, abiTags } = filename;
  for (const text of new Set(pythonTags)) {
    const python = parsePythonTag(text);
    if (python.kind === "other") {
      if (/^cp[0-9]+t$/.test(text)) {
        report(
          `${quoted(text)} is not a python tag: free-threading belongs into the ABI tag, as in \`${text.slice(0, -1)}-${text}\``,
        );
      }
      continue;
    }
    const stable = abiTags.filter((abi) => abi === "abi3" || abi === "abi3t");
    for (const abi of new Set(stable)) {
      if (python.implementation !== "cp" || python.minor === undefined) {
        report(
          `\`${text}-${abi}\` matches no interpreter: the stable ABI needs the oldest CPython, as in \`cp39-${abi}\``,
        );
      } else if (abi === "abi3t" && (python.major !== 3 || python.minor < 15)) {
        report(`\`${text}-abi3t\` matches no interpreter: CPython has \`abi3t\` from 3.15 on`);
      }
    }
  }
  if (abiTags.every((abi) => abi === "none")) {
    const extensions = [...view.nativeMembers].filter(isTaggedExtension).sort();
    if (extensions.length > 0) {
      report(`the ABI tag is \`none\`, but there are extension modules: ${listed(extensions)}`);
    }
  }
}
