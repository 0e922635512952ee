/** `wheelkit edit [OPTIONS] WHEEL…` */

import { statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { printable } from "../bytes.ts";
import type { Edit } from "../edit/apply.ts";
import { applyEdits } from "../edit/apply.ts";
import { parseEntryPointOption } from "../edit/entry-points-edit.ts";
import type { Patch } from "../edit/patch-file.ts";
import { RefusalError, UsageError } from "../errors.ts";
import { editFile } from "../node/change-wheel.ts";
import { nodeCompression } from "../node/compression.ts";
import { openFile } from "../node/file.ts";
import type { Io } from "../node/io.ts";
import { writeWhole } from "../node/output.ts";
import type { Revision, RewriteOptions, Rewritten } from "../node/rewrite-wheel.ts";
import { rewriteWheel } from "../node/rewrite-wheel.ts";
import { readRegular } from "../node/special-file.ts";
import { jsonText } from "../report/json.ts";
import type { Wheel } from "../wheel/open.ts";
import { openWheel } from "../wheel/open.ts";
import { REGULAR_FILE } from "../zip/writer.ts";
import type { CommandDeclaration, GivenOption, Invocation } from "./command.ts";
import { editFiles, readNativeEdits, refuseMixedEdits } from "./edit-native.ts";
import { STATUS } from "./failure.ts";
import { expandInputs } from "./inputs.ts";
import {
  addInPlaceOption,
  addReportOptions,
  addWriteOptions,
  collect,
  commonOptions,
  flagOption,
  textOption,
} from "./options.ts";
import { checkPlace, writeReport } from "./outputs.ts";
import { choosePatches, type PatchPlan } from "./patches.ts";
import {
  EDIT_FORMATS,
  refuseBadValues,
  reportInputProblems,
  reportRewrites,
  rewriteAll,
  rewriteOptions,
  withRunWarnings,
} from "./rewrite.ts";

export const command: CommandDeclaration = {
  description:
    "Edits the metadata of built wheels: version, requirements, fields, entry points, files.\nEverything else keeps its bytes. Edits apply in the order in which they are given, all\nor none; an edit that would break a rule is refused. A single library or program is\nedited with --replace-needed, --set-id and --set-rpath.",
  examples: [
    {
      what: "A hotfix: the next .post version, with a tighter bound",
      line: "wheelkit edit --post --constrain 'numpy<2.3' dist/*.whl",
    },
    {
      what: "Many wheels by one file of patches, with a statement of what changed",
      line: "wheelkit edit --patch fixes.toml --proof fixes.intoto.jsonl -w out dist/*.whl",
    },
    {
      what: "A library by itself, of any format, in place",
      line: "wheelkit edit --in-place --replace-needed libz.so.1=libz-ng.so.2 libdemo.so",
    },
  ],
  define(command) {
    command.argument("<wheel...>", "wheels, folders of wheels, or - for a list on standard input");
    const text = (flags: string, help: string) =>
      command.addOption(command.createOption(flags, help).helpGroup("Edits:"));
    const many = (flags: string, help: string) =>
      command.addOption(command.createOption(flags, help).argParser(collect).helpGroup("Edits:"));
    text("--version <v>", "another version: names, metadata and SBOM move together");
    text("--post", "the next post-release of the version");
    text("--local <label>", "a local version; an empty label removes it");
    many("--add-requires <req>", "add a requirement");
    many("--remove-requires <name>", "remove every requirement of that name");
    many("--replace-requires <req>", "put this in the place of the requirement of its name");
    many("--constrain <req>", "add bounds to a requirement; extras and markers stay");
    text("--requires-python <spec>", "which Python versions may install it");
    many("--set <field=value>", "set a field of METADATA");
    many("--unset <field>", "remove a field of METADATA");
    many("--add-classifier <text>", "add a classifier");
    many("--add-entry-point <group:name=object>", "add an entry point");
    many("--remove-entry-point <group:name>", "remove an entry point");
    text("--description <file>", "replace the long description");
    many("--add-file <src=dst>", "add a file under a path in the wheel");
    many("--remove-file <path>", "remove a file");
    many("--add-license <file>", "add a licence text and name it in METADATA");
    many("--patch <file>", "edits for many wheels, from a TOML file");
    many("--replace-needed <old=new>", "of a native file: another library in this one's place");
    text("--set-id <name>", "of a native file: its SONAME, install name or DLL name");
    text("--set-rpath <paths>", "of a native file: its search paths, separated by `:`");
    command
      .option("--allow-unmatched", "a patch may match no wheel")
      .option("--metadata-only", "write the .metadata files of an index, no wheels (PEP 658)")
      .option("--canonical", "give the result its reproducible form")
      .option("--proof <file>", "write what changed as an in-toto statement");
    addWriteOptions(command);
    addInPlaceOption(command);
    addReportOptions(command, EDIT_FORMATS);
  },
  run,
};

async function run({ args, options, sequence }: Invocation, io: Io): Promise<number> {
  const edits = refuseBadValues(() => sequence.flatMap(readEdit));
  const patchFiles = sequence.filter(({ name }) => name === "patch").map(({ value = "" }) => value);
  const canonical = flagOption(options, "canonical");
  const metadataOnly = flagOption(options, "metadataOnly");
  const proof = textOption(options, "proof");
  if (proof !== undefined) checkPlace(proof);
  const nativeEdits = readNativeEdits(sequence);
  refuseMixedEdits(sequence, edits.length > 0 || patchFiles.length > 0 || canonical);
  if (nativeEdits.length > 0) {
    const { paths, problems } = await expandInputs(args, io);
    reportInputProblems(problems, io);
    const write = rewriteOptions(options, sequence, io);
    const status = await editFiles(paths, nativeEdits, write, options, io);
    return Math.max(status, problems.length > 0 ? STATUS.usage : STATUS.done);
  }
  if (edits.length === 0 && patchFiles.length === 0 && !canonical) {
    throw new UsageError(
      "there is nothing to edit",
      "say what to change, for example `--post`; `wheelkit edit --help` lists the edits",
    );
  }
  if (metadataOnly && (canonical || proof !== undefined)) {
    throw new UsageError(
      "`--metadata-only` writes no wheels, so `--canonical` and `--proof` have no use",
    );
  }
  const write = rewriteOptions(options, sequence, io);
  const { paths, problems } = await expandInputs(args, io);
  reportInputProblems(problems, io);

  const plan = await choosePatches(patchFiles, paths, {
    allowUnmatched: flagOption(options, "allowUnmatched"),
    bump: !metadataOnly && !edits.some(({ kind }) => VERSION_KINDS.includes(kind)),
  });
  const statements: string[] = [];
  const { wheels, status } = await rewriteAll(paths, io, async (path) => {
    const all = [...editsOf(plan, path), ...edits];
    if (all.length === 0 && !canonical) {
      if (commonOptions(options).verbosity >= 0) {
        io.err(`note: \`${printable(basename(path))}\`: no patch matches, nothing to do\n`);
      }
      return undefined;
    }
    if (metadataOnly) return await writeMetadata(path, all, write);
    if (proof === undefined) return await editFile(path, all, { write, canonical });
    return await editFile(path, all, {
      write,
      canonical,
      async finish({ path: result, wheel }) {
        statements.push(await statementOf(wheel, result));
      },
    });
  });
  if (proof !== undefined && statements.length > 0 && !write.dryRun) {
    await writeReport(proof, statements.join(""));
  }
  const told = withRunWarnings(wheels, plan.warnings, options, io);
  await reportRewrites("wheelkit.edit/1", told, options, io);
  return Math.max(status, problems.length > 0 ? STATUS.usage : STATUS.done);
}

const VERSION_KINDS: readonly Edit["kind"][] = ["version", "post", "local"];

/** The patches' edits for one wheel, with `.postN` unless they say another version. */
function editsOf(plan: PatchPlan, path: string): readonly Edit[] {
  const patches: readonly Patch[] = plan.patches.get(path) ?? [];
  if (patches.length === 0) return [];
  const edits = patches.flatMap((patch) => patch.edits);
  const versioned = edits.some(({ kind }) => VERSION_KINDS.includes(kind));
  const once = edits.filter(
    ({ kind }, at) => kind !== "post" || edits.findIndex((edit) => edit.kind === "post") === at,
  );
  const bump = plan.bump && !versioned && !patches.every((patch) => patch.keepsVersion);
  return bump ? [...once, { kind: "post" }] : once;
}

function readEdit({ name, value }: GivenOption): readonly Edit[] {
  const text = value ?? "";
  switch (name) {
    case "version":
      return [{ kind: name, version: text }];
    case "post":
      return [{ kind: name }];
    case "local":
      return [{ kind: name, label: text }];
    case "add-requires":
      return [{ kind: "requires", action: "add", requirement: text }];
    case "remove-requires":
      return [{ kind: "requires", action: "remove", requirement: text }];
    case "replace-requires":
      return [{ kind: "requires", action: "replace", requirement: text }];
    case "constrain":
      return [{ kind: "requires", action: "constrain", requirement: text }];
    case "requires-python":
      return [{ kind: name, specifier: text }];
    case "set": {
      const [field, content] = splitAt(text, text.indexOf("="), "--set", "FIELD=VALUE");
      return [{ kind: name, field, value: content }];
    }
    case "unset":
      return [{ kind: name, field: text }];
    case "add-classifier":
      return [{ kind: name, classifier: text }];
    case "add-entry-point": {
      const { value: reference, ...entry } = parseEntryPointOption(text);
      if (reference === undefined) {
        throw new UsageError(
          `\`--add-entry-point ${text}\` names no object`,
          "write it as in `console_scripts:demo=demo.cli:main`",
        );
      }
      return [{ kind: name, entry, value: reference }];
    }
    case "remove-entry-point": {
      const { value: _, ...entry } = parseEntryPointOption(text);
      return [{ kind: name, entry }];
    }
    case "description":
      return [{ kind: name, text: readNamed(text), fileName: basename(text) }];
    case "add-file": {
      const [from, to] = splitAt(text, text.lastIndexOf("="), "--add-file", "SRC=DST");
      const bytes = readNamed(from);
      const executable = (statSync(from).mode & 0o111) !== 0;
      const mode = REGULAR_FILE | (executable ? 0o755 : 0o644);
      return [{ kind: name, path: to, bytes, mode }];
    }
    case "remove-file":
      return [{ kind: name, path: text }];
    case "add-license":
      return [{ kind: name, path: basename(text), bytes: readNamed(text) }];
    default:
      return [];
  }
}

function splitAt(text: string, at: number, flag: string, form: string): [string, string] {
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new UsageError(`\`${flag} ${text}\` has no \`=\``, `write it as \`${flag} ${form}\``);
}

/** What an option names; a file for a wheel is held in memory. */
function readNamed(path: string): Uint8Array {
  return readRegular(path, LARGEST_FILE);
}

/** Bytes of a file that is added to a wheel. */
const LARGEST_FILE = 2 ** 30;

/** PEP 658: what an index serves beside the wheel, which stays what it is. */
async function writeMetadata(
  path: string,
  edits: readonly Edit[],
  options: RewriteOptions,
): Promise<Rewritten> {
  const foreign = edits.find(({ kind }) => !METADATA_KINDS.includes(kind));
  if (foreign !== undefined) {
    throw new RefusalError(
      "EDT008",
      `\`${foreign.kind}\` changes more than METADATA, and with \`--metadata-only\` the wheel stays as it is`,
      "leave out `--metadata-only`, or that edit",
    );
  }
  let content = new Uint8Array();
  const revision: Revision = {
    edit(draft) {
      applyEdits(draft, edits);
      content = new Uint8Array(draft.need(`${draft.distInfo}/METADATA`, "MET001"));
      return [];
    },
  };
  const result = await rewriteWheel(path, { ...options, dryRun: true }, revision);
  const output = `${basename(path)}.metadata`;
  const metadata = { ...result, output };
  if (options.dryRun) return metadata;
  const target = join(options.inPlace ? dirname(path) : options.wheelDir, output);
  await writeWhole(target, content);
  return { ...metadata, path: target };
}

const METADATA_KINDS: readonly Edit["kind"][] = [
  "requires",
  "requires-python",
  "set",
  "unset",
  "add-classifier",
  "description",
];

/** One line of in-toto: what the result has that the input has not, and what is the same. */
async function statementOf(wheel: Wheel, result: string): Promise<string> {
  const [{ diffWheels }, { diffStatement }, { streamMember }] = await Promise.all([
    import("../edit/diff.ts"),
    import("../report/diff.ts"),
    import("../node/stream.ts"),
  ]);
  const source = openFile(result);
  try {
    const after = openWheel(source, basename(result), nodeCompression);
    const diff = await diffWheels(
      { wheel, stream: streamMember(wheel.source) },
      { wheel: after, stream: streamMember(source) },
    );
    return jsonText(diffStatement(diff), 0);
  } finally {
    source.close();
  }
}
