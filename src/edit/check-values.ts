/** Values that are wrong for any wheel: they are found before one is opened. */
import type { Edit } from "./apply.ts";
import { addClassifier, knownField, setRequiresPython } from "./metadata-edit.ts";
import { boundsOf, parseWanted } from "./requirements.ts";
import { checkTagValues } from "./tags-edit.ts";
import { checkVersionValue } from "./version-edit.ts";

/** @throws RefusalError with the code of the rule that the value breaks. */
export function checkValues(edit: Edit): void {
  switch (edit.kind) {
    case "version":
    case "local":
      checkVersionValue(edit);
      break;
    case "tags":
      checkTagValues(edit);
      break;
    case "requires": {
      const wanted = parseWanted(edit.requirement);
      if (edit.action === "constrain") boundsOf(wanted);
      break;
    }
    case "requires-python":
      setRequiresPython(new Uint8Array(), edit.specifier);
      break;
    case "set":
    case "unset":
      knownField(edit.field);
      break;
    case "add-classifier":
      addClassifier(new Uint8Array(), edit.classifier);
      break;
    default:
  }
}
