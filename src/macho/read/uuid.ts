/** LC_UUID. */
import { toHex } from "../../bytes.ts";
import { LC } from "../constants.ts";
import type { LoadCommand } from "./header.ts";

/** `8D9AA2FA-…`, of every LC_UUID in order. */
export function uuidsOf(commands: readonly LoadCommand[]): readonly string[] {
  return commands
    .filter(({ cmd, bytes }) => cmd === LC.LC_UUID && bytes.length >= 24)
    .map(({ bytes }) => uuidText(bytes.subarray(8, 24)));
}

/** 16 bytes as `dwarfdump --uuid` prints them. */
export function uuidText(bytes: Uint8Array): string {
  const digits = toHex(bytes).toUpperCase();
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    digits.slice(12, 16),
    digits.slice(16, 20),
    digits.slice(20),
  ].join("-");
}
