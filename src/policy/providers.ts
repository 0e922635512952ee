/**
 * Libraries that wheels leave out on purpose: a driver has them, or another wheel brings them.
 *
 * Names only, so a match is a hint and never an excuse by itself.
 */

import { baseNameOf } from "../paths.ts";

export interface Provider {
  /** `wheel`: other projects on the index; `driver`: installed with a device's driver or desktop. */
  readonly kind: "wheel" | "driver";
  /** For `wheel`: beginnings of normalised project names, the usual one first. */
  readonly projects: readonly string[];
  /** What the user would call it. */
  readonly what: string;
}

const PROVIDERS: readonly (readonly [pattern: RegExp, provider: Provider])[] = [
  [/^lib(cuda|cudadebugger|nvcuvid|nvidia-.+|nvoptix)\.so\.\d+$/, driver("NVIDIA's driver")],
  [
    /^lib(OpenCL|vulkan|EGL|GLX|OpenGL|GLESv[12]|GLESv1_CM|GLdispatch|GLU|gbm|drm(_\w+)?)\.so(\.\d+)?$/,
    driver("the graphics driver"),
  ],
  [/^libze_loader\.so\.\d+$/, driver("Intel's compute driver")],
  [/^lib(ibverbs|rdmacm|mlx5)\.so\.\d+$/, driver("the RDMA driver")],
  // Windows: names in lower case.
  [/^(torch|torch_\w+|c10|c10_\w+|shm|fbgemm|asmjit|caffe2\w*)\.dll$/, wheel("PyTorch", "torch")],
  [/^cudart(32|64)_\d+\.dll$/, wheel("the CUDA runtime", "nvidia-cuda-runtime", "torch")],
  [/^cublas(lt)?64_\d+\.dll$/, wheel("cuBLAS", "nvidia-cublas", "torch")],
  [/^cudnn\w*64_\d+\.dll$/, wheel("cuDNN", "nvidia-cudnn", "torch")],
  [
    /^(cufft|cufftw|curand|cusolver|cusparse|nvrtc|nvjitlink)\w*64_[\d_]+\.dll$/,
    wheel("CUDA's libraries", "nvidia-cuda-nvrtc", "torch"),
  ],
  [/^mkl_\w+(\.\d+)?\.dll$/, wheel("MKL", "mkl")],
  [/^libiomp5md\.dll$/, wheel("Intel's OpenMP", "intel-openmp")],
  [/^tbb(12|malloc\w*|bind\w*)\.dll$/, wheel("TBB", "tbb")],
  [/^qt6\w+\.dll$/, wheel("Qt 6", "pyqt6-qt6", "pyqt6", "pyside6")],
  [/^qt5\w+\.dll$/, wheel("Qt 5", "pyqt5-qt5", "pyqt5", "pyside2")],
  [/^(shiboken6|pyside6)\w*(\.abi3)?\.dll$/, wheel("PySide", "shiboken6", "pyside6")],
  [/^(arrow|parquet)\w*\.dll$/, wheel("Arrow", "pyarrow")],
  [/^pywintypes\d+\.dll$|^pythoncom\d+\.dll$/, wheel("pywin32", "pywin32")],
  [/^openvino\w*\.dll$/, wheel("OpenVINO", "openvino")],
  [/^(vulkan-1|opencl)\.dll$/, driver("the graphics driver")],
  [/^lib(torch|torch_\w+|c10|c10_\w+|shm|caffe2_\w+)\.so$/, wheel("PyTorch", "torch")],
  [/^libtorchaudio\w*\.so$/, wheel("torchaudio", "torchaudio")],
  [
    /^libtensorflow(_framework|_cc)\.so(\.\d+)?$/,
    wheel("TensorFlow", "tensorflow", "tensorflow-cpu", "tf-nightly"),
  ],
  [/^libcudart\.so(\.\d+)*$/, wheel("the CUDA runtime", "nvidia-cuda-runtime", "torch")],
  [/^libcublas(Lt)?\.so\.\d+$/, wheel("cuBLAS", "nvidia-cublas", "torch")],
  [/^libcudnn\w*\.so\.\d+$/, wheel("cuDNN", "nvidia-cudnn", "torch")],
  [/^libcufftw?\.so\.\d+$/, wheel("cuFFT", "nvidia-cufft", "torch")],
  [/^libcurand\.so\.\d+$/, wheel("cuRAND", "nvidia-curand", "torch")],
  [/^libcusolver(Mg)?\.so\.\d+$/, wheel("cuSOLVER", "nvidia-cusolver", "torch")],
  [/^libcusparse\.so\.\d+$/, wheel("cuSPARSE", "nvidia-cusparse", "torch")],
  [/^libcusparseLt\.so\.\d+$/, wheel("cuSPARSELt", "nvidia-cusparselt", "torch")],
  [/^libnccl\.so\.\d+$/, wheel("NCCL", "nvidia-nccl", "torch")],
  [/^libnvrtc(-builtins)?\.so(\.\d+)*$/, wheel("NVRTC", "nvidia-cuda-nvrtc", "torch")],
  [/^libnvJitLink\.so\.\d+$/, wheel("nvJitLink", "nvidia-nvjitlink", "torch")],
  [/^libnvToolsExt\.so\.\d+$/, wheel("NVTX", "nvidia-nvtx", "torch")],
  [/^libcupti\.so\.\d+$/, wheel("CUPTI", "nvidia-cuda-cupti", "torch")],
  [/^libcufile(_rdma)?\.so\.\d+$/, wheel("cuFile", "nvidia-cufile", "torch")],
  [/^libnvshmem_\w+\.so(\.\d+)*$/, wheel("NVSHMEM", "nvidia-nvshmem", "torch")],
  [/^libnpp\w*\.so\.\d+$/, wheel("NPP", "nvidia-npp")],
  [/^libnvjpeg\.so\.\d+$/, wheel("nvJPEG", "nvidia-nvjpeg")],
  [/^libnvinfer\w*\.so\.\d+$/, wheel("TensorRT", "tensorrt")],
  [/^libnvonnxparser\.so\.\d+$/, wheel("TensorRT", "tensorrt")],
  [/^libQt6\w+\.so\.6$/, wheel("Qt 6", "pyqt6-qt6", "pyqt6", "pyside6")],
  [/^libQt5\w+\.so\.5$/, wheel("Qt 5", "pyqt5-qt5", "pyqt5", "pyside2")],
  [/^Qt[A-Z]\w*$/, wheel("Qt", "pyqt6-qt6", "pyqt6", "pyside6")],
  [/^lib(pyside6|shiboken6)\w*(\.abi3)?\.so\.[\d.]+$/, wheel("PySide", "shiboken6", "pyside6")],
  [/^lib(arrow|parquet)\w*\.so(\.\d+)*$/, wheel("Arrow", "pyarrow", "libarrow")],
  [/^libmkl_\w+\.so(\.\d+)?$/, wheel("MKL", "mkl")],
  [/^libiomp5\.so$/, wheel("Intel's OpenMP", "intel-openmp")],
  [/^libtbb(malloc\w*|bind\w*)?\.so\.\d+$/, wheel("TBB", "tbb")],
  [
    /^lib(sycl|svml|imf|intlc|irng|ur_loader)\.so(\.\d+)*$/,
    wheel("Intel's compiler runtime", "intel-sycl-rt", "intel-cmplr-lib-rt", "dpcpp-cpp-rt"),
  ],
  [/^libopenvino\w*\.so(\.\d+)*$/, wheel("OpenVINO", "openvino")],
  [
    /^lib(rmm|cudf|cuml\+*|cugraph|raft|cuvs|kvikio|rapids_logger)(_\w+)?\.so$/,
    wheel(
      "RAPIDS",
      ...["librmm", "libcudf", "libcuml", "libcugraph", "libraft", "libcuvs", "libkvikio"],
      "rapids-logger",
    ),
  ],
  [/^libuc[pstm]\.so\.\d+$/, wheel("UCX", "libucx")],
  [/^lib(amdhip64|hsa-runtime64|rocblas|hipblas|MIOpen|rccl)\.so\.\d+$/, driver("ROCm")],
];

/** Who is known to provide a library, by its name or by the path that macOS calls it. */
export function knownProvider(library: string): Provider | undefined {
  const name = baseNameOf(library).replace(/^(.+?)((?:\.\d+)*)\.dylib$/, "$1.so$2");
  return PROVIDERS.find(([pattern]) => pattern.test(name))?.[1];
}

function driver(what: string): Provider {
  return { kind: "driver", projects: [], what };
}

function wheel(what: string, ...projects: readonly string[]): Provider {
  return { kind: "wheel", projects, what };
}
