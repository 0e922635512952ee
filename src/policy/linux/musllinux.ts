/**
 * musllinux (PEP 656): what tells musl 1.2 from musl 1.1.
 *
 * musl has no symbol versions, so the only evidence is a symbol that 1.1 does not have.
 */

/**
 * Functions that exist since some musl 1.2.x and in no 1.1.x (musl's WHATSNEW): 1.2.2 `_Fork`,
 * `gettid`, `reallocarray`, `tcgetwinsize`, `tcsetwinsize`; 1.2.3 `pthread_getname_np`, `qsort_r`;
 * 1.2.5 `preadv2`, `pwritev2`, `statx`; 1.2.6 `posix_getdents`, `renameat2`.
 */
const NEW_FUNCTIONS: readonly string[] = [
  "_Fork",
  "gettid",
  "posix_getdents",
  "preadv2",
  "pthread_getname_np",
  "pwritev2",
  "qsort_r",
  "reallocarray",
  "renameat2",
  "statx",
  "tcgetwinsize",
  "tcsetwinsize",
];

/**
 * The functions with a 64-bit `time_t` on 32-bit architectures, new in 1.2.0: headers redirect the
 * plain names to these.
 */
const TIME64: readonly string[] = [
  ..."adjtime clock_adjtime clock_gettime clock_settime ctime difftime ftime gmtime localtime"
    .split(" ")
    .map((name) => `__${name}64`),
  ..."mktime stime time timer_gettime timer_settime timerfd_gettime timerfd_settime utime"
    .split(" ")
    .map((name) => `__${name}64`),
  ..."ctime gmtime localtime".split(" ").map((name) => `__${name}64_r`),
  ...(
    "adjtimex aio_suspend clock_getres clock_nanosleep cnd_timedwait dlsym fstat fstatat futimens " +
    "futimes futimesat getitimer getrusage gettimeofday lstat lutimes mq_timedreceive mq_timedsend " +
    "mtx_timedlock nanosleep ppoll pselect pthread_cond_timedwait pthread_mutex_timedlock " +
    "pthread_rwlock_timedrdlock pthread_rwlock_timedwrlock pthread_timedjoin_np recvmmsg " +
    "sched_rr_get_interval select sem_timedwait semtimedop setitimer settimeofday sigtimedwait stat " +
    "thrd_sleep timegm timespec_get utimensat utimes wait3 wait4"
  )
    .split(" ")
    .map((name) => `__${name}_time64`),
];

/** Symbols that a wheel for musllinux_1_1 must not import from libc. */
export const MUSL_1_2_SYMBOLS: ReadonlySet<string> = new Set([...NEW_FUNCTIONS, ...TIME64]);
