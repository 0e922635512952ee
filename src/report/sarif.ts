/**
 * SARIF 2.1.0 for code scanning: one run, one result for each finding.
 *
 * GitHub wants a physical location in every result; the member is a logical location in it. A
 * fingerprint holds no version and no offset, so that an alert lives on across releases. Limits as
 * of GitHub's documentation: 25,000 results for a run, of which the 5,000 worst are kept.
 */
import type { ArtifactLocation, Log, ReportingDescriptor, Result, Run } from "sarif";
import { compareText, printable } from "../bytes.ts";
import type { Finding, FindingFacts, Level, RuleInfo } from "../finding.ts";
import { VERSION } from "../version.ts";
import { jsonText } from "./json.ts";
import { LEVELS, type Reported, type Unread } from "./reported.ts";

export interface SarifContext {
  readonly rules: Readonly<Record<string, RuleInfo>>;
  /** Hexadecimal SHA-256 of a text. */
  readonly digest: (text: string) => string;
  readonly unread?: readonly Unread[];
}

const MOST_RESULTS = 25_000;
const SARIF_LEVEL = {
  error: "error",
  warning: "warning",
  info: "note",
} as const satisfies Record<Level, Result["level"]>;
/** Families whose findings concern security, with GitHub's score for an error. */
const SECURITY: Readonly<Record<string, string>> = { ZIP: "7.0", HRD: "5.0", SIG: "7.0" };

export function auditSarif(wheels: readonly Reported[], context: SarifContext): string {
  const found = LEVELS.flatMap((level) =>
    wheels.flatMap(({ uri, result }) =>
      result.findings
        .filter((finding) => finding.level === level)
        .map((finding) => ({ uri, name: result.name ?? result.file, finding })),
    ),
  ).slice(0, MOST_RESULTS);
  const codes = [...new Set(found.map(({ finding }) => finding.code))].sort(compareText);
  const seen = new Map<string, number>();
  const run: Run = {
    tool: {
      driver: {
        name: "wheelkit",
        semanticVersion: VERSION,
        rules: codes.map((code) => ruleJson(code, context.rules[code])),
      },
    },
    results: found.map(({ uri, name, finding }) => {
      const identity = [finding.code, name, finding.path ?? "", stable(finding.message)].join("\0");
      const count = seen.get(identity) ?? 0;
      seen.set(identity, count + 1);
      return resultJson(
        uri,
        finding,
        codes.indexOf(finding.code),
        context.digest(`${identity}\0${count}`),
      );
    }),
    columnKind: "unicodeCodePoints",
    ...invocations(context.unread ?? []),
  };
  const log: Log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [run],
  };
  return jsonText(log);
}

/** What could not be audited at all. */
function invocations(unread: readonly Unread[]): Pick<Run, "invocations"> {
  if (unread.length === 0) return {};
  return {
    invocations: [
      {
        executionSuccessful: false,
        toolExecutionNotifications: unread.map(({ uri, message }) => ({
          level: "error",
          message: { text: plain(message) },
          ...(uri === undefined
            ? {}
            : { locations: [{ physicalLocation: { artifactLocation: artifact(uri) } }] }),
        })),
      },
    ],
  };
}

function artifact(uri: string): ArtifactLocation {
  return { uri: uri.split("/").map(encodeUri).join("/") };
}

function ruleJson(code: string, rule: RuleInfo | undefined): ReportingDescriptor {
  const family = /^[A-Z]+/.exec(code)?.[0] ?? code;
  const score = SECURITY[family];
  const tags = ["python-wheel", family, ...(score === undefined ? [] : ["security"])];
  return {
    id: code,
    ...(rule === undefined
      ? {}
      : {
          name: camel(rule.title),
          shortDescription: { text: rule.title },
          fullDescription: { text: rule.why },
          help: { text: `${rule.why}\n\n${rule.mend}\n\nSource: ${rule.source}` },
          defaultConfiguration: {
            enabled: rule.level !== "off",
            level: rule.level === "off" ? "none" : SARIF_LEVEL[rule.level],
          },
        }),
    properties: { tags, ...(score === undefined ? {} : { "security-severity": score }) },
  };
}

function resultJson(uri: string, finding: Finding, ruleIndex: number, fingerprint: string): Result {
  const hint = finding.hint === undefined ? "" : `. Hint: ${finding.hint}`;
  const where = finding.path === undefined ? "" : `${finding.path}: `;
  return {
    ruleId: finding.code,
    ruleIndex,
    level: SARIF_LEVEL[finding.level],
    message: { text: plain(`${where}${finding.message}${hint}`) },
    locations: [
      {
        physicalLocation: {
          artifactLocation: artifact(uri),
          region: { startLine: 1 },
        },
        ...(finding.path === undefined
          ? {}
          : {
              logicalLocations: [{ fullyQualifiedName: printable(finding.path), kind: "member" }],
            }),
      },
    ],
    partialFingerprints: { "wheelkit/v1": fingerprint },
    ...(finding.facts === undefined
      ? {}
      : { properties: { facts: printableFacts(finding.facts) } }),
  };
}

/** Names from the wheel, without what a viewer might run. */
function printableFacts(facts: FindingFacts): FindingFacts {
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [
      name,
      typeof value === "number"
        ? value
        : typeof value === "string"
          ? printable(value)
          : value.map(printable),
    ]),
  );
}

/**
 * Text that no viewer takes for a link, `[text](address)`, or for a placeholder, `{0}` (SARIF 2.1.0,
 * 3.11.5 and 3.11.6).
 */
function plain(text: string): string {
  return printable(text)
    .replace(/[\\[\]]/g, "\\$&")
    .replace(/\{([0-9]+)\}/g, "{{$1}}");
}

/** encodeURIComponent throws on lone surrogates. */
function encodeUri(text: string): string {
  return encodeURIComponent(printable(text));
}

/** Numbers and digests change from release to release. */
function stable(message: string): string {
  return message.replace(/[0-9]+/g, "0");
}

function camel(title: string): string {
  return title
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== "")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}
