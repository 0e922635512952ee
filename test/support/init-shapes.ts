/** Shapes of `__init__.py` that code has to be put into. */
import { encodeUtf8 } from "../../src/bytes.ts";

export interface InitShape {
  readonly name: string;
  readonly source: Uint8Array;
  /** Text that must stand right before the code, or right after it. */
  readonly after?: string;
  readonly before?: string;
  /** Newer syntax: only Pythons from 3.`since` on can read it. */
  readonly since?: number;
}

const BOM = "\ufeff";

function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

function shape(
  name: string,
  source: string | Uint8Array,
  around: Pick<InitShape, "after" | "before" | "since"> = {},
): InitShape {
  return { name, source: typeof source === "string" ? encodeUtf8(source) : source, ...around };
}

export const INIT_SHAPES: readonly InitShape[] = [
  shape("nothing", ""),
  shape("blank lines", "\n\n"),
  shape("blanks without an end", "   "),
  shape("only a comment without an end", "# licence", { after: "# licence" }),
  shape("a statement", "x = 1\n", { before: "x = 1" }),
  shape("a statement without an end", "x = 1", { before: "x = 1" }),
  shape("a docstring", '"""doc"""\nx = 1\n', { after: '"""doc"""' }),
  shape("a docstring without an end", '"""doc"""', { after: '"""doc"""' }),
  shape("a docstring in apostrophes", "'''doc\nmore'''\nx = 1\n", { after: "more'''" }),
  shape("a docstring of one line", "'doc'\nx = 1\n", { after: "'doc'" }),
  shape("a docstring with escapes", '"a \\" \\\n b"\nx = 1\n', { after: ' b"' }),
  shape("a raw docstring", 'r"""a \\""" b"""\nx = 1\n', { after: ' b"""' }),
  shape("a u docstring", 'u"""doc"""\nx = 1\n', { after: 'u"""doc"""' }),
  shape("a docstring and a comment", '"""doc"""  # noqa: D104\nx = 1\n', { after: "# noqa: D104" }),
  shape("two strings", '"""doc""" "more"\nx = 1\n', { after: '"more"' }),
  shape("strings over two lines", '"""doc""" \\\n  "more"\nx = 1\n', { after: '"more"' }),
  shape("a docstring in brackets", '("""doc""")\nx = 1\n', { after: '("""doc""")' }),
  shape("brackets over lines", '(\n  # why\n  "doc"\n  "more"\n)\nx = 1\n', { after: ")" }),
  shape("a docstring and a statement in one line", '"""doc"""; x = 1\ny = 2\n', {
    after: '"""doc"""',
    before: "x = 1\ny = 2",
  }),
  shape("a docstring and a semicolon", '"""doc""";\nx = 1\n', { before: "x = 1" }),
  shape(
    "a semicolon before a future import",
    '"doc";\nfrom __future__ import division\nx = 1 / 2\n',
    {
      after: "division",
    },
  ),
  shape("a docstring and a continued statement", '"""doc"""; \\\n   x = 1\n', { before: "x = 1" }),
  shape("bytes", 'b"""no doc"""\nx = 1\n', { before: 'b"""no doc"""' }),
  shape("a formatted string", 'f"""no doc {1}"""\nx = 1\n', { before: 'f"""' }),
  shape("a sum of strings", '"no" + "doc"\nx = 1\n', { before: '"no" + "doc"' }),
  shape("a call of a string", '"a b".split()\nx = 1\n', { before: '"a b".split()' }),
  shape("a tuple of a string", '"a",\nx = 1\n', { before: '"a",' }),
  shape("brackets around a tuple", '("a", "b")\nx = 1\n', { before: '("a", "b")' }),
  shape(
    "an apostrophe in a comment",
    '# it\'s a comment\n\n# another "quoted" one\n"""doc"""\nx = 1\n',
    {
      after: '"""doc"""',
    },
  ),
  shape("a docstring that is commented out", '# """no doc"""\nx = 1\n', { before: "x = 1" }),
  shape("a future import", "from __future__ import annotations\nimport os\n", {
    after: "annotations",
  }),
  shape(
    "future imports over lines",
    "from __future__ import (\n    division,  # why\n    annotations,\n)\nx = 1 / 2\n",
    {
      after: ")",
    },
  ),
  shape(
    "a continued future import",
    "from \\\n  __future__ import division, \\\n  annotations as a\nx = 1 / 2\n",
    {
      after: "annotations as a",
    },
  ),
  shape(
    "a future import and more in one line",
    "from __future__ import annotations; import os\nx = os\n",
    {
      after: "annotations",
      before: "import os\nx = os",
    },
  ),
  shape(
    "two future imports in one line",
    "from __future__ import division; from __future__ import annotations\nx = 1\n",
    {
      after: "import annotations",
    },
  ),
  shape(
    "a docstring, comments and future imports",
    '"""doc"""\n\n# why\nfrom __future__ import division\n\n# more\nfrom __future__ import annotations\n# last\nx = 1 / 2\n',
    {
      after: "annotations",
    },
  ),
  shape(
    "a docstring and a future import in one line",
    '"""doc"""; from __future__ import annotations\nx = 1\n',
    {
      after: "annotations",
    },
  ),
  shape("an interpreter line", "#!/usr/bin/env python\nx = 1\n", { before: "x = 1" }),
  shape(
    "an interpreter line, an encoding and a docstring",
    '#!/usr/bin/python\n# -*- coding: utf-8 -*-\n"""döc"""\nx = "ü"\n',
    {
      after: '"""döc"""',
    },
  ),
  shape("Latin-1", latin1('# -*- coding: latin-1 -*-\n"""d\xf6c"""\nx = "\xfc"\n')),
  shape(
    "Windows-1252 with an encoding in the second line",
    latin1('\n# vim: set fileencoding=cp1252 :\nx = "\x80"\n'),
    {
      before: "x = ",
    },
  ),
  // The second byte of U+8868 in Shift-JIS is a backslash.
  shape("Shift-JIS", latin1('# coding: shift_jis\n"""\x95\x5c"""\nx = 1\n'), { before: "x = 1" }),
  shape("Shift-JIS in a string of one line", latin1('# coding: cp932\n"\x95\x5c"\nx = 1\n'), {
    before: "x = 1",
  }),
  shape("GBK", latin1('# coding: gbk\n"\x81\x5c"\nx = 1\n'), { before: "x = 1" }),
  shape("a byte order mark and a docstring", `${BOM}"""doc"""\nx = 1\n`, { after: '"""doc"""' }),
  shape("a byte order mark and code", `${BOM}x = 1\n`, { before: "x = 1" }),
  shape("a byte order mark alone", BOM),
  shape("a form feed", '\f"""doc"""\n\fx = 1\n', { after: '"""doc"""' }),
  shape("a form feed before code", "\fx = 1\n", { before: "\fx = 1" }),
  shape("CR LF", '"""doc"""\r\nx = 1\r\n', { after: '"""doc"""\r\n' }),
  shape("CR alone", '"""doc"""\rx = 1\r', { after: '"""doc"""\r' }),
  shape(
    "CR LF in a docstring",
    '"""doc\r\n\r\nmore"""\r\nfrom __future__ import division\r\nx = 1 / 2\r\n',
    {
      after: "division\r\n",
    },
  ),
  shape("a decorator", "def d(f):\n    return f\n\n\n@d\ndef g():\n    return 1\n", {
    before: "def d",
  }),
  shape("a decorator first", "@staticmethod\ndef g():\n    return 1\n", {
    before: "@staticmethod",
  }),
  shape("a class first", 'class A:\n    """no doc"""\n', { before: "class A" }),
  shape("a continued first line", "\\\nx = 1\n", { before: "\\\nx = 1" }),
  shape("an if", 'if True:\n    "no doc"\n    x = 1\n', { before: "if True:" }),
  shape("a comment between docstring and code", '"""doc"""\n# about x\nx = 1\n', {
    after: '"""doc"""',
  }),
  shape("an import of another future", "from os import path\nfuture = path\n", {
    before: "from os",
  }),
  shape("a match statement", '"""doc"""\nmatch 1:\n    case 1:\n        x = 1\n', {
    after: '"""doc"""',
    since: 10,
  }),
  shape("nested quotes in a formatted string", 'f"{\'a\' + "b"}"\nx = 1\n', {
    before: 'f"',
    since: 12,
  }),
];
