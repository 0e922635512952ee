/** `wheelkit links check|list|add|remove|import|materialize WHEEL …` */
import { lstatSync, readdirSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { Command } from "commander";
import { toFindings } from "../audit/findings.ts";
import { compareText, printable } from "../bytes.ts";
import type { Draft } from "../edit/draft.ts";
import {
  addLinks,
  dropSymlinkEntries,
  foreignLinks,
  type LinkPair,
  materializeLinks,
  pairOf,
  readLinks,
  removeLinks,
} from "../edit/links.ts";
import { openDraft } from "../edit/open-draft.ts";
import { RefusalError, UsageError } from "../errors.ts";
import type { Finding } from "../finding.ts";
import { nodeCompression } from "../node/compression.ts";
import { openFile } from "../node/file.ts";
import type { Io } from "../node/io.ts";
import { linkText, makeLink } from "../node/make-link.ts";
import { rewriteWheel } from "../node/rewrite-wheel.ts";
import { sameBytes } from "../node/same-members.ts";
import { folderOf, relativePath } from "../paths.ts";
import { document } from "../report/json.ts";
import { checkWheel } from "../wheel/check.ts";
import type { Link } from "../wheel/links.ts";
import { resolveLinks } from "../wheel/links.ts";
import type { Wheel } from "../wheel/open.ts";
import { openSoundWheel } from "../wheel/open.ts";
import type { CommandDeclaration, Invocation } from "./command.ts";
import { describeFailure, STATUS } from "./failure.ts";
import { expandInputs } from "./inputs.ts";
import {
  addInPlaceOption,
  addReportOptions,
  addWriteOptions,
  commonOptions,
  flagOption,
  textOption,
} from "./options.ts";
import { wantedOutputs, writeOutputs } from "./outputs.ts";
import {
  EDIT_FORMATS,
  reportInputProblems,
  reportRewrites,
  rewriteAll,
  rewriteOptions,
} from "./rewrite.ts";

export const command: CommandDeclaration = {
  description:
    "The LINKS record of a wheel: symbolic links that installers of wheel version 2 will make\n(PEP 778, deferred). Installers of today leave them out; `materialize` turns them into\ncopies.",
  examples: [
    {
      what: "Two names for one library, without two copies",
      line: "wheelkit links add --in-place demo-1.0-py3-none-any.whl demo/libfoo.so=demo/libfoo.so.1",
    },
    {
      what: "What wheel-axle or `zip -y` put into a wheel, as LINKS",
      line: "wheelkit links import demo-1.0-py3-none-any.whl",
    },
    {
      what: "For installers of today",
      line: "wheelkit links materialize -w dist demo-1.0-py3-none-any.whl",
    },
  ],
  actionExamples: {
    check: [
      { what: "Every wheel of a release", line: "wheelkit links check dist/" },
      { what: "For a script", line: "wheelkit links check -f json demo-1.0-py3-none-any.whl" },
    ],
    list: [
      { what: "What leads where", line: "wheelkit links list demo-1.0-py3-none-any.whl" },
      {
        what: "Of every wheel of a folder",
        line: "wheelkit links list -f json dist/",
      },
    ],
    add: [
      {
        what: "A chain, as libtool installs it; copies in their place go",
        line: "wheelkit links add demo-1.0-py3-none-any.whl demo/libfoo.so=demo/libfoo.so.1 demo/libfoo.so.1=demo/libfoo.so.1.2",
      },
      {
        what: "In place, with the hash of the target for installers to check",
        line: "wheelkit links add --in-place --hash demo-1.0-py3-none-any.whl demo/libfoo.so=demo/libfoo.so.1",
      },
    ],
    remove: [
      {
        what: "One link; its target stays",
        line: "wheelkit links remove --in-place demo-1.0-py3-none-any.whl demo/libfoo.so",
      },
      {
        what: "Say what would change, and write nothing",
        line: "wheelkit links remove -n demo-1.0-py3-none-any.whl demo/libfoo.so",
      },
    ],
    import: [
      {
        what: "What wheel-axle or `zip -y` put into a wheel",
        line: "wheelkit links import demo-1.0-py3-none-any.whl",
      },
      {
        what: "The links of the tree that the wheel was built from",
        line: "wheelkit links import --from build/lib demo-1.0-py3-none-any.whl",
      },
    ],
    materialize: [
      {
        what: "Copies, for installers of today",
        line: "wheelkit links materialize -w dist demo-1.0-py3-none-any.whl",
      },
      {
        what: "Real links in a folder into which the wheel was unpacked",
        line: "wheelkit links materialize --into demo-1.0 demo-1.0-py3-none-any.whl",
      },
    ],
  },
  define(command) {
    command.helpCommand(false);
    const action = (name: string, help: string, args: string): Command => {
      const leaf = command.command(name).description(help);
      for (const arg of args.split(" ")) leaf.argument(arg, ARGUMENTS[arg]);
      addReportOptions(leaf, EDIT_FORMATS);
      return leaf;
    };
    const writing = (name: string, help: string, args: string): Command => {
      const leaf = action(name, help, args);
      addWriteOptions(leaf);
      addInPlaceOption(leaf);
      return leaf;
    };
    action(
      "check",
      "check LINKS against the rules; exit status 1 when one is broken",
      "<wheel...>",
    );
    action("list", "the links and the files that they lead to", "<wheel...>");
    writing(
      "add",
      "add links; a copy of the target in the link's place goes",
      "<wheel> <link=target...>",
    ).option("--hash", "also write the hash of each target");
    writing("remove", "remove links", "<wheel> <link...>");
    writing("import", "symlink entries and wheel-axle's list become LINKS", "<wheel...>")
      .option("--from <dir>", "take the links of this folder, laid out as the wheel is")
      .option("--hash", "also write the hash of each target");
    writing("materialize", "links become copies of their files", "<wheel...>").option(
      "--into <dir>",
      "make real links in this unpacked wheel instead",
    );
  },
  run,
};

const ARGUMENTS: Readonly<Record<string, string>> = {
  "<wheel...>": "wheels, folders of wheels, or - for a list on standard input",
  "<wheel>": "a wheel",
  "<link...>": "paths of links in the wheel",
  "<link=target...>": "two paths in the wheel, as in demo/libfoo.so=demo/libfoo.so.1",
};

async function run(invocation: Invocation, io: Io): Promise<number> {
  const { action, args, options } = invocation;
  const [first = "", ...rest] = args;
  switch (action) {
    case "check":
    case "list":
      return await look(invocation, io);
    case "add":
      return await rewrite(invocation, [first], io, async (draft, wheel) => {
        await addLinks(draft, rest.map(parsePair), adding(wheel, flagOption(options, "hash")));
      });
    case "remove":
      return await rewrite(invocation, [first], io, (draft) => removeLinks(draft, rest));
    case "import": {
      const folder = textOption(options, "from");
      return await rewrite(invocation, args, io, async (draft, wheel) => {
        const pairs = folder === undefined ? foreignLinks(draft) : treeLinks(folder, draft);
        if (pairs.length === 0) throw nothingToImport(folder);
        if (folder === undefined) dropSymlinkEntries(draft);
        await addLinks(draft, pairs, adding(wheel, flagOption(options, "hash")));
      });
    }
    default: {
      const into = textOption(options, "into");
      if (into !== undefined) {
        const { paths, problems } = await expandInputs(args, io);
        reportInputProblems(problems, io);
        const status = materializeInto(paths, into, io);
        return problems.length > 0 ? STATUS.usage : status;
      }
      return await rewrite(invocation, args, io, (draft) => {
        if (materializeLinks(draft).length === 0) {
          throw new RefusalError("EDT003", "the wheel has no links to materialize");
        }
      });
    }
  }
}

function nothingToImport(folder: string | undefined): RefusalError {
  return folder === undefined
    ? new RefusalError(
        "EDT003",
        "the wheel has neither symlink entries nor a `symlinks.txt`",
        "take the links of a source tree with `--from DIR`",
      )
    : new RefusalError("EDT003", `\`${folder}\` has no link to a file of the wheel`);
}

async function rewrite(
  { options, sequence }: Invocation,
  args: readonly string[],
  io: Io,
  edit: (draft: Draft, wheel: Wheel) => void | Promise<void>,
): Promise<number> {
  const write = rewriteOptions(options, sequence, io);
  const { paths, problems } = await expandInputs(args, io);
  reportInputProblems(problems, io);
  const { wheels, status } = await rewriteAll(paths, io, (path) =>
    rewriteWheel(path, write, {
      async edit(draft, wheel) {
        await edit(draft, wheel);
        return [];
      },
    }),
  );
  await reportRewrites("wheelkit.links/1", wheels, options, io);
  return Math.max(status, problems.length > 0 ? STATUS.usage : STATUS.done);
}

interface Looked {
  readonly file: string;
  readonly links: readonly Link[];
  readonly findings: readonly Finding[];
}

async function look({ action, args, options }: Invocation, io: Io): Promise<number> {
  const wheels: Looked[] = [];
  const { paths, problems } = await expandInputs(args, io);
  reportInputProblems(problems, io);
  let status: number = problems.length > 0 ? STATUS.usage : STATUS.done;
  for (const path of paths) {
    try {
      wheels.push(lookAt(path));
    } catch (error) {
      const failure = describeFailure(error, path);
      io.err(failure.text);
      status = Math.max(status, failure.status);
    }
  }
  const check = action === "check";
  const quiet = commonOptions(options).verbosity < 0;
  for (const { file, links } of wheels) {
    if (!check && !quiet && links.length === 0)
      io.err(`note: \`${printable(file)}\` has no links\n`);
  }
  await writeOutputs(wantedOutputs(options, EDIT_FORMATS), io, (format) =>
    format === "json"
      ? document("wheelkit.links/1", { wheels: wheels.map((wheel) => lookedJson(wheel, check)) })
      : wheels.map((wheel) => (check ? checkText(wheel) : listText(wheel))).join(""),
  );
  const broken = wheels.some(({ findings }) => findings.some(({ level }) => level === "error"));
  return Math.max(status, check && broken ? STATUS.findings : STATUS.done);
}

function lookAt(path: string): Looked {
  const source = openFile(path);
  try {
    const wheel = openSoundWheel(source, basename(path), nodeCompression);
    const { problems } = checkWheel({
      filename: wheel.file,
      entries: wheel.index.entries,
      read: (member) => wheel.read(member),
      nativeMembers: new Set(),
    });
    return {
      file: wheel.file,
      links: readLinks(openDraft(wheel)),
      findings: toFindings([...problems, ...wheel.index.problems]).filter(
        ({ code }) => code.startsWith("LKS") || code === "ZIP032",
      ),
    };
  } finally {
    source.close();
  }
}

function lookedJson({ file, links, findings }: Looked, check: boolean): object {
  const resolved = resolveLinks(links);
  return {
    file,
    links: links.map(({ link, target, hash }) => ({
      link,
      target,
      leadsTo: resolved.get(link)?.target ?? null,
      ...(hash === undefined ? {} : { hash }),
    })),
    ...(check ? { ok: !findings.some(({ level }) => level === "error"), findings } : {}),
  };
}

function listText({ links }: Looked): string {
  const resolved = resolveLinks(links);
  return [...links]
    .sort((a, b) => compareText(a.link, b.link))
    .map(({ link, target }) => {
      const end = resolved.get(link)?.target;
      const rest = end === target ? "" : ` (${end === undefined ? "a circle" : printable(end)})`;
      return `${printable(link)} -> ${printable(target)}${rest}\n`;
    })
    .join("");
}

function checkText({ file, links, findings }: Looked): string {
  const ok = !findings.some(({ level }) => level === "error");
  const count = `${links.length} link${links.length === 1 ? "" : "s"}`;
  const lines = [`${ok ? "ok" : "FAIL"} ${printable(file)}: ${count}`];
  for (const { code, level, message } of findings) {
    lines.push(`  ${level}[${code}] ${printable(message)}`);
  }
  return `${lines.join("\n")}\n`;
}

function parsePair(text: string): LinkPair {
  const at = text.indexOf("=");
  if (at > 0) return { link: text.slice(0, at), target: text.slice(at + 1) };
  throw new UsageError(
    `\`${text}\` is not a link`,
    "write it as LINK=TARGET, for example `demo/libfoo.so=demo/libfoo.so.1`",
  );
}

function adding(wheel: Wheel, hash: boolean): Parameters<typeof addLinks>[2] {
  return { hash, sameBytes: (a, b) => sameBytes(wheel.source, a, b) };
}

/** Symbolic links below `folder` that lead to files of the wheel, or to links that do. */
function treeLinks(folder: string, draft: Draft): readonly LinkPair[] {
  const found: LinkPair[] = [];
  const walk = (path: string): void => {
    for (const name of readdirSync(join(folder, path)).sort(compareText)) {
      const inside = path === "" ? name : `${path}/${name}`;
      const stat = lstatSync(join(folder, inside));
      if (stat.isDirectory()) walk(inside);
      else if (stat.isSymbolicLink()) {
        found.push(pairOf(inside, linkText(join(folder, inside))));
      }
    }
  };
  walk("");
  const resolved = resolveLinks(found.map((pair) => ({ ...pair, line: 0 })));
  return found.filter(({ link }) => draft.has(resolved.get(link)?.target ?? ""));
}

/** Real links in a folder into which the wheel was unpacked. */
function materializeInto(paths: readonly string[], into: string, io: Io): number {
  const root = realpathSync(into);
  for (const path of paths) {
    const { links, findings } = lookAt(path);
    const grave = findings.find(({ level }) => level === "error");
    if (grave !== undefined) throw new RefusalError(grave.code, grave.message, grave.hint);
    for (const { link, target } of links) {
      const place = join(root, link);
      // The folder may itself be a link that leads out of the tree.
      const folder = realpathSync(dirname(place));
      if (folder !== resolve(root, folderOf(link))) {
        throw new RefusalError("LKS001", `\`${folderOf(link)}\` is a link itself in \`${into}\``);
      }
      const way = relativePath(folderOf(link), folderOf(target));
      const text = way === "" ? basename(target) : `${way}/${basename(target)}`;
      const present = lstatSync(place, { throwIfNoEntry: false });
      if (present?.isSymbolicLink() === true && linkText(place) === text) continue;
      if (present !== undefined) {
        throw new RefusalError("LKS001", `\`${link}\` is there already, and is no such link`);
      }
      makeLink(text, place);
      io.out(`${place}\n`);
    }
  }
  return STATUS.done;
}
