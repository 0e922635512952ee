/**
 * Since when Apple's systems export a symbol, or have a library.
 *
 * Patterns are for names as C spells them, without the `_` that Mach-O puts before each.
 * Versions are `macOS` and `iOS`; `null`: no release is known to have it.
 *
 * Sources:
 * - libc++: llvm-project, `libcxx/lib/abi/CHANGELOG.TXT` (LLVM release of each symbol) and
 *   `libcxx/include/__configuration/availability.h` (Apple release of each LLVM release);
 * - aligned `operator new`: clang, `alignedAllocMinVersion`;
 * - C library: `API_AVAILABLE` and `__OSX_AVAILABLE` in the headers of Apple's SDK;
 * - Accelerate: numpy#25026;
 * - frameworks: developer.apple.com, "Availability" of each.
 */

export interface DatedSymbols {
  /** Of the install name that the import is bound to. */
  readonly library: RegExp;
  readonly symbols: RegExp;
  readonly macos: string | null;
  readonly ios: string | null;
  /** What people call it. */
  readonly what: string;
}

const LIBCXX = /^\/usr\/lib\/libc\+\+(?:abi)?(?:\.1)?\.dylib$/;
const SYSTEM = /^\/usr\/lib\/(?:libSystem\.(?:B\.)?dylib|libc\.dylib|libpthread\.dylib|system\/)/;

/** The first entry that matches counts. */
export const DATED_SYMBOLS: readonly DatedSymbols[] = [
  // LLVM 21, 22
  {
    library: LIBCXX,
    symbols: /^_ZNSt3__113__hash_memoryEPKvm$/,
    macos: null,
    ios: null,
    what: "std::hash of LLVM 21",
  },
  {
    library: LIBCXX,
    symbols:
      /^_ZNSt3__1(?:23__atomic_monitor_globalEPKv|26__atomic_wait_global_tableEPKvx|\d+__atomic_(?:wait|notify_one|notify_all)_nativeILm\d+E|32__atomic_notify_(?:all|one)_global_tableEPKv)/,
    macos: null,
    ios: null,
    what: "std::atomic waiting of LLVM 22",
  },
  // LLVM 20
  {
    library: LIBCXX,
    symbols: /^_ZNSt3__127__from_chars_floating_pointI[fd]E/,
    macos: null,
    ios: null,
    what: "std::from_chars for floating point",
  },
  // LLVM 19
  {
    library: LIBCXX,
    symbols: /^_Z(?:T[ISV]|NK?)St3__119bad_expected_accessIv/,
    macos: null,
    ios: null,
    what: "std::bad_expected_access",
  },
  // LLVM 18
  {
    library: LIBCXX,
    symbols: /^(?:__cxa_init_primary_exception|_ZNSt3__119__is_posix_terminalEP7__sFILE)$/,
    macos: "15.0",
    ios: "18.0",
    what: "libc++ of LLVM 18",
  },
  // LLVM 16
  {
    library: LIBCXX,
    symbols: /^_Z(?:T[ISV]N|NK?)St3__13pmr/,
    macos: "14.0",
    ios: "17.0",
    what: "std::pmr",
  },
  // LLVM 14 and 15
  {
    library: LIBCXX,
    symbols: /^_ZNSt3__122__libcpp_verbose_abortEPKcz$/,
    macos: "13.4",
    ios: "16.5",
    what: "libc++'s assertion handler",
  },
  {
    library: LIBCXX,
    symbols: /^_ZNSt3__18to_charsEPcS0_[dfe](?:NS_12chars_formatEi?)?$/,
    macos: "13.4",
    ios: "16.5",
    what: "std::to_chars for floating point",
  },
  {
    library: LIBCXX,
    symbols: /^_Z(?:T[ISV]NSt3__117bad_function_callE|NSt3__117bad_function_callD[012]Ev)$/,
    macos: "13.4",
    ios: "16.5",
    what: "std::bad_function_call",
  },
  {
    library: LIBCXX,
    symbols: /^_ZNSt3__15ctypeIcE10table_sizeE$/,
    macos: "13.4",
    ios: "16.5",
    what: "std::ctype::table_size",
  },
  // LLVM 12
  {
    library: LIBCXX,
    symbols:
      /^_ZNK?St3__1(?:13basic_filebufIcNS_11char_traitsIcEEE|15basic_stringbufIcNS_11char_traitsIcEENS_9allocatorIcEEE)|^_ZNSt3__114basic_[io]fstreamIcNS_11char_traitsIcEEE4openE|^_ZNSt3__1(?:18basic_|19basic_[io])stringstreamIcNS_11char_traitsIcEENS_9allocatorIcEEEaSEOS5_$|^_ZT(?:[ISTV]|C)NSt3__1(?:13basic_filebuf|14basic_[io]fstream|15basic_stringbuf|18basic_stringstream|19basic_[io]stringstream)IcNS_11char_traitsIcEE/,
    macos: "12.3",
    ios: "15.3",
    what: "streams of LLVM 12",
  },
  {
    library: LIBCXX,
    symbols: /^_Z(?:NK?|T[ISV]N)St3__1(?:7codecvt|14codecvt_byname)ID[is]Du11__mbstate_tE/,
    macos: "12.3",
    ios: "15.3",
    what: "std::codecvt for char8_t",
  },
  // LLVM 11
  {
    library: LIBCXX,
    symbols:
      /^_ZNSt3__1(?:20__libcpp_atomic_wait|23__cxx_atomic_notify_(?:all|one)|23__libcpp_atomic_monitor|31__arrive_barrier_algorithm_base|32__destroy_barrier_algorithm_base|34__construct_barrier_algorithm_base)/,
    macos: "11.0",
    ios: "14.0",
    what: "C++20 synchronization",
  },
  // LLVM 9
  {
    library: LIBCXX,
    symbols: /^_Z(?:T[ISV]N|NK?)St3__14__fs10filesystem/,
    macos: "10.15",
    ios: "13.0",
    what: "std::filesystem",
  },
  {
    library: LIBCXX,
    symbols: /^_ZNSt3__16__itoa8__u(?:32|64)toaE/,
    macos: "10.15",
    ios: "13.0",
    what: "std::to_chars",
  },
  // Before LLVM 9: the header's older state
  {
    library: LIBCXX,
    symbols:
      /^_Z(?:T[ISV]|NK?)St(?:18bad_variant_access|19bad_optional_access|12bad_any_cast)/,
    macos: "10.13",
    ios: "11.0",
    what: "exceptions of C++17",
  },
  {
    library: LIBCXX,
    symbols: /^_Z(?:n[aw][jm]|d[al]Pv[jm]?)St11align_val_t/,
    macos: "10.13",
    ios: "11.0",
    what: "operator new with an alignment",
  },
  {
    library: LIBCXX,
    symbols: /^_ZNSt3__119__shared_mutex_base/,
    macos: "10.12",
    ios: "10.0",
    what: "std::shared_mutex",
  },
  // C library
  {
    library: SYSTEM,
    symbols: /^strchrnul$/,
    macos: "15.4",
    ios: "18.4",
    what: "the C library",
  },
  {
    library: SYSTEM,
    symbols: /^os_sync_wa(?:it_on|ke_by)_address/,
    macos: "14.4",
    ios: "17.4",
    what: "the C library",
  },
  {
    library: SYSTEM,
    symbols: /^(?:mkfifoat|mknodat)$/,
    macos: "13.0",
    ios: "16.0",
    what: "the C library",
  },
  {
    library: SYSTEM,
    symbols: /^(?:preadv|pwritev|pthread_jit_write_protect_np|__darwin_check_fd_set_overflow)$/,
    macos: "11.0",
    ios: "14.0",
    what: "the C library",
  },
  {
    library: SYSTEM,
    symbols: /^(?:aligned_alloc|timespec_get|___chkstk_darwin|posix_spawn_file_actions_addf?chdir_np)$/,
    macos: "10.15",
    ios: "13.0",
    what: "the C library",
  },
  {
    library: SYSTEM,
    symbols: /^(?:futimens|utimensat|fmemopen|open_memstream|open_wmemstream)$/,
    macos: "10.13",
    ios: "11.0",
    what: "the C library",
  },
  {
    library: SYSTEM,
    symbols:
      /^(?:clock_gettime|clock_settime|clock_getres|clock_gettime_nsec_np|getentropy|mkostemps?|f?clonefile(?:at)?|rename(?:x|atx)_np|os_unfair_lock_\w+|pthread_f?chdir_np)$/,
    macos: "10.12",
    ios: "10.0",
    what: "the C library",
  },
  {
    library: SYSTEM,
    symbols:
      /^(?:openat|faccessat|fchmodat|fchownat|fdopendir|fstatat|linkat|mkdirat|readlinkat|renameat|symlinkat|unlinkat|getattrlistat)(?:\$[A-Z0-9]+)?$/,
    macos: "10.10",
    ios: "8.0",
    what: "the C library",
  },
  // Accelerate
  {
    library: /^\/System\/Library\/Frameworks\/Accelerate\.framework\//,
    symbols: /\$NEWLAPACK(?:\$ILP64)?$/,
    macos: "13.3",
    ios: "16.4",
    what: "Accelerate's newer LAPACK",
  },
];

/** System libraries that came after macOS 10.9, by install name. */
export const DATED_LIBRARIES: readonly {
  readonly library: RegExp;
  readonly macos: string;
}[] = [
  { library: /^\/usr\/lib\/swift\/libswift_Concurrency\.dylib$/, macos: "12.0" },
  { library: /^\/usr\/lib\/swift\//, macos: "10.14" },
  { library: /^\/usr\/lib\/libcompression\.dylib$/, macos: "10.11" },
  ...framework("11.0", "MLCompute", "MetalPerformanceShadersGraph", "UniformTypeIdentifiers"),
  ...framework("10.15", "AuthenticationServices", "BackgroundTasks", "CryptoKit", "Speech"),
  ...framework("10.14", "Network", "NaturalLanguage", "UserNotifications"),
  ...framework("10.13", "CoreML", "MetalPerformanceShaders", "PDFKit", "Vision"),
  ...framework("10.11", "Metal", "MetalKit", "ModelIO", "Contacts"),
];

function framework(
  macos: string,
  ...names: readonly string[]
): readonly { readonly library: RegExp; readonly macos: string }[] {
  return names.map((name) => ({
    library: new RegExp(`^/System/Library/Frameworks/${name}\\.framework/`),
    macos,
  }));
}
