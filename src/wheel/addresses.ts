/** Lists of e-mail addresses: `Name <a@b.org>, "Last, First" <c@d.org>, e@f.org` (RFC 5322 §3.4). */

/** Longer lists are cut: no real one comes near. */
const MAX_LENGTH = 65_536;

/**
 * The bare addresses, in order; a part without any `@` comes back as it is. Commas inside quotes,
 * angle brackets and comments do not separate.
 */
export function parseAddresses(list: string): readonly string[] {
  const text = list.slice(0, MAX_LENGTH);
  const parts: string[] = [];
  let begin = 0;
  let quote = false;
  let angle = false;
  let comment = 0;
  for (let at = 0; at <= text.length; at++) {
    const character = text[at];
    if (character === "\\") at++;
    else if (quote) quote = character !== '"' && character !== undefined;
    else if (character === '"') quote = true;
    else if (character === "(") comment++;
    else if (character === ")") comment = Math.max(0, comment - 1);
    else if (comment === 0 && character === "<") angle = true;
    else if (comment === 0 && character === ">") angle = false;
    else if (comment === 0 && !angle && (character === "," || character === ";")) {
      parts.push(text.slice(begin, at));
      begin = at + 1;
    }
  }
  parts.push(text.slice(begin));
  return parts.map(bareAddress).filter((address) => address !== "");
}

function bareAddress(part: string): string {
  const close = part.lastIndexOf(">");
  const open = part.lastIndexOf("<", close);
  if (open !== -1 && close !== -1) return part.slice(open + 1, close).trim();
  const comment = part.indexOf("(");
  return (comment === -1 ? part : part.slice(0, comment)).trim();
}
