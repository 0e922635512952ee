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
 * - Objective-C: clang, `ObjCRuntime.h`, which says what it calls for which target; objc4,
 *   `objc-internal.h`;
 * - C library: `macos-libsystem.ts`;
 * - Accelerate: numpy#25026;
 * - system libraries and frameworks: the first SDK that has a stub of each, of those for macOS 10.10
 *   to 11.3.
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
const LIBOBJC = /^\/usr\/lib\/libobjc(?:\.A)?\.dylib$/;

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
  // Objective-C
  {
    library: LIBOBJC,
    symbols: /^objc_(?:claimAutoreleasedReturnValue|(?:retain|release)_x\d+)$/,
    macos: "13.0",
    ios: "16.0",
    what: "the Objective-C runtime",
  },
  {
    library: LIBOBJC,
    symbols: /^objc_opt_(?:class|isKindOfClass|new|respondsToSelector|self)$/,
    macos: "10.15",
    ios: "13.0",
    what: "the Objective-C runtime",
  },
  {
    library: LIBOBJC,
    symbols: /^objc_alloc_init$/,
    macos: "10.14",
    ios: "12.2",
    what: "the Objective-C runtime",
  },
  {
    library: LIBOBJC,
    symbols: /^objc_unsafeClaimAutoreleasedReturnValue$/,
    macos: "10.11",
    ios: "9.0",
    what: "the Objective-C runtime",
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

/**
 * What libraries have exported since macOS 10.9 or before; `undefined` in {@link DATED_SYMBOLS} and
 * here means that nobody knows. libc++ is complete above, so the rest of it is old.
 */
export const LASTING_SYMBOLS: readonly { readonly library: RegExp; readonly symbols: RegExp }[] = [
  { library: LIBCXX, symbols: /^/ },
  {
    // objc4-551 of 10.9, `runtime.h`, `objc-exception.h`, `objc-sync.h`; clang's calls for ARC.
    library: LIBOBJC,
    symbols:
      /^(?:OBJC_(?:META)?CLASS_\$_(?:NSObject|Object|Protocol)|OBJC_EHTYPE_id|_objc_empty_(?:cache|vtable)|__objc_personality_v0|objc_msgSend(?:Super2?|_[fs]p2?ret|Super2?_stret|_stret)?|objc_(?:alloc|allocWithZone|autorelease|autorelease(?:PoolPop|PoolPush|ReturnValue)|begin_catch|end_catch|exception_(?:throw|rethrow|match)|terminate|enumerationMutation|retain|release|retainAutorelease(?:ReturnValue|dReturnValue)?|retainAutoreleasedReturnValue|retainBlock|storeStrong|storeWeak|initWeak|loadWeak|loadWeakRetained|copyWeak|moveWeak|destroyWeak|getProperty|setProperty(?:_(?:non)?atomic(?:_copy)?)?|copyStruct|(?:get|set)AssociatedObject|removeAssociatedObjects|getClass|getMetaClass|getRequiredClass|lookUpClass|getClassList|copyClassList|getProtocol|copyProtocolList|allocateClassPair|registerClassPair|disposeClassPair|allocateProtocol|registerProtocol|sync_(?:enter|exit)|setUncaughtExceptionHandler|constructInstance|destructInstance|getFutureClass)|class_(?:add|get|copy|replace)(?:Method|MethodImplementation|InstanceMethod|ClassMethod|Ivar|IvarList|Property|PropertyList|Protocol|ProtocolList|MethodList|InstanceVariable|InstanceSize|ClassVariable|Name|Superclass|Version|IvarLayout)|class_(?:conformsToProtocol|createInstance|isMetaClass|respondsToSelector|setIvarLayout|setVersion)|imp_(?:implementationWithBlock|getBlock|removeBlock)|ivar_get(?:Name|Offset|TypeEncoding)|method_(?:copyArgumentType|copyReturnType|exchangeImplementations|getArgumentType|getDescription|getImplementation|getName|getNumberOfArguments|getReturnType|getTypeEncoding|invoke|setImplementation)|object_(?:copy|dispose|get(?:Class|ClassName|IndexedIvars|InstanceVariable|Ivar)|set(?:Class|InstanceVariable|Ivar))|property_(?:copyAttributeList|copyAttributeValue|getAttributes|getName)|protocol_(?:addMethodDescription|addProperty|addProtocol|conformsToProtocol|copy(?:MethodDescription|Property|Protocol)List|getMethodDescription|getName|getProperty|isEqual)|sel_(?:getName|getUid|isEqual|registerName|isMapped))$/,
  },
  {
    // zlib 1.2.5, which 10.9 has.
    library: /^\/usr\/lib\/libz\.(?:1\.)?(?:[\d.]+\.)?dylib$/,
    symbols:
      /^(?:adler32(?:_combine)?|compress2?|compressBound|crc32(?:_combine)?|get_crc_table|deflate(?:Bound|Copy|End|Init2?_|Params|Prime|Reset|SetDictionary|SetHeader|Tune)?|inflate(?:Back(?:End|Init_)?|Copy|End|GetHeader|Init2?_|Mark|Prime|Reset2?|SetDictionary|Sync|SyncPoint|Undermine)?|gz(?:buffer|clearerr|close|close_[rw]|direct|dopen|eof|error|flush|getc|gets|offset|open|printf|putc|puts|read|rewind|seek|setparams|tell|ungetc|write)|uncompress|zError|zlibCompileFlags|zlibVersion)$/,
  },
  // bzip2 1.0.6 and libiconv 1.11 are what 10.9 has, and their interfaces are older.
  { library: /^\/usr\/lib\/libbz2\.1\.0(?:\.\d+)?\.dylib$/, symbols: /^BZ2_/ },
  {
    library: /^\/usr\/lib\/libiconv\.2(?:\.[\d.]+)?\.dylib$/,
    symbols: /^(?:iconv(?:_open|_close|ctl|_canonicalize)?|libiconv(?:_open|_close|ctl|list|_set_relocation_prefix)?|_libiconv_version)$/,
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
  ...framework("10.13", "CoreML", "MetalPerformanceShaders", "Vision"),
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
