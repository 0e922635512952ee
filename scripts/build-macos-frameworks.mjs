// Writes since when macOS has which name of Apple's frameworks: to be read, into
// scripts/macos-frameworks.txt, and as hashes, an eighth as long, into src/policy/data/macos-frameworks.ts.
//
//   node scripts/build-macos-frameworks.mjs --new FOLDER --old FOLDER --pascal FOLDER
//   node scripts/build-macos-frameworks.mjs       the hashes only, of the names in the list
//
// What Apple's headers declare, and since when they say that it is there, is in the metadata that the
// source distributions of pyobjc-framework-* hold (`metadata/**/*.fwinfo`, made of the headers):
//   --new     those of PyObjC 12.2.2 and 13.0, of the SDKs 26.5 and 27: each name with its date
//   --old     those of PyObjC 7.3, of the SDKs 10.6 to 11: for names that headers give no date
//   --pascal  `packages/univint/src` of Free Pascal 3.2.2: Apple's C headers of 10.9
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

/** What everything that is older counts as. */
const FIRST = "10.9";
/** Up to this SDK, what the headers of 10.6 to 10.9 declare. */
const OLD = "10.8";
/** SDKs of which the one before is there too: what is new in them came with them. */
const EXACT = new Map([["10.16", "11.0"]]);
/** Pascal's units of what no metadata cover; QuickTime and QuickDraw, which 64-bit code lacks, aside. */
const UNITS =
  /^(?:vDSP|cblas|Audio\w*|AUComponent|CGL\w*|OpenGL|macgl|MacOpenGL|AE\w+|AppleEvents|PM\w+|Authorization\w*|MIDI\w*|TextServices|HITheme|CarbonEvents\w*|TextInputSources|Keyboards|Events|MacApplication|Appearance|Processes|IOSurfaceAPI|MusicDevice|ExtendedAudioFile|fp)\.pas$/;
/** What no wheel was seen to need, and would make the table larger. */
const LEFT_OUT =
  /^(?:CFOpenDirectory|OpenDirectory|Contacts|EventKit|ImageKit|QuartzComposer|QuartzFilters|QuickLookUI|DictionaryServices)$/;
/** Frameworks that hand on the names of others, and those of the units. */
const UMBRELLAS = [
  "Accelerate",
  "ApplicationServices",
  "AudioToolbox",
  "AudioUnit",
  "Carbon",
  "Cocoa",
  "CoreMIDI",
  "CoreServices",
  "OpenAL",
  "OpenGL",
  "Quartz",
];

const { values: options } = parseArgs({
  options: { new: { type: "string" }, old: { type: "string" }, pascal: { type: "string" } },
});

/** By name, as C spells it. @type {Map<string, string>} */
const since = new Map();
/** The first SDK that declares it. @type {Map<string, string>} */
const firstSeen = new Map();
/** @type {Set<string>} */
const undated = new Set();
/** @type {Set<string>} */
const frameworks = new Set(UMBRELLAS);

const LIST = fileURLToPath(new URL("macos-frameworks.txt", import.meta.url));
/** Of {@link LIST}: what stands below it are frameworks, not names. */
const FRAMEWORKS = "frameworks";

/** @type {Set<string>} */
let pascal = new Set();
if (options.new === undefined) readList();
else readSources(options.new);

function readList() {
  let section = "";
  for (const line of readFileSync(LIST, "utf8").trimEnd().split("\n")) {
    if (line.startsWith("# ")) section = line.slice(2);
    else if (section === FRAMEWORKS) frameworks.add(line);
    else since.set(line, section);
  }
}

/** @param {string} newest */
function readSources(newest) {
  for (const { names, sdk } of metadata(options.old ?? "")) {
    for (const { name } of names) {
      const known = firstSeen.get(name);
      if (known === undefined || isNewer(known, sdk)) firstSeen.set(name, sdk);
    }
  }
  pascal = pascalNames(options.pascal ?? "");
  for (const { names, framework } of metadata(newest)) {
    frameworks.add(framework);
    for (const { name, introduced } of names) {
      const date = introduced ?? dateOf(name);
      if (date === undefined) undated.add(name);
      else add(name, date);
    }
  }
  // What the newest SDK no longer declares is exported still.
  for (const [name, sdk] of firstSeen) if (!since.has(name) && !isNewer(sdk, OLD)) add(name, FIRST);
  for (const name of pascal) if (!since.has(name)) add(name, FIRST);
}

/** @param {string} name */
function dateOf(name) {
  const sdk = firstSeen.get(name);
  if (pascal.has(name) || (sdk !== undefined && !isNewer(sdk, OLD))) return FIRST;
  return sdk === undefined ? undefined : EXACT.get(sdk);
}

/** @param {string} name @param {string} date */
function add(name, date) {
  const plain = isNewer(date, FIRST) ? monthless(date) : FIRST;
  const known = since.get(name);
  // Of two headers that declare it the older date counts.
  if (known === undefined || isNewer(known, plain)) since.set(name, plain);
}

/** @param {string} folder */
function metadata(folder) {
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => /raw[^/]*\/[^/]*\.fwinfo$/.test(name))
    .sort()
    .map((name) => declarations(join(folder, name)))
    .filter(({ framework }) => !LEFT_OUT.test(framework));
}

/** @param {string} path */
function declarations(path) {
  const text = readFileSync(path, "utf8");
  const { definitions, framework } = JSON.parse(text.slice(text.indexOf("{")));
  const names = [];
  for (const kind of ["functions", "externs"]) {
    for (const [name, { introduced, inline }] of Object.entries(definitions[kind] ?? {})) {
      if (inline !== true) names.push({ name, introduced });
    }
  }
  for (const name of Object.keys(definitions.classes ?? {})) {
    names.push({ name: `OBJC_CLASS_$_${name}`, introduced: undefined });
  }
  return { names, framework, sdk: /-([\d.]+)\.fwinfo$/.exec(basename(path))?.[1] ?? "" };
}

/** @param {string} folder */
function pascalNames(folder) {
  const found = new Set();
  for (const path of readdirSync(folder).filter((name) => UNITS.test(name))) {
    const text = readFileSync(join(folder, path), "latin1");
    for (const [, name] of text.matchAll(/external name '_([A-Za-z_]\w+)'/g)) found.add(name);
  }
  return found;
}

/** Without a third number. macOS 11 was 10.16 for a while; a number below zero is a slip in a header. */
function monthless(/** @type {string} */ version) {
  const [major = "0", minor = "0"] = version.split(".");
  return major === "10" && minor === "16" ? "11.0" : `${major}.${Math.max(0, Number(minor))}`;
}

/** @param {string} a @param {string} b */
function isNewer(a, b) {
  const [[x = 0, y = 0], [u = 0, v = 0]] = [a, b].map((each) => each.split(".").map(Number));
  return (x - u || y - v) > 0;
}

/** `fnv1a` of src/symbol-hash.ts. @param {string} name */
function hashOf(name) {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(name)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";

/** Ascending numbers by their differences: five bits a digit, the lowest first, 32 more where one follows. */
function gaps(/** @type {number[]} */ numbers) {
  let text = "";
  let last = 0;
  for (const number of numbers) {
    let gap = number - last;
    last = number;
    for (; gap >= 32; gap = Math.floor(gap / 32)) text += DIGITS[32 + (gap % 32)];
    text += DIGITS[gap];
  }
  return text;
}

/** @param {string[]} words */
function lines(words) {
  const found = [];
  let line = "";
  for (const word of words) {
    if (line.length + word.length > 100) {
      found.push(line);
      line = "";
    }
    line += `${line === "" ? "" : " "}${word}`;
  }
  return [...found, line].join("\n");
}

const dates = [...new Set(since.values())].sort((a, b) => (isNewer(a, b) ? 1 : -1));
/** Of names with one hash the older date counts: nothing is said of a symbol that may be old. */
const taken = new Set();
let list = `# ${FRAMEWORKS}\n${[...frameworks].sort().join("\n")}\n`;
const entries = dates.map((date) => {
  const names = [...since].flatMap(([name, each]) => (each === date ? [name] : [])).sort();
  list += `# ${date}\n${names.join("\n")}\n`;
  const hashes = [...new Set(names.map(hashOf))].filter((hash) => !taken.has(hash));
  for (const hash of hashes) taken.add(hash);
  console.log(date, names.length, "names,", names.length - hashes.length, "with a known hash");
  const text = gaps(hashes.sort((a, b) => a - b));
  return `  {\n    macos: "${date}",\n    hashes:\n      "${text}",\n  },`;
});
console.log(
  since.size,
  "names;",
  [...undated].filter((name) => !since.has(name)).length,
  "unknown",
);
writeFileSync(LIST, list);
writeFileSync(
  fileURLToPath(new URL("../src/policy/data/macos-frameworks.ts", import.meta.url)),
  `// Generated by scripts/build-macos-frameworks.mjs, which says of what; do not edit.

/** Frameworks whose names these are, in \`/System/Library/Frameworks\`. */
export const KNOWN_FRAMEWORKS: string = \`
${lines([...frameworks].sort())}
\`;

export interface FrameworkSymbols {
  readonly macos: string;
  /**
   * Of the names, as C spells them: 32 bits of FNV-1a, ascending, by their differences;
   * five bits a digit, the lowest first, 32 more where another digit follows.
   */
  readonly hashes: string;
}

export const HASH_DIGITS: string = "${DIGITS}";

/** \`10.9\`: there then, or before. Of which framework a name is, is the linker's business. */
export const FRAMEWORK_SYMBOLS: readonly FrameworkSymbols[] = [
${entries.join("\n")}
];
`,
);
