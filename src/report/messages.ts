/** How messages look on a terminal: the word in front coloured, lines broken at spaces. */
import type { Paint, Palette } from "./palette.ts";
import { wrap } from "./wrap.ts";

const MESSAGE = /^(error|warning|note|hint): /;

/** Lines that are no messages, such as progress bars and stack traces, stay as they are. */
export function styleMessages(text: string, palette: Palette, width: number): string {
  const paints: Readonly<Record<string, Paint>> = {
    error: palette.error,
    warning: palette.warning,
    note: palette.info,
    hint: palette.info,
  };
  const lines = text.split("\n").flatMap((line) => {
    const word = MESSAGE.exec(line)?.[1];
    const paint = word === undefined ? undefined : paints[word];
    if (word === undefined || paint === undefined) return [line];
    return wrap(`${paint(`${word}:`)}${line.slice(word.length + 1)}`, width);
  });
  return lines.join("\n");
}
