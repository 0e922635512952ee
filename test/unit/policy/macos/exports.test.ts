import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { LIBSYSTEM_ALWAYS, LIBSYSTEM_SINCE } from "../../../../src/policy/data/macos-libsystem.ts";
import {
  hasKnownExports,
  introducedIn,
  libraryIntroducedIn,
  mayBeMissing,
} from "../../../../src/policy/macos/exports.ts";
import { printSystemVersion } from "../../../../src/policy/macos/version.ts";

const LIBCXX = "/usr/lib/libc++.1.dylib";
const SYSTEM = "/usr/lib/libSystem.B.dylib";
const OBJC = "/usr/lib/libobjc.A.dylib";
const ACCELERATE = "/System/Library/Frameworks/Accelerate.framework/Versions/A/Accelerate";

function since(library: string, name: string, system: "macos" | "ios" = "macos"): string {
  const found = introducedIn(library, name, system);
  if (found === undefined) return "always";
  return found.since === null ? "unknown" : printSystemVersion(found.since);
}

describe("the system that first exports a symbol", () => {
  const cases: readonly (readonly [library: string, symbol: string, macos: string])[] = [
    [LIBCXX, "_ZNKSt3__14__fs10filesystem4path11__extensionEv", "10.15"],
    [LIBCXX, "_ZTVNSt3__14__fs10filesystem16filesystem_errorE", "10.15"],
    [LIBCXX, "_ZNSt3__16__itoa8__u64toaEmPc", "10.15"],
    [LIBCXX, "_ZNSt3__120__libcpp_atomic_waitEPVKvx", "11.0"],
    [LIBCXX, "_ZNSt3__134__construct_barrier_algorithm_baseERl", "11.0"],
    [LIBCXX, "_ZNKSt3__115basic_stringbufIcNS_11char_traitsIcEENS_9allocatorIcEEE3strEv", "12.3"],
    [LIBCXX, "_ZNSt3__113basic_filebufIcNS_11char_traitsIcEEE4openEPKcj", "12.3"],
    [LIBCXX, "_ZTTNSt3__114basic_ifstreamIcNS_11char_traitsIcEEEE", "12.3"],
    [
      LIBCXX,
      "_ZTCNSt3__118basic_stringstreamIcNS_11char_traitsIcEENS_9allocatorIcEEEE16_NS_13basic_ostreamIcS2_EE",
      "12.3",
    ],
    [LIBCXX, "_ZNSt3__122__libcpp_verbose_abortEPKcz", "13.4"],
    [LIBCXX, "_ZNSt3__18to_charsEPcS0_dNS_12chars_formatEi", "13.4"],
    [LIBCXX, "_ZNSt3__117bad_function_callD1Ev", "13.4"],
    [LIBCXX, "_ZTVNSt3__13pmr25monotonic_buffer_resourceE", "14.0"],
    [LIBCXX, "_ZNSt3__13pmr20get_default_resourceEv", "14.0"],
    ["/usr/lib/libc++abi.dylib", "__cxa_init_primary_exception", "15.0"],
    [LIBCXX, "_ZNSt3__127__from_chars_floating_pointIdEENS_19__from_chars_resultIT_EE", "unknown"],
    [LIBCXX, "_ZNSt3__113__hash_memoryEPKvm", "unknown"],
    [LIBCXX, "_ZnwmSt11align_val_t", "10.13"],
    [LIBCXX, "_ZdlPvSt11align_val_t", "10.13"],
    [LIBCXX, "_ZNSt18bad_variant_accessD1Ev", "10.13"],
    [LIBCXX, "_ZTISt19bad_optional_access", "10.13"],
    [LIBCXX, "_ZNSt3__119__shared_mutex_base11lock_sharedEv", "10.12"],
    [SYSTEM, "___chkstk_darwin", "10.15"],
    [SYSTEM, "clock_gettime", "10.12"],
    [SYSTEM, "futimens", "10.13"],
    [SYSTEM, "preadv", "11.0"],
    [SYSTEM, "openat", "10.10"],
    [SYSTEM, "fdopendir$INODE64", "10.10"],
    [SYSTEM, "dispatch_assert_queue$V2", "10.12"],
    [SYSTEM, "os_unfair_lock_trylock", "10.12"],
    [SYSTEM, "pthread_jit_write_protect_np", "11.0"],
    [SYSTEM, "mkfifoat", "13.0"],
    [SYSTEM, "strchrnul", "15.4"],
    [SYSTEM, "pipe2", "27.0"],
    [OBJC, "objc_alloc_init", "10.14"],
    [OBJC, "objc_opt_class", "10.15"],
    [OBJC, "objc_retain_x19", "13.0"],
    [ACCELERATE, "cblas_dgemm$NEWLAPACK", "13.3"],
    [ACCELERATE, "dgesv$NEWLAPACK$ILP64", "13.3"],
    // What every system has.
    [
      LIBCXX,
      "_ZNSt3__112basic_stringIcNS_11char_traitsIcEENS_9allocatorIcEEE6appendEPKc",
      "always",
    ],
    [LIBCXX, "_Znwm", "always"],
    [LIBCXX, "_ZNSt3__18to_charsEPcS0_i", "always"],
    [SYSTEM, "malloc", "always"],
    [ACCELERATE, "cblas_dgemm", "always"],
    // The same name elsewhere is another thing.
    ["@rpath/libc++.1.dylib", "_ZNSt3__113__hash_memoryEPKvm", "always"],
    ["/opt/homebrew/lib/libfoo.dylib", "clock_gettime", "always"],
  ];
  for (const [library, symbol, macos] of cases) {
    it(`is ${macos} for ${symbol} of ${library}`, () => {
      expect(since(library, symbol)).toBe(macos);
      if (macos !== "always") expect(mayBeMissing(library, symbol)).toBe(true);
    });
  }

  it("has another number on iOS", () => {
    expect(since(LIBCXX, "_ZNSt3__13pmr20get_default_resourceEv", "ios")).toBe("17.0");
    expect(since(SYSTEM, "clock_gettime", "ios")).toBe("10.0");
  });

  it("is no question for what every system has", () => {
    const names: readonly (readonly [library: string, names: readonly string[]])[] = [
      [
        SYSTEM,
        ["malloc", "read$NOCANCEL", "readdir$INODE64", "_tlv_bootstrap", "__stack_chk_fail"],
      ],
      [LIBCXX, ["_Znwm", "_ZNSt3__15mutex4lockEv"]],
      [OBJC, ["objc_msgSend", "objc_retainAutoreleasedReturnValue", "OBJC_CLASS_$_NSObject"]],
      ["/usr/lib/libz.1.dylib", ["inflate", "deflateInit2_", "gzopen"]],
      ["/usr/lib/libbz2.1.0.dylib", ["BZ2_bzCompress"]],
      ["/usr/lib/libiconv.2.dylib", ["iconv_open", "libiconv"]],
    ];
    for (const [library, lasting] of names) {
      expect(hasKnownExports(library)).toBe(true);
      for (const name of lasting) expect(mayBeMissing(library, name), name).toBe(false);
    }
  });

  it("is open for what no list has, and where there is no list", () => {
    expect(mayBeMissing(SYSTEM, "recvmsg_x")).toBe(true);
    expect(since(SYSTEM, "recvmsg_x")).toBe("always");
    expect(mayBeMissing("/usr/lib/libz.1.dylib", "inflateSomething")).toBe(true);
    expect(hasKnownExports("/usr/lib/libcups.2.dylib")).toBe(false);
    expect(mayBeMissing("/usr/lib/libcups.2.dylib", "ppdClose")).toBe(false);
    expect(hasKnownExports("@rpath/libSystem.B.dylib")).toBe(false);
  });

  const framework = (name: string, version = "A"): string =>
    `/System/Library/Frameworks/${name}.framework/Versions/${version}/${name}`;
  const inFrameworks: readonly (readonly [string, string, string | null])[] = [
    ["CoreFoundation", "CFStringCreateWithCString", null],
    ["CoreFoundation", "__CFConstantStringClassReference", null],
    ["CoreFoundation", "CFStringCreateStringWithValidatedFormat", "13.0"],
    ["CoreFoundation", "OBJC_CLASS_$_NSConstantArray", "11.0"],
    ["AppKit", "OBJC_CLASS_$_NSView", null],
    ["AppKit", "OBJC_METACLASS_$_NSView", null],
    ["AppKit", "OBJC_IVAR_$_NSView._frame", null],
    ["AppKit", ".objc_class_name_NSView", null],
    ["AppKit", "OBJC_CLASS_$_NSVisualEffectView", "10.10"],
    ["AppKit", "NSAppearanceNameDarkAqua", "10.14"],
    ["Security", "SecItemCopyMatching", null],
    ["Security", "SSLHandshake", null],
    ["Security", "SecTrustEvaluateWithError", "10.14"],
    ["IOKit", "IOServiceMatching", null],
    ["IOKit", "IOMainPort", "12.0"],
    ["SystemConfiguration", "SCDynamicStoreCopyProxies", null],
    ["Metal", "MTLCreateSystemDefaultDevice", "10.11"],
    ["Accelerate", "vDSP_dotpr", null],
    ["Accelerate", "cblas_dgemm", null],
    ["Accelerate", "dgetrf_", null],
    ["Accelerate", "dgetrf$NEWLAPACK", "13.3"],
    // An umbrella hands on what others define.
    ["ApplicationServices", "CGContextDrawImage", null],
    ["CoreServices", "FSEventStreamCreate", null],
    ["CoreServices", "LSCopyDefaultApplicationURLForURL", "10.10"],
  ];
  for (const [name, symbol, macos] of inFrameworks) {
    it(`is ${macos ?? "that of all"} for ${symbol} of ${name}`, () => {
      const library = framework(name, name === "AppKit" ? "C" : "A");
      expect(hasKnownExports(library)).toBe(true);
      expect(since(library, symbol)).toBe(macos ?? "always");
      expect(mayBeMissing(library, symbol)).toBe(macos !== null);
    });
  }

  it("is open for a name that no header of a framework declares, and for those of iOS", () => {
    expect(mayBeMissing(framework("AppKit", "C"), "_NSKillRing")).toBe(true);
    expect(since(framework("AppKit", "C"), "_NSKillRing")).toBe("always");
    const ios = "/System/Library/Frameworks/CoreFoundation.framework/CoreFoundation";
    expect(hasKnownExports(ios)).toBe(false);
    expect(since(ios, "CFStringCreateStringWithValidatedFormat", "ios")).toBe("always");
  });

  it("follows the release of a library that others make", () => {
    const sqlite = "/usr/lib/libsqlite3.dylib";
    expect(mayBeMissing(sqlite, "sqlite3_prepare_v2")).toBe(false);
    expect(since(sqlite, "sqlite3_close_v2")).toBe("10.10");
    expect(since(sqlite, "sqlite3_prepare_v3")).toBe("10.14");
    expect(since("/usr/lib/libcurl.4.dylib", "curl_mime_init")).toBe("10.15");
    expect(since("/usr/lib/libz.1.dylib", "inflateValidate")).toBe("10.13");
  });

  it("is, for every name of every framework, the one that the list beside the script has", () => {
    const text = readFileSync("scripts/macos-frameworks.txt", "utf8");
    let date = "";
    let names = 0;
    const others: string[] = [];
    for (const line of text.trimEnd().split("\n")) {
      if (line.startsWith("# ")) {
        date = line.slice(2);
        continue;
      }
      if (date === "frameworks") continue;
      names += 1;
      const found = since(framework("SearchKit"), line);
      if (found !== (date === "10.9" ? "always" : date)) others.push(line);
    }
    expect(names).toBeGreaterThan(15_000);
    expect(others).toEqual([]);
  });

  it("is told once: no name is old and new", () => {
    const old = new Set(LIBSYSTEM_ALWAYS.trim().split(/\s+/));
    const dated = LIBSYSTEM_SINCE.flatMap(({ names }) => names.trim().split(/\s+/));
    expect(dated.filter((name) => old.has(name))).toEqual([]);
    expect(new Set(dated).size).toBe(dated.length);
    expect(old.size).toBeGreaterThan(2000);
  });
});

describe("the system that first has a library", () => {
  it("is known where it came after macOS 10.9", () => {
    const metal = "/System/Library/Frameworks/Metal.framework/Versions/A/Metal";
    expect(libraryIntroducedIn(metal)).toEqual({ major: 10, minor: 11 });
    expect(libraryIntroducedIn("/usr/lib/swift/libswiftCore.dylib")?.minor).toBe(14);
    expect(libraryIntroducedIn("/usr/lib/swift/libswift_Concurrency.dylib")?.major).toBe(12);
    expect(libraryIntroducedIn(ACCELERATE)).toBeUndefined();
    expect(libraryIntroducedIn(SYSTEM)).toBeUndefined();
  });
});
