/** Requirements that bring other projects: bundles, and extras of projects. */

/** What a wheel requires: normalised names. */
export interface RequiredProject {
  readonly name: string;
  /** Normalised, sorted. */
  readonly extras: readonly string[];
}

const CUDA_PARTS: Readonly<Record<string, string>> = {
  cudart: "nvidia-cuda-runtime",
  cupti: "nvidia-cuda-cupti",
  nvrtc: "nvidia-cuda-nvrtc",
  nvcc: "nvidia-cuda-nvcc",
};

/** Beginnings of names of projects that a project brings without any extra. */
const BUNDLES: readonly (readonly [project: RegExp, brings: readonly string[]])[] = [
  [/^torch$/, ["nvidia-", "triton"]],
  [/^nvidia-cudnn/, ["nvidia-cublas"]],
  [/^nvidia-cusolver/, ["nvidia-cublas", "nvidia-cusparse", "nvidia-nvjitlink"]],
  [/^nvidia-(cusparse|cufft)/, ["nvidia-nvjitlink"]],
  [/^tensorrt(-cu\d+)?$/, ["tensorrt", "nvidia-cuda-runtime"]],
  [/^(dpcpp-cpp-rt|intel-(sycl|opencl|fortran|dpcpp)-rt)$/, ["intel-", "tbb", "umf"]],
  [/^(mkl|onemkl-sycl-.+|mkl-dpcpp)$/, ["mkl", "intel-openmp", "tbb", "intel-", "onemkl-"]],
  [/^pyside6(-addons)?$/, ["pyside6-essentials", "shiboken6"]],
  [/^pyqt6(-.+)?$/, ["pyqt6-qt6"]],
  [/^pyqt5(-.+)?$/, ["pyqt5-qt5"]],
  [/^(py)?libcudf|^cudf(-cu\d+)?$/, ["libcudf", "librmm", "libkvikio", "rapids-logger"]],
  [/^(lib)?(cuml|cugraph|cuvs|raft)/, ["libraft", "libcuvs", "librmm", "rapids-logger", "libcu"]],
  [/^rocm(-sdk)?(-core|-libraries.*)?$/, ["rocm-sdk"]],
];

/** What some project's extras bring. */
const EXTRAS: readonly (readonly [project: RegExp, extra: RegExp, brings: readonly string[]])[] = [
  [/^tensorflow$/, /^and-cuda$/, ["nvidia-"]],
  [/^jax$/, /^cuda/, ["nvidia-"]],
  [/^jax-cuda\d+-plugin$/, /^with-cuda$/, ["nvidia-"]],
  [/^cupy-cuda\d+x$/, /^ctk$/, ["nvidia-"]],
  [/^rocm$/, /./, ["rocm-sdk"]],
];

/** Beginnings of names of the projects that a requirement is known to bring, itself first. */
function broughtBy({ name, extras }: RequiredProject): readonly string[] {
  const brings = [name];
  for (const [project, more] of BUNDLES) if (project.test(name)) brings.push(...more);
  for (const [project, extra, more] of EXTRAS) {
    if (project.test(name) && extras.some((each) => extra.test(each))) brings.push(...more);
  }
  if (name === "cuda-toolkit") {
    for (const extra of extras) {
      brings.push(extra === "all" ? "nvidia-" : (CUDA_PARTS[extra] ?? `nvidia-${extra}`));
    }
  }
  return brings;
}

export type Coverage =
  /** The requirement brings one of the projects. */
  | { readonly by: string; readonly sure: true }
  /** It has extras, and nobody knows what they bring. */
  | { readonly by: string; readonly sure: false };

/** Ends of names under which a project has builds and parts: not `pyarrow-hotfix` for `pyarrow`. */
const BUILDS =
  /^(?:-(?:cu\d+|cuda\d*|rocm\d*|cpu|gpu|xpu|intel|macos|nightly|libs|core|essentials|addons|rt|devel|dpcpp|sycl-\w+))+$/;

/** The requirement that brings one of `projects`; `undefined` where none may. */
export function coverage(
  projects: readonly string[],
  requirements: readonly RequiredProject[],
): Coverage | undefined {
  const isBuildOf = (name: string, project: string): boolean =>
    name.startsWith(`${project}-`) && BUILDS.test(name.slice(project.length));
  const is = (brought: string, project: string): boolean =>
    brought.endsWith("-")
      ? project.startsWith(brought)
      : brought === project || isBuildOf(brought, project) || isBuildOf(project, brought);
  for (const requirement of requirements) {
    const brings = broughtBy(requirement);
    if (projects.some((project) => brings.some((each) => is(each, project)))) {
      return { by: spelled(requirement), sure: true };
    }
  }
  const open = requirements.find(
    ({ name, extras }) => extras.length > 0 && name !== "cuda-toolkit",
  );
  return open === undefined ? undefined : { by: spelled(open), sure: false };
}

function spelled({ name, extras }: RequiredProject): string {
  return extras.length === 0 ? name : `${name}[${extras.join(",")}]`;
}
