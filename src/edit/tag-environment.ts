/** What a wheel's tags tell of the environments it can be installed in, in the words of markers. */
import type { Marker, MarkerEnvironment } from "../wheel/marker.ts";
import { evaluateMarker } from "../wheel/marker.ts";
import type { PlatformTag } from "../wheel/platform-tag.ts";
import { parseTag } from "../wheel/tag.ts";

/** Variables that a tag decides; the others are open. */
export function tagEnvironment(tag: string): MarkerEnvironment {
  const parsed = parseTag(tag);
  if (parsed === undefined) return {};
  return { ...pythonEnvironment(parsed), ...platformEnvironment(parsed.platform) };
}

function pythonEnvironment({
  python,
  abi,
}: NonNullable<ReturnType<typeof parseTag>>): MarkerEnvironment {
  if (python.kind !== "interpreter") return {};
  // `cp38-abi3` and `cp38-none` also run on later versions.
  const exact = abi.kind === "cpython" || abi.kind === "pypy" || abi.kind === "graalpy";
  const version =
    exact && python.minor !== undefined
      ? { python_version: `${python.major}.${python.minor}` }
      : undefined;
  const names = {
    cp: { implementation_name: "cpython", platform_python_implementation: "CPython" },
    pp: { implementation_name: "pypy", platform_python_implementation: "PyPy" },
    graalpy: { implementation_name: "graalpy", platform_python_implementation: "GraalVM" },
  } as const;
  const name =
    python.implementation === "cp" ||
    python.implementation === "pp" ||
    python.implementation === "graalpy"
      ? names[python.implementation]
      : undefined;
  return { ...version, ...name };
}

function platformEnvironment(platform: PlatformTag): MarkerEnvironment {
  const named = (
    sys_platform: string,
    platform_system: string,
    machine?: string,
  ): MarkerEnvironment => ({
    os_name: "posix",
    sys_platform,
    platform_system,
    ...(machine === undefined ? {} : { platform_machine: machine }),
  });
  switch (platform.kind) {
    case "manylinux":
    case "musllinux":
    case "linux":
      return named("linux", "Linux", platform.arch);
    case "macosx": {
      const single = platform.arch === "x86_64" || platform.arch === "arm64";
      return named("darwin", "Darwin", single ? platform.arch : undefined);
    }
    case "win": {
      const machines: Readonly<Record<string, string>> = {
        amd64: "AMD64",
        arm64: "ARM64",
        x86: "x86",
      };
      return { ...named("win32", "Windows", machines[platform.arch]), os_name: "nt" };
    }
    case "android":
      return named("android", "Android");
    case "ios":
      return named("ios", "iOS");
    case "pyemscripten":
    case "pyodide":
    case "emscripten":
      return named("emscripten", "Emscripten", "wasm32");
    default:
      return {};
  }
}

/** False only when the marker is false whatever the open variables are. */
export function mayHold(marker: Marker, environment: MarkerEnvironment): boolean {
  switch (marker.kind) {
    case "and":
      return marker.operands.every((operand) => mayHold(operand, environment));
    case "or":
      return marker.operands.some((operand) => mayHold(operand, environment));
    case "compare": {
      const variables = [marker.left, marker.right].flatMap((operand) =>
        operand.kind === "variable" ? [operand.name] : [],
      );
      const known = variables.every((name) => environment[name] !== undefined);
      return !known || evaluateMarker(marker, environment);
    }
  }
}
