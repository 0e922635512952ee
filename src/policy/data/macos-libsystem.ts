/**
 * The C library and what else libSystem exports, by the system that first has it.
 *
 * Sources, all Apple's: the headers of the SDKs for macOS 10.15 to 27 (`API_AVAILABLE`,
 * `__OSX_AVAILABLE_STARTING` and their kin, `os/log.h`, `os/signpost.h`, `os/os_sync_wait_on_address.h`)
 * and the stub libraries `libSystem.tbd` of the same SDKs, `$ld$hide` entries included. A name that a
 * header gives no date is old when the stub for 10.15 has it, and of 11.0 when only the next one does.
 * Where a stub contradicts a header, the stub is right. Names that are in none of the lists are not
 * known: nothing is said of them.
 */

export interface SystemSymbols {
  readonly macos: string;
  readonly ios: string;
  /** As C spells them, without `$INODE64` and other variants; separated by white space. */
  readonly names: string;
}

/** What came after macOS 10.9. */
export const LIBSYSTEM_SINCE: readonly SystemSymbols[] = [
  {
    macos: "10.10",
    ios: "8.0",
    names: `
      CCRandomGenerateBytes dispatch_block_cancel dispatch_block_create
      dispatch_block_create_with_qos_class dispatch_block_notify dispatch_block_perform
      dispatch_block_testcancel dispatch_block_wait dispatch_queue_attr_make_with_qos_class
      dispatch_queue_get_qos_class faccessat fchmodat fchownat fdopendir fstatat getattrlistat
      getattrlistbulk linkat mach_approximate_time mkdirat openat os_release os_retain
      pthread_attr_get_qos_class_np pthread_attr_set_qos_class_np pthread_get_qos_class_np
      pthread_override_qos_class_end_np pthread_override_qos_class_start_np
      pthread_set_qos_class_self_np qos_class_main qos_class_self readlinkat renameat
      symlinkat unlinkat
    `,
  },
  {
    macos: "10.11",
    ios: "9.0",
    names: `
      __extendhfsf2 __truncdfhf2 __truncsfhf2 atomic_flag_clear atomic_flag_clear_explicit
      atomic_flag_test_and_set atomic_flag_test_and_set_explicit atomic_signal_fence
      atomic_thread_fence connectx disconnectx
    `,
  },
  {
    macos: "10.12",
    ios: "10.0",
    names: `
      _os_activity_create _os_activity_current _os_activity_initiate_f _os_activity_none
      _os_log_debug_impl _os_log_default _os_log_error_impl _os_log_fault_impl _os_log_impl
      basename_r clock_getres clock_gettime clock_gettime_nsec_np clock_settime clonefile
      clonefileat dirname_r dispatch_activate dispatch_assert_queue
      dispatch_assert_queue_barrier dispatch_assert_queue_not
      dispatch_queue_attr_make_initially_inactive
      dispatch_queue_attr_make_with_autorelease_frequency dispatch_queue_create_with_target
      fclonefileat getentropy mach_continuous_approximate_time mach_continuous_time mkostemp
      mkostemps mkpathat_np os_activity_scope_enter os_activity_scope_leave os_log_create
      os_log_type_enabled os_unfair_lock_assert_not_owner os_unfair_lock_assert_owner
      os_unfair_lock_lock os_unfair_lock_trylock os_unfair_lock_unlock renameatx_np renamex_np
      timingsafe_bcmp
    `,
  },
  {
    macos: "10.13",
    ios: "11.0",
    names: `
      fmemopen fmount futimens getmntinfo_r_np mkdtempat_np mkostempsat_np mkstempsat_np
      open_memstream open_wmemstream pthread_mutexattr_getpolicy_np ptsname_r setattrlistat
      utimensat
    `,
  },
  {
    macos: "10.14",
    ios: "12.0",
    names: `
      _os_signpost_emit_with_name_impl backtrace_from_fp backtrace_image_offsets
      dispatch_async_and_wait dispatch_async_and_wait_f dispatch_barrier_async_and_wait
      dispatch_barrier_async_and_wait_f dispatch_set_qos_class_floor dispatch_workloop_create
      dispatch_workloop_create_inactive dispatch_workloop_set_autorelease_frequency
      os_signpost_enabled os_signpost_id_generate os_signpost_id_make_with_pointer
    `,
  },
  {
    macos: "10.15",
    ios: "13.0",
    names: `
      ___chkstk_darwin __chkstk_darwin __darwin_check_fd_set_overflow aligned_alloc
      posix_spawn_file_actions_addchdir_np posix_spawn_file_actions_addfchdir_np rpmatch
      timespec_get
    `,
  },
  {
    macos: "11.0",
    ios: "14.0",
    names: `
      _dyld_shared_cache_contains_path dispatch_workloop_set_os_workgroup os_workgroup_cancel
      os_workgroup_copy_port os_workgroup_create_with_port os_workgroup_create_with_workgroup
      os_workgroup_get_working_arena os_workgroup_interval_finish os_workgroup_interval_start
      os_workgroup_interval_update os_workgroup_join os_workgroup_leave
      os_workgroup_max_parallel_threads os_workgroup_parallel_create
      os_workgroup_set_working_arena os_workgroup_testcancel posix_spawnattr_getarchpref_np
      posix_spawnattr_set_csm_np posix_spawnattr_setarchpref_np posix_spawnattr_setnosmt_np
      preadv pthread_cpu_number_np pthread_jit_write_protect_np
      pthread_jit_write_protect_supported_np pwritev strsignal_r strtonum
    `,
  },
  {
    macos: "12.0",
    ios: "15.0",
    names: `
      backtrace_async
    `,
  },
  {
    macos: "12.1",
    ios: "15.2",
    names: `
      pthread_jit_write_freeze_callbacks_np
    `,
  },
  {
    macos: "13.0",
    ios: "16.0",
    names: `
      _dyld_get_dlopen_image_header freadlink macho_arch_name_for_cpu_type
      macho_arch_name_for_mach_header macho_best_slice macho_best_slice_in_fd
      macho_cpu_type_for_arch_name macho_for_each_slice macho_for_each_slice_in_fd mkfifoat
      mknodat
    `,
  },
  {
    macos: "14.0",
    ios: "17.0",
    names: `
      malloc_type_aligned_alloc malloc_type_calloc malloc_type_free malloc_type_malloc
      malloc_type_posix_memalign malloc_type_realloc malloc_type_valloc
      malloc_type_zone_calloc malloc_type_zone_free malloc_type_zone_malloc
      malloc_type_zone_memalign malloc_type_zone_realloc malloc_type_zone_valloc
    `,
  },
  {
    macos: "14.4",
    ios: "17.4",
    names: `
      dispatch_allow_send_signals os_sync_wait_on_address
      os_sync_wait_on_address_with_deadline os_sync_wait_on_address_with_timeout
      os_sync_wake_by_address_all os_sync_wake_by_address_any
    `,
  },
  {
    macos: "15.0",
    ios: "18.0",
    names: `
      os_unfair_lock_lock_with_flags
    `,
  },
  {
    macos: "15.4",
    ios: "18.4",
    names: `
      strchrnul
    `,
  },
  {
    macos: "26.0",
    ios: "26.0",
    names: `
      funmount malloc_type_zone_malloc_with_options malloc_zone_malloc_with_options
      posix_spawn_file_actions_addchdir posix_spawn_file_actions_addfchdir
      posix_spawnattr_set_4k_page_size_np
    `,
  },
  {
    macos: "26.4",
    ios: "26.4",
    names: `
      fdclosedir fdscandir fdscandir_b scandirat scandirat_b
    `,
  },
  {
    macos: "27.0",
    ios: "27.0",
    names: `
      dup3 fchflagsat getumask pipe2
    `,
  },
];

/** What every system has had since macOS 10.9 or before. */
export const LIBSYSTEM_ALWAYS = `
CCCalibratePBKDF CCCrypt CCCryptorCreate CCCryptorCreateFromData CCCryptorCreateWithMode
CCCryptorFinal CCCryptorGetOutputLength CCCryptorRelease CCCryptorReset CCCryptorUpdate CCHmac
CCHmacFinal CCHmacInit CCHmacUpdate CCKeyDerivationPBKDF CCSymmetricKeyUnwrap CCSymmetricKeyWrap
CCSymmetricUnwrappedSize CCSymmetricWrappedSize CC_MD2 CC_MD2_Final CC_MD2_Init CC_MD2_Update CC_MD4
CC_MD4_Final CC_MD4_Init CC_MD4_Update CC_MD5 CC_MD5_Final CC_MD5_Init CC_MD5_Update CC_SHA1
CC_SHA1_Final CC_SHA1_Init CC_SHA1_Update CC_SHA224 CC_SHA224_Final CC_SHA224_Init CC_SHA224_Update
CC_SHA256 CC_SHA256_Final CC_SHA256_Init CC_SHA256_Update CC_SHA384 CC_SHA384_Final CC_SHA384_Init
CC_SHA384_Update CC_SHA512 CC_SHA512_Final CC_SHA512_Init CC_SHA512_Update CCrfc3394_iv
CCrfc3394_ivLen DNSServiceAddRecord DNSServiceBrowse DNSServiceConstructFullName
DNSServiceCreateConnection DNSServiceEnumerateDomains DNSServiceGetAddrInfo DNSServiceGetProperty
DNSServiceNATPortMappingCreate DNSServiceProcessResult DNSServiceQueryRecord
DNSServiceReconfirmRecord DNSServiceRefDeallocate DNSServiceRefSockFD DNSServiceRegister
DNSServiceRegisterRecord DNSServiceRemoveRecord DNSServiceResolve DNSServiceSetDispatchQueue
DNSServiceUpdateRecord MD5Final NDR_record NSAddImage NSAddLibrary NSAddLibraryWithSearching
NSAddressOfSymbol NSCreateObjectFileImageFromFile NSCreateObjectFileImageFromMemory
NSDestroyObjectFileImage NSGetSectionDataInObjectFileImage NSInstallLinkEditErrorHandlers
NSIsSymbolDefinedInObjectFileImage NSIsSymbolNameDefined NSIsSymbolNameDefinedInImage
NSIsSymbolNameDefinedWithHint NSLibraryNameForModule NSLinkEditError NSLinkModule
NSLookupAndBindSymbol NSLookupAndBindSymbolWithHint NSLookupSymbolInImage NSLookupSymbolInModule
NSModuleForSymbol NSNameOfModule NSNameOfSymbol NSSymbolDefinitionCountInObjectFileImage
NSSymbolDefinitionNameInObjectFileImage NSSymbolReferenceCountInObjectFileImage
NSSymbolReferenceNameInObjectFileImage NSUnLinkModule NSVersionOfLinkTimeLibrary
NSVersionOfRunTimeLibrary NXCombineCpuSubtypes NXFindBestFatArch NXFindBestFatArch_64 NXFreeArchInfo
NXGetAllArchInfos NXGetArchInfoFromCpuType NXGetArchInfoFromName NXGetLocalArchInfo OSAtomicAdd32
OSAtomicAdd32Barrier OSAtomicAdd64 OSAtomicAdd64Barrier OSAtomicAnd32 OSAtomicAnd32Barrier
OSAtomicAnd32Orig OSAtomicAnd32OrigBarrier OSAtomicCompareAndSwap32 OSAtomicCompareAndSwap32Barrier
OSAtomicCompareAndSwap64 OSAtomicCompareAndSwap64Barrier OSAtomicCompareAndSwapInt
OSAtomicCompareAndSwapIntBarrier OSAtomicCompareAndSwapLong OSAtomicCompareAndSwapLongBarrier
OSAtomicCompareAndSwapPtr OSAtomicCompareAndSwapPtrBarrier OSAtomicDecrement32
OSAtomicDecrement32Barrier OSAtomicDecrement64 OSAtomicDecrement64Barrier OSAtomicDequeue
OSAtomicEnqueue OSAtomicFifoDequeue OSAtomicFifoEnqueue OSAtomicIncrement32
OSAtomicIncrement32Barrier OSAtomicIncrement64 OSAtomicIncrement64Barrier OSAtomicOr32
OSAtomicOr32Barrier OSAtomicOr32Orig OSAtomicOr32OrigBarrier OSAtomicTestAndClear
OSAtomicTestAndClearBarrier OSAtomicTestAndSet OSAtomicTestAndSetBarrier OSAtomicXor32
OSAtomicXor32Barrier OSAtomicXor32Orig OSAtomicXor32OrigBarrier OSMemoryBarrier OSSpinLockLock
OSSpinLockTry OSSpinLockUnlock TXTRecordContainsKey TXTRecordCreate TXTRecordDeallocate
TXTRecordGetBytesPtr TXTRecordGetCount TXTRecordGetItemAtIndex TXTRecordGetLength
TXTRecordGetValuePtr TXTRecordRemoveValue TXTRecordSetValue _Block_copy _Block_object_assign
_Block_object_dispose _Block_release _CurrentRuneLocale _DefaultRuneLocale _Exit
_FE_DFL_DISABLE_SSE_DENORMS_ENV _FE_DFL_ENV _NSConcreteGlobalBlock _NSConcreteMallocBlock
_NSConcreteStackBlock _NSGetArgc _NSGetArgv _NSGetEnviron _NSGetExecutablePath
_NSGetMachExecuteHeader _NSGetProgname _Unwind_Backtrace _Unwind_DeleteException
_Unwind_FindEnclosingFunction _Unwind_Find_FDE _Unwind_ForcedUnwind _Unwind_GetCFA
_Unwind_GetDataRelBase _Unwind_GetGR _Unwind_GetIP _Unwind_GetIPInfo _Unwind_GetLanguageSpecificData
_Unwind_GetRegionStart _Unwind_GetTextRelBase _Unwind_RaiseException _Unwind_Resume
_Unwind_Resume_or_Rethrow _Unwind_SetGR _Unwind_SetIP ___mb_cur_max ___mb_cur_max_l ___runetype
___runetype_l ___tolower ___tolower_l ___toupper ___toupper_l __absvdi2 __absvsi2 __absvti2
__addvdi3 __addvsi3 __addvti3 __ashldi3 __ashlti3 __ashrdi3 __ashrti3 __assert_rtn
__atomic_compare_exchange __atomic_compare_exchange_1 __atomic_compare_exchange_2
__atomic_compare_exchange_4 __atomic_compare_exchange_8 __atomic_exchange __atomic_exchange_1
__atomic_exchange_2 __atomic_exchange_4 __atomic_exchange_8 __atomic_fetch_add_1
__atomic_fetch_add_2 __atomic_fetch_add_4 __atomic_fetch_add_8 __atomic_fetch_and_1
__atomic_fetch_and_2 __atomic_fetch_and_4 __atomic_fetch_and_8 __atomic_fetch_or_1
__atomic_fetch_or_2 __atomic_fetch_or_4 __atomic_fetch_or_8 __atomic_fetch_sub_1
__atomic_fetch_sub_2 __atomic_fetch_sub_4 __atomic_fetch_sub_8 __atomic_fetch_xor_1
__atomic_fetch_xor_2 __atomic_fetch_xor_4 __atomic_fetch_xor_8 __atomic_load __atomic_load_1
__atomic_load_2 __atomic_load_4 __atomic_load_8 __atomic_store __atomic_store_1 __atomic_store_2
__atomic_store_4 __atomic_store_8 __bt_open __bzero __clear_cache __clzdi2 __clzsi2 __clzti2
__cmpdi2 __cmpti2 __cos_d2 __cos_f4 __cospi __cospif __ctzdi2 __ctzsi2 __ctzti2 __cxa_atexit
__cxa_finalize __dbpanic __deregister_frame __deregister_frame_info __deregister_frame_info_bases
__divdc3 __divdi3 __divsc3 __divti3 __divxc3 __enable_execute_stack __error __exp10 __exp10f
__ffsdi2 __ffsti2 __fixdfdi __fixdfti __fixsfdi __fixsfti __fixunsdfdi __fixunsdfsi __fixunsdfti
__fixunssfdi __fixunssfsi __fixunssfti __fixunsxfdi __fixunsxfsi __fixunsxfti __fixxfdi __fixxfti
__floatdidf __floatdisf __floatdixf __floattidf __floattisf __floattixf __floatundidf __floatundisf
__floatundixf __floatuntidf __floatuntisf __floatuntixf __fpclassifyd __fpclassifyf __fpclassifyl
__gcc_personality_v0 __hash_open __inf __inff __infl __inline_isfinited __inline_isfinitef
__inline_isfinitel __inline_isinfd __inline_isinff __inline_isinfl __inline_isnand __inline_isnanf
__inline_isnanl __inline_isnormald __inline_isnormalf __inline_isnormall __inline_signbitd
__inline_signbitf __inline_signbitl __invert_d2 __invert_d3 __invert_d4 __invert_f2 __invert_f3
__invert_f4 __isctype __isfinited __isfinitef __isfinitel __isinfd __isinff __isinfl __isnand
__isnanf __isnanl __isnormald __isnormalf __isnormall __istype __istype_l __lshrdi3 __lshrti3
__maskrune __maskrune_l __math_errhandling __mb_cur_max __memccpy_chk __memcpy_chk __memmove_chk
__memset_chk __moddi3 __modti3 __muldc3 __muldi3 __mulsc3 __multi3 __mulvdi3 __mulvsi3 __mulvti3
__mulxc3 __nan __negdi2 __negti2 __negvdi2 __negvsi2 __negvti2 __opendir2 __paritydi2 __paritysi2
__parityti2 __popcountdi2 __popcountsi2 __popcountti2 __powidf2 __powisf2 __powixf2 __rec_open
__register_frame __register_frame_info __register_frame_info_bases __register_frame_info_table
__register_frame_info_table_bases __register_frame_table __signbitd __signbitf __signbitl __sin_d2
__sin_f4 __sincos __sincos_stret __sincosf __sincosf_stret __sincospi __sincospi_stret __sincospif
__sincospif_stret __sinpi __sinpif __snprintf_chk __sprintf_chk __srget __stack_chk_fail
__stack_chk_guard __stderrp __stdinp __stdoutp __stpcpy_chk __stpncpy_chk __strcat_chk __strcpy_chk
__strlcat_chk __strlcpy_chk __strncat_chk __strncpy_chk __subvdi3 __subvsi3 __subvti3 __svfscanf
__swbuf __tanpi __tanpif __tolower __tolower_l __toupper __toupper_l __ucmpdi2 __ucmpti2 __udivdi3
__udivmoddi4 __udivmodti4 __udivti3 __umoddi3 __umodti3 __vsnprintf_chk __vsprintf_chk __wcwidth
__wcwidth_l _c_locale _dispatch_data_empty _dispatch_main_q _dispatch_source_type_data_add
_dispatch_source_type_data_or _dispatch_source_type_mach_recv _dispatch_source_type_mach_send
_dispatch_source_type_memorypressure _dispatch_source_type_proc _dispatch_source_type_read
_dispatch_source_type_signal _dispatch_source_type_timer _dispatch_source_type_vnode
_dispatch_source_type_write _dyld_all_twolevel_modules_prebound
_dyld_bind_fully_image_containing_address _dyld_find_unwind_sections _dyld_get_image_header
_dyld_get_image_header_containing_address _dyld_get_image_name _dyld_get_image_vmaddr_slide
_dyld_image_containing_address _dyld_image_count _dyld_launched_prebound _dyld_lookup_and_bind
_dyld_lookup_and_bind_fully _dyld_lookup_and_bind_with_hint _dyld_present
_dyld_register_func_for_add_image _dyld_register_func_for_remove_image _exit _host_page_size
_kernelrpc_mach_port_allocate_trap _kernelrpc_mach_port_construct_trap
_kernelrpc_mach_port_deallocate_trap _kernelrpc_mach_port_destroy_trap
_kernelrpc_mach_port_destruct_trap _kernelrpc_mach_port_extract_member_trap
_kernelrpc_mach_port_get_attributes_trap _kernelrpc_mach_port_guard_trap
_kernelrpc_mach_port_insert_member_trap _kernelrpc_mach_port_insert_right_trap
_kernelrpc_mach_port_mod_refs_trap _kernelrpc_mach_port_move_member_trap
_kernelrpc_mach_port_request_notification_trap _kernelrpc_mach_port_type_trap
_kernelrpc_mach_port_unguard_trap _kernelrpc_mach_vm_allocate_trap
_kernelrpc_mach_vm_deallocate_trap _kernelrpc_mach_vm_map_trap _kernelrpc_mach_vm_protect_trap
_kernelrpc_mach_vm_purgable_control_trap _keymgr_get_and_lock_processwide_ptr
_keymgr_set_and_unlock_processwide_ptr _keymgr_unlock_processwide_ptr _longjmp _res _setjmp
_tlv_atexit _tlv_bootstrap _xpc_bool_false _xpc_bool_true _xpc_error_connection_interrupted
_xpc_error_connection_invalid _xpc_error_key_description _xpc_error_termination_imminent
_xpc_event_key_name _xpc_type_array _xpc_type_bool _xpc_type_connection _xpc_type_data
_xpc_type_date _xpc_type_dictionary _xpc_type_double _xpc_type_endpoint _xpc_type_error _xpc_type_fd
_xpc_type_int64 _xpc_type_null _xpc_type_shmem _xpc_type_string _xpc_type_uint64 _xpc_type_uuid a64l
abort abs accept access accessx_np acct acl_add_flag_np acl_add_perm acl_calc_mask
acl_clear_flags_np acl_clear_perms acl_copy_entry acl_copy_ext acl_copy_ext_native acl_copy_int
acl_copy_int_native acl_create_entry acl_create_entry_np acl_delete_def_file acl_delete_entry
acl_delete_flag_np acl_delete_perm acl_dup acl_free acl_from_text acl_get_entry acl_get_fd
acl_get_fd_np acl_get_file acl_get_flag_np acl_get_flagset_np acl_get_link_np acl_get_perm_np
acl_get_permset acl_get_permset_mask_np acl_get_qualifier acl_get_tag_type acl_init
acl_maximal_permset_mask_np acl_set_fd acl_set_fd_np acl_set_file acl_set_flagset_np acl_set_link_np
acl_set_permset acl_set_permset_mask_np acl_set_qualifier acl_set_tag_type acl_size acl_to_text
acl_valid acl_valid_fd_np acl_valid_file_np acos acosf acosh acoshf acoshl acosl act_get_state
act_set_state addr2ascii adjtime aio_cancel aio_error aio_fsync aio_read aio_return aio_suspend
aio_write alarm alphasort arc4random arc4random_addrandom arc4random_buf arc4random_stir
arc4random_uniform ascii2addr asctime asctime_r asin asinf asinh asinhf asinhl asinl
asl_add_log_file asl_close asl_free asl_get asl_key asl_log asl_new asl_next asl_open
asl_open_from_file asl_remove_log_file asl_search asl_send asl_set asl_set_filter asl_set_query
asl_unset asl_vlog asprintf asprintf_l atan atan2 atan2f atan2l atanf atanh atanhf atanhl atanl
atexit atexit_b atof atof_l atoi atoi_l atol atol_l atoll atoll_l backtrace backtrace_symbols
backtrace_symbols_fd basename bcmp bcopy bind bindresvport bindresvport_sa bootstrap_check_in
bootstrap_look_up bootstrap_port bootstrap_strerror brk bsd_signal bsearch bsearch_b btowc btowc_l
bzero cabs cabsf cabsl cacos cacosf cacosh cacoshf cacoshl cacosl calloc carg cargf cargl casin
casinf casinh casinhf casinhl casinl catan catanf catanh catanhf catanhl catanl catclose catgets
catopen cbrt cbrtf cbrtl ccos ccosf ccosh ccoshf ccoshl ccosl ceil ceilf ceill cexp cexpf cexpl
cfgetispeed cfgetospeed cfmakeraw cfsetispeed cfsetospeed cfsetspeed cgetcap cgetclose cgetent
cgetfirst cgetmatch cgetnext cgetnum cgetset cgetstr cgetustr chdir chflags chmod chmodx_np chown
chroot cimag cimagf cimagl clearerr clock clock_alarm clock_get_attributes clock_get_time
clock_set_attributes clock_set_time clock_sleep clock_sleep_trap clog clogf clogl close closedir
closelog confstr conj conjf conjl connect copyfile copyfile_state_alloc copyfile_state_free
copyfile_state_get copyfile_state_set copysign copysignf copysignl cos cosf cosh coshf coshl cosl
cpow cpowf cpowl cproj cprojf cprojl creal crealf creall creat crypt csin csinf csinh csinhf csinhl
csinl csqrt csqrtf csqrtl ctan ctanf ctanh ctanhf ctanhl ctanl ctermid ctermid_r ctime ctime_r
daemon daylight dbm_clearerr dbm_close dbm_delete dbm_dirfno dbm_error dbm_fetch dbm_firstkey
dbm_nextkey dbm_open dbm_store dbopen debug_control_port_for_pid devname devname_r difftime
digittoint digittoint_l dirfd dirname dispatch_after dispatch_after_f dispatch_apply
dispatch_apply_f dispatch_async dispatch_async_f dispatch_barrier_async dispatch_barrier_async_f
dispatch_barrier_sync dispatch_barrier_sync_f dispatch_data_apply dispatch_data_copy_region
dispatch_data_create dispatch_data_create_concat dispatch_data_create_map
dispatch_data_create_subrange dispatch_data_get_size dispatch_debug dispatch_debugv
dispatch_get_context dispatch_get_current_queue dispatch_get_global_queue dispatch_get_specific
dispatch_group_async dispatch_group_async_f dispatch_group_create dispatch_group_enter
dispatch_group_leave dispatch_group_notify dispatch_group_notify_f dispatch_group_wait
dispatch_io_barrier dispatch_io_close dispatch_io_create dispatch_io_create_with_io
dispatch_io_create_with_path dispatch_io_get_descriptor dispatch_io_read dispatch_io_set_high_water
dispatch_io_set_interval dispatch_io_set_low_water dispatch_io_write dispatch_main dispatch_once
dispatch_once_f dispatch_queue_create dispatch_queue_get_label dispatch_queue_get_specific
dispatch_queue_set_specific dispatch_read dispatch_release dispatch_resume dispatch_retain
dispatch_semaphore_create dispatch_semaphore_signal dispatch_semaphore_wait dispatch_set_context
dispatch_set_finalizer_f dispatch_set_target_queue dispatch_source_cancel dispatch_source_create
dispatch_source_get_data dispatch_source_get_handle dispatch_source_get_mask
dispatch_source_merge_data dispatch_source_set_cancel_handler dispatch_source_set_cancel_handler_f
dispatch_source_set_event_handler dispatch_source_set_event_handler_f
dispatch_source_set_registration_handler dispatch_source_set_registration_handler_f
dispatch_source_set_timer dispatch_source_testcancel dispatch_suspend dispatch_sync dispatch_sync_f
dispatch_time dispatch_walltime dispatch_write div dladdr dlclose dlerror dlopen dlopen_preflight
dlsym dprintf dprintf_l drand48 drem dup dup2 duplocale dyld_stub_binder ecvt encrypt endgrent
endhostent endnetent endnetgrent endprotoent endpwent endrpcent endservent endusershell endutxent
endutxent_wtmp environ erand48 erf erfc erfcf erfcl erff erfl err err_set_exit err_set_exit_b
err_set_file errc errx etap_trace_thread ether_aton ether_hostton ether_line ether_ntoa
ether_ntohost exchangedata execl execle execlp execv execvP execve execvp exit exp exp2 exp2f exp2l
expf expl expm1 expm1f expm1l fabs fabsf fabsl fchdir fchflags fchmod fchmodx_np fchown fclose fcntl
fcopyfile fcvt fdim fdimf fdiml fdopen feclearexcept fegetenv fegetexceptflag fegetround
feholdexcept feof feraiseexcept ferror fesetenv fesetexceptflag fesetround fetestexcept feupdateenv
fflagstostr fflush ffs ffsctl ffsl ffsll fgetattrlist fgetc fgetln fgetpos fgets fgetwc fgetwc_l
fgetwln fgetwln_l fgetws fgetws_l fgetxattr fhopen fileno filesec_dup filesec_free
filesec_get_property filesec_init filesec_query_property filesec_set_property filesec_unset_property
finite flistxattr flock flockfile floor floorf floorl fls flsl flsll fma fmaf fmal fmax fmaxf fmaxl
fmin fminf fminl fmod fmodf fmodl fmtcheck fmtmsg fnmatch fopen fork fpathconf fprintf fprintf_l
fpurge fputc fputs fputwc fputwc_l fputws fputws_l fread free freeaddrinfo freehostent freeifaddrs
freeifmaddrs freelocale fremovexattr freopen frexp frexpf frexpl fscanf fscanf_l fsctl fseek fseeko
fsetattrlist fsetpos fsetxattr fstat fstat64 fstatfs fstatfs64 fstatvfs fstatx64_np fstatx_np fsync
fsync_volume_np ftell ftello ftok ftruncate ftrylockfile fts_children fts_close fts_open fts_open_b
fts_read fts_set ftw funlockfile funopen futimes fwide fwprintf fwprintf_l fwrite fwscanf fwscanf_l
gai_strerror gamma gcvt get_edata get_end get_etext getaddrinfo getattrlist getaudit getaudit_addr
getauid getbsize getc getc_unlocked getchar getchar_unlocked getcontext getcwd getdate getdate_err
getdelim getdirentries getdirentriesattr getdomainname getdtablesize getegid getenv geteuid getfh
getfsstat getfsstat64 getgid getgrent getgrgid getgrgid_r getgrnam getgrnam_r getgrouplist getgroups
getgruuid getgruuid_r gethostbyaddr gethostbyname gethostbyname2 gethostent gethostid gethostname
gethostuuid getifaddrs getifmaddrs getiopolicy_np getipnodebyaddr getipnodebyname
getipv4sourcefilter getitimer getlastlogx getlastlogxbyname getline getloadavg getlogin getlogin_r
getmntinfo getmntinfo64 getmode getnameinfo getnetbyaddr getnetbyname getnetent getnetgrent getopt
getopt_long getopt_long_only getpagesize getpass getpeereid getpeername getpgid getpgrp getpid
getppid getpriority getprogname getprotobyname getprotobynumber getprotoent getpwent getpwnam
getpwnam_r getpwuid getpwuid_r getpwuuid getpwuuid_r getrlimit getrpcbyname getrpcbynumber getrpcent
getrusage gets getsectbyname getsectbynamefromheader getsectbynamefromheader_64
getsectbynamefromheaderwithswap getsectbynamefromheaderwithswap_64 getsectdata
getsectdatafromFramework getsectdatafromheader getsectdatafromheader_64 getsectiondata getsegbyname
getsegmentdata getservbyname getservbyport getservent getsgroups_np getsid getsockname getsockopt
getsourcefilter getsubopt gettimeofday getuid getusershell getutmp getutmpx getutxent getutxent_wtmp
getutxid getutxline getvfsbyname getw getwc getwc_l getwchar getwchar_l getwd getwgroups_np getxattr
glob glob_b globfree gmtime gmtime_r grantpt group_from_gid h_errno hcreate hdestroy heapsort
heapsort_b herror host_check_multiuser_mode host_create_mach_voucher host_create_mach_voucher_trap
host_default_memory_manager host_get_UNDServer host_get_atm_diagnostic_flag host_get_boot_info
host_get_clock_control host_get_clock_service host_get_exception_ports host_get_io_master
host_get_multiuser_config_flags host_get_special_port host_info host_kernel_version
host_lockgroup_info host_page_size host_priv_statistics host_processor_info host_processor_set_priv
host_processor_sets host_processors host_reboot host_register_mach_voucher_attr_manager
host_register_well_known_mach_voucher_attr_manager host_request_notification
host_security_create_task_token host_security_set_task_token host_set_UNDServer
host_set_atm_diagnostic_flag host_set_exception_ports host_set_multiuser_config_flags
host_set_special_port host_statistics host_statistics64 host_swap_exception_ports
host_virtual_physical_table_info hsearch hstrerror htonl htons hypot hypotf hypotl if_freenameindex
if_indextoname if_nameindex if_nametoindex ilogb ilogbf ilogbl imaxabs imaxdiv in6addr_any
in6addr_linklocal_allnodes in6addr_linklocal_allrouters in6addr_linklocal_allv2routers
in6addr_loopback in6addr_nodelocal_allnodes index inet6_opt_append inet6_opt_find inet6_opt_finish
inet6_opt_get_val inet6_opt_init inet6_opt_next inet6_opt_set_val inet6_option_alloc
inet6_option_append inet6_option_find inet6_option_init inet6_option_next inet6_option_space
inet6_rth_add inet6_rth_getaddr inet6_rth_init inet6_rth_reverse inet6_rth_segments inet6_rth_space
inet6_rthdr_add inet6_rthdr_getaddr inet6_rthdr_getflags inet6_rthdr_init inet6_rthdr_lasthop
inet6_rthdr_segments inet6_rthdr_space inet_addr inet_aton inet_lnaof inet_makeaddr inet_net_ntop
inet_net_pton inet_neta inet_netof inet_network inet_nsap_addr inet_nsap_ntoa inet_ntoa inet_ntop
inet_pton initgroups initstate innetgr insque ioctl iruserok iruserok_sa isalnum isalnum_l isalpha
isalpha_l isascii isatty isblank isblank_l iscntrl iscntrl_l isdigit isdigit_l isgraph isgraph_l
ishexnumber ishexnumber_l isideogram isideogram_l isinf islower islower_l isnan isnumber isnumber_l
isphonogram isphonogram_l isprint isprint_l ispunct ispunct_l isrune isrune_l issetugid isspace
isspace_l isspecial isspecial_l isupper isupper_l iswalnum iswalnum_l iswalpha iswalpha_l iswascii
iswblank iswblank_l iswcntrl iswcntrl_l iswctype iswctype_l iswdigit iswdigit_l iswgraph iswgraph_l
iswhexnumber iswhexnumber_l iswideogram iswideogram_l iswlower iswlower_l iswnumber iswnumber_l
iswphonogram iswphonogram_l iswprint iswprint_l iswpunct iswpunct_l iswrune iswrune_l iswspace
iswspace_l iswspecial iswspecial_l iswupper iswupper_l iswxdigit iswxdigit_l isxdigit isxdigit_l j0
j1 jn jrand48 kdebug_signpost kevent kevent64 kext_request kill killpg kmod_control kmod_create
kmod_destroy kmod_get_info kqueue l64a labs launch_data_alloc launch_data_array_get_count
launch_data_array_get_index launch_data_array_set_index launch_data_copy launch_data_dict_get_count
launch_data_dict_insert launch_data_dict_iterate launch_data_dict_lookup launch_data_dict_remove
launch_data_free launch_data_get_bool launch_data_get_errno launch_data_get_fd
launch_data_get_integer launch_data_get_string launch_data_get_type launch_data_new_bool
launch_data_new_fd launch_data_new_integer launch_data_new_string launch_msg lchflags lchmod lchown
lcong48 ldexp ldexpf ldexpl ldiv lfind lgamma lgamma_r lgammaf lgammaf_r lgammal lgammal_r link
link_addr link_ntoa lio_listio listen listxattr llabs lldiv llrint llrintf llrintl llround llroundf
llroundl localeconv localeconv_l localtime localtime_r lock_acquire lock_handoff lock_handoff_accept
lock_make_stable lock_release lock_set_create lock_set_destroy lock_try lockf log log10 log10f
log10l log1p log1pf log1pl log2 log2f log2l logb logbf logbl logf logl longjmp longjmperror lrand48
lrint lrintf lrintl lround lroundf lroundl lsearch lseek lstat lstat64 lstatx64_np lstatx_np lutimes
mach_absolute_time mach_error mach_error_string mach_error_type mach_generate_activity_id
mach_host_self mach_make_memory_entry mach_make_memory_entry_64 mach_memory_info
mach_memory_object_memory_entry mach_memory_object_memory_entry_64 mach_msg mach_msg_destroy
mach_msg_overwrite mach_msg_receive mach_msg_send mach_msg_server mach_msg_server_importance
mach_msg_server_once mach_port_allocate mach_port_allocate_full mach_port_allocate_name
mach_port_allocate_qos mach_port_construct mach_port_deallocate mach_port_destroy mach_port_destruct
mach_port_dnrequest_info mach_port_extract_member mach_port_extract_right mach_port_get_attributes
mach_port_get_context mach_port_get_refs mach_port_get_set_status mach_port_get_srights
mach_port_guard mach_port_guard_with_flags mach_port_insert_member mach_port_insert_right
mach_port_kernel_object mach_port_kobject mach_port_kobject_description mach_port_mod_refs
mach_port_move_member mach_port_names mach_port_peek mach_port_rename mach_port_request_notification
mach_port_set_attributes mach_port_set_context mach_port_set_mscount mach_port_set_seqno
mach_port_space_basic_info mach_port_space_info mach_port_swap_guard mach_port_type
mach_port_unguard mach_ports_lookup mach_ports_register mach_task_self_ mach_thread_self
mach_timebase_info mach_vm_allocate mach_vm_behavior_set mach_vm_copy mach_vm_deallocate
mach_vm_inherit mach_vm_machine_attribute mach_vm_map mach_vm_msync mach_vm_page_info
mach_vm_page_query mach_vm_protect mach_vm_purgable_control mach_vm_read mach_vm_read_list
mach_vm_read_overwrite mach_vm_region mach_vm_region_recurse mach_vm_remap mach_vm_wire
mach_vm_write mach_voucher_deallocate mach_voucher_extract_attr_recipe_trap mach_wait_until
mach_zone_info mach_zone_info_for_zone macx_backing_store_recovery macx_backing_store_suspend
macx_swapoff macx_swapon macx_triggers madvise makecontext malloc malloc_create_zone
malloc_default_purgeable_zone malloc_default_zone malloc_destroy_zone malloc_get_all_zones
malloc_get_zone_name malloc_good_size malloc_make_nonpurgeable malloc_make_purgeable malloc_printf
malloc_set_zone_name malloc_size malloc_zone_batch_free malloc_zone_batch_malloc malloc_zone_calloc
malloc_zone_check malloc_zone_disable_discharge_checking malloc_zone_discharge
malloc_zone_enable_discharge_checking malloc_zone_enumerate_discharged_pointers malloc_zone_free
malloc_zone_from_ptr malloc_zone_log malloc_zone_malloc malloc_zone_memalign
malloc_zone_pressure_relief malloc_zone_print malloc_zone_print_ptr_info malloc_zone_realloc
malloc_zone_register malloc_zone_statistics malloc_zone_unregister malloc_zone_valloc mblen mblen_l
mbr_gid_to_uuid mbr_uid_to_uuid mbr_uuid_to_id mbrlen mbrlen_l mbrtowc mbrtowc_l mbsinit mbsinit_l
mbsnrtowcs mbsnrtowcs_l mbsrtowcs mbsrtowcs_l mbstowcs mbstowcs_l mbtowc mbtowc_l memccpy memchr
memcmp memcpy memmem memmove memset memset_pattern16 memset_pattern4 memset_pattern8 memset_s
mergesort mergesort_b mig_allocate mig_dealloc_reply_port mig_deallocate mig_get_reply_port
mig_put_reply_port mig_reply_setup mig_strncpy mig_strncpy_zerofill mincore minherit mkdir mkdirx_np
mkdtemp mkfifo mkfifox_np mknod mkpath_np mkstemp mkstemp_dprotected_np mkstemps mktemp mktime mlock
mlockall mmap modf modff modfl mount mprotect mrand48 msgctl msgget msgrcv msgsnd msgsys mstats
msync munlock munlockall munmap nan nanf nanl nanosleep nearbyint nearbyintf nearbyintl newlocale
nextafter nextafterf nextafterl nexttoward nexttowardf nexttowardl nextwctype nextwctype_l nfssvc
nftw nice nl_langinfo nl_langinfo_l notify_cancel notify_register_file_descriptor nrand48 ntohl
ntohs ntp_adjtime ntp_gettime nvis open open_dprotected_np opendir openlog openx_np optarg opterr
optind optopt optreset panic panic_init pathconf pause pclose perror pid_for_task pipe poll popen
posix2time posix_madvise posix_memalign posix_openpt posix_spawn posix_spawn_file_actions_addclose
posix_spawn_file_actions_adddup2 posix_spawn_file_actions_addinherit_np
posix_spawn_file_actions_addopen posix_spawn_file_actions_destroy posix_spawn_file_actions_init
posix_spawnattr_destroy posix_spawnattr_getbinpref_np posix_spawnattr_getflags
posix_spawnattr_getpgroup posix_spawnattr_getsigdefault posix_spawnattr_getsigmask
posix_spawnattr_init posix_spawnattr_setauditsessionport_np posix_spawnattr_setbinpref_np
posix_spawnattr_setexceptionports_np posix_spawnattr_setflags posix_spawnattr_setpgroup
posix_spawnattr_setsigdefault posix_spawnattr_setsigmask posix_spawnattr_setspecialport_np
posix_spawnattr_setsuidcredport_np posix_spawnp pow powf powl pread printf printf_l proc_clear_dirty
proc_get_dirty proc_kmsgbuf proc_libversion proc_list_dynkqueueids proc_list_uptrs proc_listallpids
proc_listchildpids proc_listpgrppids proc_listpids proc_listpidspath proc_name proc_pid_rusage
proc_piddynkqueueinfo proc_pidfdinfo proc_pidfileportinfo proc_pidinfo proc_pidpath
proc_regionfilename proc_set_dirty proc_setpcontrol proc_terminate proc_track_dirty proc_udata_info
processor_assign processor_control processor_exit processor_get_assignment processor_info
processor_set_create processor_set_default processor_set_destroy processor_set_info
processor_set_max_priority processor_set_policy_control processor_set_policy_disable
processor_set_policy_enable processor_set_stack_usage processor_set_statistics processor_set_tasks
processor_set_threads processor_start pselect psignal psort psort_b psort_r pthread_atfork
pthread_attr_destroy pthread_attr_getdetachstate pthread_attr_getguardsize
pthread_attr_getinheritsched pthread_attr_getschedparam pthread_attr_getschedpolicy
pthread_attr_getscope pthread_attr_getstack pthread_attr_getstackaddr pthread_attr_getstacksize
pthread_attr_init pthread_attr_setdetachstate pthread_attr_setguardsize pthread_attr_setinheritsched
pthread_attr_setschedparam pthread_attr_setschedpolicy pthread_attr_setscope pthread_attr_setstack
pthread_attr_setstackaddr pthread_attr_setstacksize pthread_cancel pthread_cond_broadcast
pthread_cond_destroy pthread_cond_init pthread_cond_signal pthread_cond_signal_thread_np
pthread_cond_timedwait pthread_cond_timedwait_relative_np pthread_cond_wait pthread_condattr_destroy
pthread_condattr_getpshared pthread_condattr_init pthread_condattr_setpshared pthread_create
pthread_create_suspended_np pthread_detach pthread_equal pthread_exit pthread_from_mach_thread_np
pthread_get_stackaddr_np pthread_get_stacksize_np pthread_getconcurrency pthread_getname_np
pthread_getschedparam pthread_getspecific pthread_getugid_np pthread_is_threaded_np pthread_join
pthread_key_create pthread_key_delete pthread_kill pthread_mach_thread_np pthread_main_np
pthread_mutex_destroy pthread_mutex_getprioceiling pthread_mutex_init pthread_mutex_lock
pthread_mutex_setprioceiling pthread_mutex_trylock pthread_mutex_unlock pthread_mutexattr_destroy
pthread_mutexattr_getprioceiling pthread_mutexattr_getprotocol pthread_mutexattr_getpshared
pthread_mutexattr_gettype pthread_mutexattr_init pthread_mutexattr_setpolicy_np
pthread_mutexattr_setprioceiling pthread_mutexattr_setprotocol pthread_mutexattr_setpshared
pthread_mutexattr_settype pthread_once pthread_rwlock_destroy pthread_rwlock_init
pthread_rwlock_rdlock pthread_rwlock_tryrdlock pthread_rwlock_trywrlock pthread_rwlock_unlock
pthread_rwlock_wrlock pthread_rwlockattr_destroy pthread_rwlockattr_getpshared
pthread_rwlockattr_init pthread_rwlockattr_setpshared pthread_self pthread_setcancelstate
pthread_setcanceltype pthread_setconcurrency pthread_setname_np pthread_setschedparam
pthread_setspecific pthread_sigmask pthread_testcancel pthread_threadid_np pthread_yield_np ptsname
putc putc_unlocked putchar putchar_unlocked putenv puts pututxline putw putwc putwc_l putwchar
putwchar_l pwrite qsort qsort_b qsort_r querylocale radixsort raise rand rand_r random rcmd rcmd_af
read readdir readdir_r readlink readv realloc reallocf realpath reboot recv recvfrom recvmsg regcomp
regcomp_l regerror regexec regfree regncomp regncomp_l regnexec regwcomp regwcomp_l regwexec
regwncomp regwnexec remainder remainderf remainderl remove removexattr remque remquo remquof remquol
rename revoke rewind rewinddir rindex rint rintf rintl rinttol rmdir round roundf roundl roundtol
rresvport rresvport_af ruserok sbrk scalb scalbln scalblnf scalblnl scalbn scalbnf scalbnl scandir
scandir_b scanf scanf_l sched_get_priority_max sched_get_priority_min sched_yield searchfs seed48
seekdir select sem_close sem_destroy sem_getvalue sem_init sem_open sem_post sem_trywait sem_unlink
sem_wait semaphore_create semaphore_destroy semaphore_signal semaphore_signal_all
semaphore_signal_thread semaphore_timedwait semaphore_timedwait_signal semaphore_wait
semaphore_wait_signal semctl semget semop semsys send sendfile sendmsg sendto setattrlist setaudit
setaudit_addr setauid setbuf setbuffer setcontext setdomainname setegid setenv seteuid setgid
setgrent setgroupent setgroups sethostent sethostid sethostname setiopolicy_np setipv4sourcefilter
setitimer setjmp setkey setlinebuf setlocale setlogin setlogmask setmode setnetent setnetgrent
setpassent setpgid setpgrp setpriority setprogname setprotoent setpwent setregid setreuid setrgid
setrlimit setrpcent setruid setservent setsgroups_np setsid setsockopt setsourcefilter setstate
settimeofday setuid setusershell setutxent setutxent_wtmp setvbuf setwgroups_np setxattr shm_open
shm_unlink shmat shmctl shmdt shmget shmsys shutdown sigaction sigaddset sigaltstack sigblock
sigdelset sigemptyset sigfillset sighold sigignore siginterrupt sigismember siglongjmp signal
signgam significand sigpause sigpending sigprocmask sigrelse sigset sigsetjmp sigsetmask sigsuspend
sigvec sigwait sin sinf sinh sinhf sinhl sinl sleep slot_name snprintf snprintf_l snvis sockatmark
socket socketpair sprintf sprintf_l sqrt sqrtf sqrtl sradixsort srand srand48 sranddev srandom
srandomdev sscanf sscanf_l stat stat64 statfs statfs64 statvfs statx64_np statx_np stpcpy stpncpy
strcasecmp strcasecmp_l strcasestr strcasestr_l strcat strchr strcmp strcoll strcoll_l strcpy
strcspn strdup strenvisx strerror strerror_r strfmon strfmon_l strftime strftime_l strlcat strlcpy
strlen strmode strncasecmp strncasecmp_l strncat strncmp strncpy strndup strnlen strnstr strnunvis
strnunvisx strnvis strnvisx strpbrk strptime strptime_l strrchr strsenvisx strsep strsignal strsnvis
strsnvisx strspn strstr strsvis strsvisx strtod strtod_l strtof strtof_l strtofflags strtoimax
strtoimax_l strtok strtok_r strtol strtol_l strtold strtold_l strtoll strtoll_l strtoq strtoq_l
strtoul strtoul_l strtoull strtoull_l strtoumax strtoumax_l strtouq strtouq_l strunvis strunvisx
strvis strvisx strxfrm strxfrm_l suboptarg svis swab swap_build_tool_version
swap_build_version_command swap_dyld_info_command swap_dylib_command swap_dylib_module
swap_dylib_module_64 swap_dylib_reference swap_dylib_table_of_contents swap_dylinker_command
swap_dysymtab_command swap_encryption_command swap_encryption_command_64 swap_entry_point_command
swap_fat_arch swap_fat_arch_64 swap_fat_header swap_fileset_entry_command swap_fvmfile_command
swap_fvmlib_command swap_ident_command swap_indirect_symbols swap_linkedit_data_command
swap_linker_option_command swap_load_command swap_mach_header swap_mach_header_64 swap_nlist
swap_nlist_64 swap_note_command swap_prebind_cksum_command swap_prebound_dylib_command swap_ranlib
swap_ranlib_64 swap_relocation_info swap_routines_command swap_routines_command_64
swap_rpath_command swap_section swap_section_64 swap_segment_command swap_segment_command_64
swap_source_version_command swap_sub_client_command swap_sub_framework_command
swap_sub_library_command swap_sub_umbrella_command swap_symseg_command swap_symtab_command
swap_thread_command swap_twolevel_hint swap_twolevel_hints_command swap_uuid_command
swap_version_min_command swapcontext swapon swprintf swprintf_l swscanf swscanf_l swtch swtch_pri
symlink sync sync_volume_np sys_cache_control sys_dcache_flush sys_errlist sys_icache_invalidate
sys_nerr sys_siglist sys_signame syscall sysconf sysctl sysctlbyname sysctlnametomib syslog system
tan tanf tanh tanhf tanhl tanl task_assign task_assign_default task_create task_create_suid_cred
task_for_pid task_generate_corpse task_get_assignment task_get_dyld_image_infos
task_get_emulation_vector task_get_exc_guard_behavior task_get_exception_ports task_get_mach_voucher
task_get_special_port task_get_state task_info task_inspect task_map_corpse_info
task_map_corpse_info_64 task_name_for_pid task_policy task_policy_get task_policy_set
task_purgable_info task_register_dyld_get_process_state task_register_dyld_image_infos
task_register_dyld_set_dyld_state task_register_dyld_shared_cache_image_info task_resume
task_resume2 task_sample task_self_trap task_set_emulation task_set_emulation_vector
task_set_exc_guard_behavior task_set_exception_ports task_set_info task_set_mach_voucher
task_set_phys_footprint_limit task_set_policy task_set_port_space task_set_ras_pc
task_set_special_port task_set_state task_suspend task_suspend2 task_swap_exception_ports
task_swap_mach_voucher task_terminate task_threads task_unregister_dyld_image_infos task_zone_info
tcdrain tcflow tcflush tcgetattr tcgetpgrp tcgetsid tcsendbreak tcsetattr tcsetpgrp tdelete telldir
tfind tgamma tgammaf tgammal thread_abort thread_abort_safely thread_assign thread_assign_default
thread_create thread_create_running thread_depress_abort thread_get_assignment
thread_get_exception_ports thread_get_mach_voucher thread_get_special_port thread_get_state
thread_info thread_policy thread_policy_get thread_policy_set thread_resume thread_sample
thread_set_exception_ports thread_set_mach_voucher thread_set_policy thread_set_special_port
thread_set_state thread_suspend thread_swap_exception_ports thread_swap_mach_voucher thread_switch
thread_terminate thread_wire time time2posix timegm timelocal times timezone tmpfile toascii tolower
tolower_l toupper toupper_l towctrans towctrans_l towlower towlower_l towupper towupper_l trunc
truncate truncf truncl tsearch ttyname ttyname_r ttyslot twalk tzname tzset tzsetwall ualarm ulimit
umask umaskx_np uname undelete ungetc ungetwc ungetwc_l unlink unlockpt unmount unsetenv unvis
uselocale user_from_uid usleep utime utimes utmpxname uuid_clear uuid_compare uuid_copy
uuid_generate uuid_generate_random uuid_generate_time uuid_is_null uuid_parse uuid_unparse
uuid_unparse_lower uuid_unparse_upper valloc vasprintf vasprintf_l vdprintf vdprintf_l verr verrc
verrx vfork vfprintf vfprintf_l vfscanf vfscanf_l vfwprintf vfwprintf_l vfwscanf vfwscanf_l vis
vm_allocate vm_allocate_cpm vm_behavior_set vm_copy vm_deallocate vm_inherit vm_kernel_page_mask
vm_kernel_page_shift vm_kernel_page_size vm_machine_attribute vm_map vm_map_page_query vm_msync
vm_page_mask vm_page_shift vm_page_size vm_protect vm_purgable_control vm_read vm_read_list
vm_read_overwrite vm_region_64 vm_region_recurse_64 vm_remap vm_wire vm_write voucher_mach_msg_adopt
voucher_mach_msg_clear voucher_mach_msg_revert voucher_mach_msg_set vprintf vprintf_l vscanf
vscanf_l vsnprintf vsnprintf_l vsprintf vsprintf_l vsscanf vsscanf_l vswprintf vswprintf_l vswscanf
vswscanf_l vsyslog vwarn vwarnc vwarnx vwprintf vwprintf_l vwscanf vwscanf_l wait wait3 wait4 waitid
waitpid warn warnc warnx wcpcpy wcpncpy wcrtomb wcrtomb_l wcscasecmp wcscasecmp_l wcscat wcschr
wcscmp wcscoll wcscoll_l wcscpy wcscspn wcsdup wcsftime wcsftime_l wcslcat wcslcpy wcslen
wcsncasecmp wcsncasecmp_l wcsncat wcsncmp wcsncpy wcsnlen wcsnrtombs wcsnrtombs_l wcspbrk wcsrchr
wcsrtombs wcsrtombs_l wcsspn wcsstr wcstod wcstod_l wcstof wcstof_l wcstoimax wcstoimax_l wcstok
wcstol wcstol_l wcstold wcstold_l wcstoll wcstoll_l wcstombs wcstombs_l wcstoul wcstoul_l wcstoull
wcstoull_l wcstoumax wcstoumax_l wcswidth wcswidth_l wcsxfrm wcsxfrm_l wctob wctob_l wctomb wctomb_l
wctrans wctrans_l wctype wctype_l wcwidth wcwidth_l wmemchr wmemcmp wmemcpy wmemmove wmemset wordexp
wordfree wprintf wprintf_l write writev wscanf wscanf_l wtmpxname xdr_bytes xdr_double xdr_float
xdr_int xdr_long xdr_opaque xdr_u_long xpc_array_append_value xpc_array_apply xpc_array_create
xpc_array_create_connection xpc_array_dup_fd xpc_array_get_bool xpc_array_get_count
xpc_array_get_data xpc_array_get_date xpc_array_get_double xpc_array_get_int64 xpc_array_get_string
xpc_array_get_uint64 xpc_array_get_uuid xpc_array_get_value xpc_array_set_bool
xpc_array_set_connection xpc_array_set_data xpc_array_set_date xpc_array_set_double xpc_array_set_fd
xpc_array_set_int64 xpc_array_set_string xpc_array_set_uint64 xpc_array_set_uuid xpc_array_set_value
xpc_bool_create xpc_bool_get_value xpc_connection_cancel xpc_connection_create
xpc_connection_create_from_endpoint xpc_connection_create_mach_service xpc_connection_get_asid
xpc_connection_get_context xpc_connection_get_egid xpc_connection_get_euid xpc_connection_get_name
xpc_connection_get_pid xpc_connection_resume xpc_connection_send_barrier xpc_connection_send_message
xpc_connection_send_message_with_reply xpc_connection_send_message_with_reply_sync
xpc_connection_set_context xpc_connection_set_event_handler xpc_connection_set_finalizer_f
xpc_connection_set_target_queue xpc_connection_suspend xpc_copy xpc_copy_description xpc_data_create
xpc_data_create_with_dispatch_data xpc_data_get_bytes xpc_data_get_bytes_ptr xpc_data_get_length
xpc_date_create xpc_date_create_from_current xpc_date_get_value xpc_dictionary_apply
xpc_dictionary_create xpc_dictionary_create_connection xpc_dictionary_create_reply
xpc_dictionary_dup_fd xpc_dictionary_get_bool xpc_dictionary_get_count xpc_dictionary_get_data
xpc_dictionary_get_date xpc_dictionary_get_double xpc_dictionary_get_int64
xpc_dictionary_get_remote_connection xpc_dictionary_get_string xpc_dictionary_get_uint64
xpc_dictionary_get_uuid xpc_dictionary_get_value xpc_dictionary_set_bool
xpc_dictionary_set_connection xpc_dictionary_set_data xpc_dictionary_set_date
xpc_dictionary_set_double xpc_dictionary_set_fd xpc_dictionary_set_int64 xpc_dictionary_set_string
xpc_dictionary_set_uint64 xpc_dictionary_set_uuid xpc_dictionary_set_value xpc_double_create
xpc_double_get_value xpc_endpoint_create xpc_equal xpc_fd_create xpc_fd_dup xpc_get_type xpc_hash
xpc_int64_create xpc_int64_get_value xpc_main xpc_null_create xpc_release xpc_retain
xpc_set_event_stream_handler xpc_shmem_create xpc_shmem_map xpc_string_create
xpc_string_create_with_format xpc_string_create_with_format_and_arguments xpc_string_get_length
xpc_string_get_string_ptr xpc_transaction_begin xpc_transaction_end xpc_uint64_create
xpc_uint64_get_value xpc_uuid_create xpc_uuid_get_bytes y0 y1 yld_stub_binder yn
`;
