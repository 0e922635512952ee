/** An argument completer for PowerShell. */
import type { CommandNode } from "../command-tree.ts";

export function powershellCompletion(tree: readonly CommandNode[]): string {
  return `# PowerShell completion for wheelkit
Register-ArgumentCompleter -Native -CommandName wheelkit -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $commands = [ordered]@{
${tree.map(({ name, summary }) => `    ${quote(name)} = ${quote(summary)}`).join("\n")}
  }
  $options = @{
${tree.map(optionTable).join("\n")}
  }
  $values = @{
${tree.flatMap(valueRows).join("\n")}
  }
  $before = @($commandAst.CommandElements | Select-Object -Skip 1 |
    Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.ToString() })
  $plain = @($before | Where-Object { -not $_.StartsWith('-') })
  $words = [ordered]@{}
  if ($plain.Count -eq 0) {
    $words = $commands
  } else {
    $key = "$($plain[0]) $($before[-1])"
    if ($values.ContainsKey($key)) {
      foreach ($value in $values[$key]) { $words[$value] = $value }
    } elseif ($options.ContainsKey($plain[0])) {
      $words = $options[$plain[0]]
    }
  }
  foreach ($word in $words.Keys) {
    if ($word -like "$wordToComplete*") {
      [System.Management.Automation.CompletionResult]::new(
        $word, $word, 'ParameterValue', $words[$word])
    }
  }
}
`;
}

function optionTable({ name, options, actions, arguments: args }: CommandNode): string {
  const words = new Map<string, string>();
  for (const action of actions) words.set(action.name, action.summary);
  for (const word of args[0]?.values ?? []) words.set(word, word);
  for (const option of [options, ...actions.map((action) => action.options)].flat()) {
    for (const each of option.names) words.set(each, option.description);
  }
  // Names of a table don't differ in case alone, as `-l` and `-L` do.
  const seen = new Set<string>();
  const rows: string[] = [];
  for (const [word, text] of words) {
    if (seen.has(word.toLowerCase())) continue;
    seen.add(word.toLowerCase());
    rows.push(`      ${quote(word)} = ${quote(text)}`);
  }
  return `    ${quote(name)} = [ordered]@{\n${rows.join("\n")}\n    }`;
}

function valueRows({ name, options, actions }: CommandNode): readonly string[] {
  const rows = new Map<string, string>();
  for (const { names, values } of [options, ...actions.map((action) => action.options)].flat()) {
    if (values.length === 0) continue;
    for (const each of names) {
      const key = `${name} ${each}`;
      if (!rows.has(key.toLowerCase())) {
        rows.set(key.toLowerCase(), `    ${quote(key)} = ${values.map(quote).join(", ")}`);
      }
    }
  }
  return [...rows.values()];
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
