/**
 * LINKS: symbolic links of a wheel, as CSV of link and target (PEP 778, deferred).
 *
 * The PEP's text and its example disagree on the order of the columns. Both are read: the column
 * that names a file of the wheel is the target. A third column may hold the target's hash as in
 * RECORD. What is written has the order of the text.
 */
import { compareText, encodeUtf8, printable } from "../bytes.ts";
import type { Problem } from "../finding.ts";
import { readRow } from "./record.ts";
import type { LinkCode } from "./rules/links.ts";

export interface Link {
  /** Path that is to become a link. */
  readonly link: string;
  /** Path of the file, or of another link, that it stands for. */
  readonly target: string;
  /** `sha256=…` of the target, as in RECORD. */
  readonly hash?: string;
  /** 1 for the first line; 0 for a link that was not read from a file. */
  readonly line: number;
}

/** `link-first`: the text of the PEP; `target-first`: its example. */
export type LinkOrder = "link-first" | "target-first";

export interface ParsedLinks {
  readonly links: readonly Link[];
  readonly order: LinkOrder;
  /** LKS001 for rows that are none, LKS003 for the order. */
  readonly problems: readonly Problem<LinkCode>[];
}

/** More links than any wheel has. */
const MAX_ROWS = 100_000;

interface Pair {
  readonly first: string;
  readonly second: string;
  readonly hash: string;
  readonly line: number;
}

/** @param isFile true for the paths of the wheel's members. */
export function parseLinks(bytes: Uint8Array, isFile: (path: string) => boolean): ParsedLinks {
  const problems: Problem<LinkCode>[] = [];
  const pairs: Pair[] = [];
  let line = 1;
  for (let at = 0; at < bytes.length; ) {
    const row = readRow(bytes, at);
    at = row.end;
    const [first, second, hash = ""] = row.fields;
    if (pairs.length === MAX_ROWS) {
      problems.push({ code: "LKS001", message: `LINKS has more than ${MAX_ROWS} rows` });
      break;
    }
    const blank = first === undefined || (first === "" && row.fields.length === 1);
    if (!blank) {
      const columns = row.fields.length;
      if (row.defect !== undefined) {
        problems.push({ code: "LKS001", message: `line ${line} of LINKS ${row.defect}` });
      } else if (
        columns < 2 ||
        columns > 3 ||
        first === "" ||
        second === undefined ||
        second === ""
      ) {
        problems.push({
          code: "LKS001",
          message: `line ${line} of LINKS is not a pair of paths: \`${printable(first.slice(0, 120))}\``,
        });
      } else {
        pairs.push({ first, second, hash, line });
      }
    }
    line += row.lines;
  }
  const { order, problem } = decideOrder(pairs, isFile);
  if (problem !== undefined) problems.push(problem);
  const links = pairs.map(({ first, second, hash, line }) => ({
    link: order === "link-first" ? first : second,
    target: order === "link-first" ? second : first,
    ...(hash === "" ? {} : { hash }),
    line,
  }));
  return { links, order, problems };
}

/** Rows of which just one column is a file decide; the text of the PEP where none does. */
function decideOrder(
  pairs: readonly Pair[],
  isFile: (path: string) => boolean,
): { readonly order: LinkOrder; readonly problem?: Problem<LinkCode> } {
  let linkFirst = 0;
  let targetFirst = 0;
  for (const { first, second } of pairs) {
    const firstIs = isFile(first);
    if (firstIs === isFile(second)) continue;
    if (firstIs) targetFirst++;
    else linkFirst++;
  }
  if (targetFirst === 0) return { order: "link-first" };
  if (linkFirst === 0) {
    return {
      order: "target-first",
      problem: {
        code: "LKS003",
        message: "LINKS names the file first and the link second, as the example in PEP 778",
      },
    };
  }
  return {
    order: linkFirst >= targetFirst ? "link-first" : "target-first",
    problem: {
      code: "LKS003",
      level: "error",
      message: `${linkFirst} rows of LINKS name the link first, ${targetFirst} the file`,
    },
  };
}

/** The whole file: link first, sorted by link. Empty text for no links. */
export function formatLinks(links: readonly Link[]): Uint8Array {
  const rows = [...links]
    .sort((a, b) => compareText(a.link, b.link))
    .map(({ link, target, hash }) => {
      const fields = [link, target, ...(hash === undefined ? [] : [hash])];
      return `${fields.map(quoteField).join(",")}\n`;
    });
  return encodeUtf8(rows.join(""));
}

function quoteField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The folder at the root that a link's path begins with; `undefined` where no link may be. */
export function packageOf(path: string): string | undefined {
  const end = path.indexOf("/");
  const folder = path.slice(0, end);
  return end <= 0 || /\.(dist-info|data)$/.test(folder) ? undefined : folder;
}

export function isInOnePackage(link: string, target: string): boolean {
  const own = packageOf(link);
  return own !== undefined && own === packageOf(target);
}

/** Where each link leads to in the end; `undefined` where it runs in a circle. */
export function resolveLinks(
  links: readonly Link[],
): ReadonlyMap<string, { readonly target: string | undefined; readonly length: number }> {
  const byLink = new Map(links.map((each) => [each.link, each.target]));
  const resolved = new Map<string, { target: string | undefined; length: number }>();
  for (const { link } of links) {
    const chain: string[] = [];
    const visited = new Set<string>();
    let at = link;
    while (byLink.has(at) && !resolved.has(at) && !visited.has(at)) {
      visited.add(at);
      chain.push(at);
      at = byLink.get(at) ?? at;
    }
    const circle = visited.has(at);
    const rest = resolved.get(at);
    let target = circle ? undefined : rest === undefined ? at : rest.target;
    let length = rest?.length ?? 0;
    if (rest !== undefined && rest.target === undefined) target = undefined;
    for (const each of chain.reverse()) resolved.set(each, { target, length: ++length });
  }
  return resolved;
}
