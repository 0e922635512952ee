import { describe, expect, it } from "vitest";
import { styleMessages } from "../../../src/report/messages.ts";
import { PLAIN } from "../../../src/report/palette.ts";

const MARKED = {
  ...PLAIN,
  error: (text: string) => `<${text}>`,
  info: (text: string) => `[${text}]`,
};

describe("styleMessages", () => {
  it("colours the word in front and breaks at spaces", () => {
    const text = "error: `a/long/path.whl`: this is what went wrong\n\nhint: try again\n";
    expect(styleMessages(text, MARKED, 30)).toBe(
      "<error:> `a/long/path.whl`:\nthis is what went wrong\n\n[hint:] try again\n",
    );
  });

  it("leaves everything else alone", () => {
    const bar = "\r\u001b[K some progress that is longer than the line is wide";
    const trace = "TypeError: x\n    at somewhere (file:///a/very/long/path/to/a/file.js:1:2)\n";
    expect(styleMessages(bar, MARKED, 20)).toBe(bar);
    expect(styleMessages(trace, MARKED, 20)).toBe(trace);
  });
});
