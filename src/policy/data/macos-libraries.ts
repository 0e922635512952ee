/**
 * What other system libraries of macOS export, by the system that first has it.
 *
 * Sources: the headers and stub libraries of the SDKs for macOS 10.9 to 11.3 (IOKit, GSS, PCSC,
 * ForceFeedback, OpenCL, CoreImage); where Apple ships another project's library, that project's
 * release notes and the release that each system has:
 * - SQLite: 3.7.13 in 10.9, 3.8.5 in 10.10, 3.8.10 in 10.11, 3.14 in 10.12, 3.19 in 10.13, 3.24 in
 *   10.14, 3.28 in 10.15, 3.32 in 11, 3.39 in 13;
 * - curl: 7.30 in 10.9, 7.64 in 10.15; Expat 2.0.1 and libxml2 2.9.0 in 10.9; OpenLDAP 2.4.28,
 *   Cyrus SASL 2.1.22 and BIND's resolver 9 since before; ncurses 5.4 by its install name;
 * - libffi: CPython, `_ctypes`, which asks at run time;
 * - BLAS, LAPACK 3.2.1 and vForce of Accelerate: netlib's routines, and vForce.h of 10.9.
 */

export interface LibrarySymbols {
  /** By install name. */
  readonly library: RegExp;
  /** `10.9`: then, or before. */
  readonly macos: string;
  /** As C spells them, separated by white space. */
  readonly names: string;
}

const framework = (name: string): RegExp =>
  new RegExp(`^/System/Library/Frameworks/${name}\\.framework/Versions/`);
const IOKIT: RegExp = framework("IOKit");
const SECURITY: RegExp = framework("Security");
/** Of whichever framework: some moved. */
const CLASSES: RegExp = framework("(?:\\w+)");
const SQLITE = /^\/usr\/lib\/libsqlite3(?:\.0)?\.dylib$/;
const CURL = /^\/usr\/lib\/libcurl(?:\.4)?\.dylib$/;
const ZLIB = /^\/usr\/lib\/libz(?:\.1)?\.dylib$/;
const LIBFFI = /^\/usr\/lib\/libffi\.dylib$/;
const FOUNDATIONS: RegExp = framework("(?:CoreFoundation|Foundation)");

export const LIBRARY_SYMBOLS: readonly LibrarySymbols[] = [
  {
    library: IOKIT,
    macos: "10.9",
    names: `
      IOAllowPowerChange IOBSDNameMatching IOCancelPowerChange IOCatalogueModuleLoaded
      IOCatalogueReset IOCatalogueSendData IOCatalogueTerminate IOConnectAddClient IOConnectAddRef
      IOConnectCallAsyncMethod IOConnectCallAsyncScalarMethod IOConnectCallAsyncStructMethod
      IOConnectCallMethod IOConnectCallScalarMethod IOConnectCallStructMethod IOConnectGetService
      IOConnectMapMemory IOConnectMapMemory64 IOConnectRelease IOConnectSetCFProperties
      IOConnectSetCFProperty IOConnectSetNotificationPort IOConnectTrap0 IOConnectTrap1
      IOConnectTrap2 IOConnectTrap3 IOConnectTrap4 IOConnectTrap5 IOConnectTrap6
      IOConnectUnmapMemory IOConnectUnmapMemory64 IOCopySystemLoadAdvisoryDetailed
      IOCreatePlugInInterfaceForService IOCreateReceivePort IODataQueueAllocateNotificationPort
      IODataQueueDataAvailable IODataQueueDequeue IODataQueueEnqueue IODataQueuePeek
      IODataQueueSetNotificationPort IODataQueueWaitForAvailableData IODeregisterApp
      IODeregisterForSystemPower IODestroyPlugInInterface IODispatchCalloutFromMessage
      IODisplayCommitParameters IODisplayCopyFloatParameters IODisplayCopyParameters
      IODisplayCreateInfoDictionary IODisplayForFramebuffer IODisplayGetFloatParameter
      IODisplayGetIntegerRangeParameter IODisplayMatchDictionaries IODisplaySetFloatParameter
      IODisplaySetIntegerParameter IODisplaySetParameters IOFBCopyI2CInterfaceForBus
      IOFBGetI2CInterfaceCount IOFramebufferOpen IOGetSystemLoadAdvisory IOHIDCopyCFTypeParameter
      IOHIDDeviceClose IOHIDDeviceConformsTo IOHIDDeviceCopyMatchingElements
      IOHIDDeviceCopyValueMultiple IOHIDDeviceCopyValueMultipleWithCallback IOHIDDeviceCreate
      IOHIDDeviceGetProperty IOHIDDeviceGetReport IOHIDDeviceGetReportWithCallback
      IOHIDDeviceGetService IOHIDDeviceGetTypeID IOHIDDeviceGetValue
      IOHIDDeviceGetValueWithCallback IOHIDDeviceOpen IOHIDDeviceRegisterInputReportCallback
      IOHIDDeviceRegisterInputValueCallback IOHIDDeviceRegisterRemovalCallback
      IOHIDDeviceScheduleWithRunLoop IOHIDDeviceSetInputValueMatching
      IOHIDDeviceSetInputValueMatchingMultiple IOHIDDeviceSetProperty IOHIDDeviceSetReport
      IOHIDDeviceSetReportWithCallback IOHIDDeviceSetValue IOHIDDeviceSetValueMultiple
      IOHIDDeviceSetValueMultipleWithCallback IOHIDDeviceSetValueWithCallback
      IOHIDDeviceUnscheduleFromRunLoop IOHIDElementAttach IOHIDElementCopyAttached
      IOHIDElementCreateWithDictionary IOHIDElementDetach IOHIDElementGetChildren
      IOHIDElementGetCollectionType IOHIDElementGetCookie IOHIDElementGetDevice
      IOHIDElementGetDuplicateIndex IOHIDElementGetLogicalMax IOHIDElementGetLogicalMin
      IOHIDElementGetName IOHIDElementGetParent IOHIDElementGetPhysicalMax
      IOHIDElementGetPhysicalMin IOHIDElementGetProperty IOHIDElementGetReportCount
      IOHIDElementGetReportID IOHIDElementGetReportSize IOHIDElementGetType IOHIDElementGetTypeID
      IOHIDElementGetUnit IOHIDElementGetUnitExponent IOHIDElementGetUsage
      IOHIDElementGetUsagePage IOHIDElementHasNullState IOHIDElementHasPreferredState
      IOHIDElementIsArray IOHIDElementIsNonLinear IOHIDElementIsRelative IOHIDElementIsVirtual
      IOHIDElementIsWrapping IOHIDElementSetProperty IOHIDGetAccelerationWithKey
      IOHIDGetButtonEventNum IOHIDGetModifierLockState IOHIDGetMouseAcceleration
      IOHIDGetMouseButtonMode IOHIDGetParameter IOHIDGetScrollAcceleration IOHIDGetStateForSelector
      IOHIDManagerClose IOHIDManagerCopyDevices IOHIDManagerCreate IOHIDManagerGetProperty
      IOHIDManagerGetTypeID IOHIDManagerOpen IOHIDManagerRegisterDeviceMatchingCallback
      IOHIDManagerRegisterDeviceRemovalCallback IOHIDManagerRegisterInputReportCallback
      IOHIDManagerRegisterInputValueCallback IOHIDManagerSaveToPropertyDomain
      IOHIDManagerScheduleWithRunLoop IOHIDManagerSetDeviceMatching
      IOHIDManagerSetDeviceMatchingMultiple IOHIDManagerSetInputValueMatching
      IOHIDManagerSetInputValueMatchingMultiple IOHIDManagerSetProperty
      IOHIDManagerUnscheduleFromRunLoop IOHIDPostEvent IOHIDQueueAddElement
      IOHIDQueueContainsElement IOHIDQueueCopyNextValue IOHIDQueueCopyNextValueWithTimeout
      IOHIDQueueCreate IOHIDQueueGetDepth IOHIDQueueGetDevice IOHIDQueueGetTypeID
      IOHIDQueueRegisterValueAvailableCallback IOHIDQueueRemoveElement
      IOHIDQueueScheduleWithRunLoop IOHIDQueueSetDepth IOHIDQueueStart IOHIDQueueStop
      IOHIDQueueUnscheduleFromRunLoop IOHIDRegisterVirtualDisplay IOHIDSetAccelerationWithKey
      IOHIDSetModifierLockState IOHIDSetParameter IOHIDSetStateForSelector IOHIDTransactionCreate
      IOHIDValueCreateWithBytes IOHIDValueCreateWithBytesNoCopy IOHIDValueCreateWithIntegerValue
      IOHIDValueGetBytePtr IOHIDValueGetElement IOHIDValueGetIntegerValue IOHIDValueGetLength
      IOHIDValueGetScaledValue IOHIDValueGetTimeStamp IOHIDValueGetTypeID IOIteratorIsValid
      IOIteratorNext IOIteratorReset IOKitGetBusyState IOKitWaitQuiet IOMasterPort
      IONotificationPortCreate IONotificationPortDestroy IONotificationPortGetMachPort
      IONotificationPortGetRunLoopSource IONotificationPortSetDispatchQueue IOObjectConformsTo
      IOObjectCopyBundleIdentifierForClass IOObjectCopyClass IOObjectCopySuperclassForClass
      IOObjectGetClass IOObjectGetKernelRetainCount IOObjectGetRetainCount
      IOObjectGetUserRetainCount IOObjectIsEqualTo IOObjectRelease IOObjectRetain
      IOOpenFirmwarePathMatching IOPMAssertionCopyProperties IOPMAssertionCreate
      IOPMAssertionCreateWithDescription IOPMAssertionCreateWithName
      IOPMAssertionCreateWithProperties IOPMAssertionDeclareUserActivity IOPMAssertionRelease
      IOPMAssertionRetain IOPMAssertionSetProperty IOPMCancelScheduledPowerEvent
      IOPMCopyAssertionsByProcess IOPMCopyAssertionsStatus IOPMCopyBatteryInfo
      IOPMCopyCPUPowerStatus IOPMCopyScheduledPowerEvents IOPMFindPowerManagement
      IOPMGetAggressiveness IOPMGetThermalWarningLevel IOPMSchedulePowerEvent IOPMSetAggressiveness
      IOPMSleepEnabled IOPMSleepSystem IOPSCopyExternalPowerAdapterDetails IOPSCopyPowerSourcesInfo
      IOPSCopyPowerSourcesList IOPSCreateLimitedPowerNotification IOPSGetBatteryWarningLevel
      IOPSGetPowerSourceDescription IOPSGetProvidingPowerSourceType IOPSGetTimeRemainingEstimate
      IOPSNotificationCreateRunLoopSource IORegisterApp IORegisterForSystemPower
      IORegistryCreateIterator IORegistryEntryCopyFromPath IORegistryEntryCopyPath
      IORegistryEntryCreateCFProperties IORegistryEntryCreateCFProperty
      IORegistryEntryCreateIterator IORegistryEntryFromPath IORegistryEntryGetChildEntry
      IORegistryEntryGetChildIterator IORegistryEntryGetLocationInPlane IORegistryEntryGetName
      IORegistryEntryGetNameInPlane IORegistryEntryGetParentEntry IORegistryEntryGetParentIterator
      IORegistryEntryGetPath IORegistryEntryGetProperty IORegistryEntryGetRegistryEntryID
      IORegistryEntryIDMatching IORegistryEntryInPlane IORegistryEntrySearchCFProperty
      IORegistryEntrySetCFProperties IORegistryEntrySetCFProperty IORegistryGetRootEntry
      IORegistryIteratorEnterEntry IORegistryIteratorExitEntry IOServiceAddInterestNotification
      IOServiceAddMatchingNotification IOServiceAuthorize IOServiceClose IOServiceGetBusyState
      IOServiceGetMatchingService IOServiceGetMatchingServices IOServiceMatchPropertyTable
      IOServiceMatching IOServiceNameMatching IOServiceOFPathToBSDName IOServiceOpen
      IOServiceOpenAsFileDescriptor IOServiceRequestProbe IOServiceWaitQuiet
      IOSetNotificationPort IOUSBGetVersion NXCloseEventStatus NXOpenEventStatus
      kIOMasterPortDefault kextManagerLoadKext
      OSKextCopyLoadedKextInfo KextManagerCopyLoadedKextInfo KextManagerCreateURLForBundleIdentifier
      KextManagerLoadKextWithIdentifier KextManagerLoadKextWithURL
      KextManagerUnloadKextWithIdentifier
    `,
  },
  {
    library: IOKIT,
    macos: "10.10",
    names: "IOHIDDeviceRegisterInputReportWithTimeStampCallback",
  },
  {
    library: IOKIT,
    macos: "10.15",
    names: `
      IOHIDCheckAccess IOHIDRequestAccess IOHIDDeviceActivate IOHIDDeviceCancel
      IOHIDDeviceSetCancelHandler IOHIDDeviceSetDispatchQueue IOHIDManagerActivate
      IOHIDManagerCancel IOHIDManagerSetCancelHandler IOHIDManagerSetDispatchQueue
      IOHIDQueueActivate IOHIDQueueCancel IOHIDQueueSetCancelHandler IOHIDQueueSetDispatchQueue
    `,
  },
  { library: IOKIT, macos: "12.0", names: "IOMainPort kIOMainPortDefault" },
  {
    library: framework("LDAP"),
    macos: "10.9",
    names: `
      ber_bvfree ber_free ber_memfree ber_memvfree ldap_abandon_ext ldap_add_ext ldap_add_ext_s
      ldap_bind_s ldap_compare_ext_s ldap_control_free ldap_controls_free ldap_count_entries
      ldap_count_values ldap_count_values_len ldap_delete_ext ldap_delete_ext_s ldap_dn2ufn
      ldap_err2string ldap_explode_dn ldap_extended_operation ldap_extended_operation_s
      ldap_first_attribute ldap_first_entry ldap_first_message ldap_first_reference
      ldap_free_urldesc ldap_get_dn ldap_get_option ldap_get_values ldap_get_values_len ldap_init
      ldap_initialize ldap_is_ldap_url ldap_is_ldaps_url ldap_memfree ldap_memvfree ldap_modify_ext
      ldap_modify_ext_s ldap_mods_free ldap_msgfree ldap_msgid ldap_msgtype ldap_next_attribute
      ldap_next_entry ldap_next_message ldap_next_reference ldap_open ldap_parse_reference
      ldap_parse_result ldap_parse_sasl_bind_result ldap_perror ldap_rename ldap_rename_s
      ldap_result ldap_result2error ldap_sasl_bind ldap_sasl_bind_s ldap_sasl_interactive_bind_s
      ldap_search ldap_search_ext ldap_search_ext_s ldap_search_s ldap_search_st
      ldap_set_option ldap_set_rebind_proc ldap_simple_bind ldap_simple_bind_s ldap_start_tls_s
      ldap_unbind ldap_unbind_ext ldap_unbind_ext_s ldap_unbind_s ldap_url_parse ldap_value_free
      ldap_value_free_len ldap_whoami_s
    `,
  },
  {
    library: framework("(?:GSS|Kerberos)"),
    macos: "10.9",
    names: `
      GSS_C_NT_ANONYMOUS GSS_C_NT_EXPORT_NAME GSS_C_NT_HOSTBASED_SERVICE
      GSS_C_NT_HOSTBASED_SERVICE_X GSS_C_NT_MACHINE_UID_NAME GSS_C_NT_STRING_UID_NAME
      GSS_C_NT_USER_NAME __gss_c_nt_hostbased_service_oid_desc __gss_c_nt_user_name_oid_desc
      __gss_krb5_mechanism_oid_desc __gss_spnego_mechanism_oid_desc __gss_krb5_nt_principal_name_oid_desc
      cc_initialize
      gss_accept_sec_context gss_acquire_cred gss_add_cred gss_add_oid_set_member
      gss_canonicalize_name gss_compare_name gss_context_time gss_create_empty_oid_set
      gss_delete_sec_context gss_display_name gss_display_status gss_duplicate_name gss_export_name
      gss_export_sec_context gss_get_mic gss_import_name gss_import_sec_context gss_indicate_mechs
      gss_init_sec_context gss_inquire_context gss_inquire_cred gss_inquire_cred_by_mech
      gss_inquire_mechs_for_name gss_inquire_names_for_mech gss_process_context_token
      gss_release_buffer gss_release_cred gss_release_name gss_release_oid gss_release_oid_set
      gss_seal gss_sign gss_test_oid_set_member gss_unseal gss_unwrap gss_verify gss_verify_mic
      gss_wrap gss_wrap_size_limit krb5_cc_close krb5_cc_default krb5_cc_get_principal
      krb5_cc_resolve krb5_free_context krb5_free_principal krb5_init_context krb5_kt_close
      krb5_kt_default krb5_kt_resolve krb5_parse_name krb5_unparse_name
    `,
  },
  {
    library: framework("PCSC"),
    macos: "10.9",
    names: `
      SCardBeginTransaction SCardCancel SCardCancelTransaction SCardConnect SCardControl
      SCardControl132 SCardDisconnect SCardEndTransaction SCardEstablishContext SCardFreeMemory
      SCardGetAttrib SCardGetStatusChange SCardIsValidContext SCardListReaderGroups
      SCardListReaders SCardReconnect SCardReleaseContext SCardSetAttrib SCardSetTimeout
      SCardStatus SCardTransmit SCardUnload g_rgSCardRawPci g_rgSCardT0Pci g_rgSCardT1Pci
      pcsc_stringify_error
    `,
  },
  {
    library: framework("ForceFeedback"),
    macos: "10.9",
    names: `
      FFCreateDevice FFDeviceCreateEffect FFDeviceEscape FFDeviceGetForceFeedbackCapabilities
      FFDeviceGetForceFeedbackProperty FFDeviceGetForceFeedbackState FFDeviceReleaseEffect
      FFDeviceSendForceFeedbackCommand FFDeviceSetCooperativeLevel FFDeviceSetForceFeedbackProperty
      FFEffectDownload FFEffectEscape FFEffectGetEffectStatus FFEffectGetParameters
      FFEffectSetParameters FFEffectStart FFEffectStop FFEffectUnload FFIsForceFeedback
      FFReleaseDevice
    `,
  },
  {
    // OpenCL 1.2, since 10.8.
    library: framework("OpenCL"),
    macos: "10.9",
    names: `
      clBuildProgram clCompileProgram clCreateBuffer clCreateCommandQueue clCreateContext
      clCreateContextFromType clCreateFromGLBuffer clCreateFromGLRenderbuffer clCreateFromGLTexture
      clCreateFromGLTexture2D clCreateFromGLTexture3D clCreateImage clCreateImage2D clCreateImage3D
      clCreateKernel clCreateKernelsInProgram clCreateProgramWithBinary
      clCreateProgramWithBuiltInKernels clCreateProgramWithSource clCreateSampler clCreateSubBuffer
      clCreateSubDevices clCreateUserEvent clEnqueueAcquireGLObjects clEnqueueBarrier
      clEnqueueBarrierWithWaitList clEnqueueCopyBuffer clEnqueueCopyBufferRect
      clEnqueueCopyBufferToImage clEnqueueCopyImage clEnqueueCopyImageToBuffer clEnqueueFillBuffer
      clEnqueueFillImage clEnqueueMapBuffer clEnqueueMapImage clEnqueueMarker
      clEnqueueMarkerWithWaitList clEnqueueMigrateMemObjects clEnqueueNDRangeKernel
      clEnqueueNativeKernel clEnqueueReadBuffer clEnqueueReadBufferRect clEnqueueReadImage
      clEnqueueReleaseGLObjects clEnqueueTask clEnqueueUnmapMemObject clEnqueueWaitForEvents
      clEnqueueWriteBuffer clEnqueueWriteBufferRect clEnqueueWriteImage clFinish clFlush
      clGetCommandQueueInfo clGetContextInfo clGetDeviceIDs clGetDeviceInfo clGetEventInfo
      clGetEventProfilingInfo clGetExtensionFunctionAddress
      clGetExtensionFunctionAddressForPlatform clGetGLContextInfoAPPLE clGetGLObjectInfo
      clGetGLTextureInfo clGetImageInfo clGetKernelArgInfo clGetKernelInfo clGetKernelWorkGroupInfo
      clGetMemObjectInfo clGetPlatformIDs clGetPlatformInfo clGetProgramBuildInfo clGetProgramInfo
      clGetSamplerInfo clGetSupportedImageFormats clLinkProgram clReleaseCommandQueue
      clReleaseContext clReleaseDevice clReleaseEvent clReleaseKernel clReleaseMemObject
      clReleaseProgram clReleaseSampler clRetainCommandQueue clRetainContext clRetainDevice
      clRetainEvent clRetainKernel clRetainMemObject clRetainProgram clRetainSampler
      clSetEventCallback clSetKernelArg clSetMemObjectDestructorCallback clSetUserEventStatus
      clUnloadCompiler clUnloadPlatformCompiler clWaitForEvents
    `,
  },
  {
    library: framework("CoreImage"),
    macos: "10.9",
    names: `
      OBJC_CLASS_$_CIColor OBJC_CLASS_$_CIContext OBJC_CLASS_$_CIDetector OBJC_CLASS_$_CIFilter
      OBJC_CLASS_$_CIImage OBJC_CLASS_$_CIImageAccumulator OBJC_CLASS_$_CIKernel
      OBJC_CLASS_$_CIPlugIn OBJC_CLASS_$_CISampler OBJC_CLASS_$_CIVector
      kCIAttributeClass kCIAttributeDefault kCIAttributeDisplayName kCIAttributeIdentity
      kCIAttributeMax kCIAttributeMin kCIAttributeName kCIAttributeSliderMax kCIAttributeSliderMin
      kCIAttributeType kCICategoryGenerator kCIContextOutputColorSpace kCIContextUseSoftwareRenderer
      kCIContextWorkingColorSpace kCIFormatARGB8 kCIFormatRGBA16 kCIFormatRGBAf kCIImageColorSpace
      kCIInputBackgroundImageKey kCIInputImageKey kCIInputScaleKey kCIInputAngleKey
      kCIInputCenterKey kCIInputRadiusKey kCIInputIntensityKey kCIInputTransformKey
      kCIOutputImageKey
    `,
  },
  {
    library: framework("CoreLocation"),
    macos: "10.9",
    names: `
      kCLDistanceFilterNone kCLErrorDomain kCLLocationAccuracyBest
      kCLLocationAccuracyHundredMeters kCLLocationAccuracyKilometer
      kCLLocationAccuracyNearestTenMeters kCLLocationAccuracyThreeKilometers
    `,
  },
  {
    // Secure Transport, code signing and entitlements: SecureTransport.h, SecCode.h, SecTask.h.
    library: SECURITY,
    macos: "10.9",
    names: `
      SSLAddDistinguishedName SSLClose SSLCopyCertificateAuthorities SSLCopyDistinguishedNames
      SSLCopyPeerTrust SSLCopyPeerCertificates SSLCreateContext SSLContextGetTypeID
      SSLDisposeContext SSLGetBufferedReadSize SSLGetClientCertificateState SSLGetConnection
      SSLGetDatagramWriteSize SSLGetDiffieHellmanParams SSLGetEnabledCiphers
      SSLGetMaxDatagramRecordSize SSLGetNegotiatedCipher SSLGetNegotiatedProtocolVersion
      SSLGetNumberEnabledCiphers SSLGetNumberSupportedCiphers SSLGetPeerDomainName
      SSLGetPeerDomainNameLength SSLGetPeerID SSLGetProtocolVersion SSLGetProtocolVersionMax
      SSLGetProtocolVersionMin SSLGetSessionOption SSLGetSessionState SSLGetSupportedCiphers
      SSLHandshake SSLNewContext SSLRead SSLSetCertificate SSLSetCertificateAuthorities
      SSLSetClientSideAuthenticate SSLSetConnection SSLSetDatagramHelloCookie
      SSLSetDiffieHellmanParams SSLSetEnabledCiphers SSLSetEnableCertVerify
      SSLSetEncryptionCertificate SSLSetIOFuncs SSLSetMaxDatagramRecordSize SSLSetPeerDomainName
      SSLSetPeerID SSLSetProtocolVersion SSLSetProtocolVersionEnabled SSLSetProtocolVersionMax
      SSLSetProtocolVersionMin SSLSetSessionOption SSLSetTrustedRoots SSLWrite
      SecCodeCheckValidity SecCodeCheckValidityWithErrors SecCodeCopyDesignatedRequirement
      SecCodeCopyGuestWithAttributes SecCodeCopyHost SecCodeCopyPath SecCodeCopySelf
      SecCodeCopySigningInformation SecCodeCopyStaticCode SecCodeGetTypeID
      SecStaticCodeCheckValidity SecStaticCodeCheckValidityWithErrors SecStaticCodeCreateWithPath
      SecStaticCodeCreateWithPathAndAttributes SecStaticCodeGetTypeID SecRequirementCopyData
      SecRequirementCopyString SecRequirementCreateWithData SecRequirementCreateWithString
      SecRequirementCreateWithStringAndErrors SecTaskCopyValueForEntitlement
      SecTaskCopyValuesForEntitlements SecTaskCreateFromSelf SecTaskCreateWithAuditToken
      kSecCodeInfoCertificates kSecCodeInfoIdentifier kSecCodeInfoTeamIdentifier
      kSecCodeInfoUnique kSecGuestAttributePid
    `,
  },
  { library: SECURITY, macos: "10.11", names: "SecTaskCopySigningIdentifier SSLSetError" },
  {
    library: SECURITY,
    macos: "10.12",
    names: `
      SSLReHandshake
      SecKeyCopyAttributes SecKeyCopyExternalRepresentation SecKeyCopyKeyExchangeResult
      SecKeyCopyPublicKey SecKeyCreateDecryptedData SecKeyCreateEncryptedData
      SecKeyCreateRandomKey SecKeyCreateSignature SecKeyCreateWithData SecKeyIsAlgorithmSupported
      SecKeyVerifySignature kSecKeyAlgorithmECDHKeyExchangeCofactor
      kSecKeyAlgorithmECDHKeyExchangeStandard kSecKeyAlgorithmECDSASignatureDigestX962
      kSecKeyAlgorithmECDSASignatureDigestX962SHA1 kSecKeyAlgorithmECDSASignatureDigestX962SHA224
      kSecKeyAlgorithmECDSASignatureDigestX962SHA256
      kSecKeyAlgorithmECDSASignatureDigestX962SHA384
      kSecKeyAlgorithmECDSASignatureDigestX962SHA512
      kSecKeyAlgorithmECDSASignatureMessageX962SHA1
      kSecKeyAlgorithmECDSASignatureMessageX962SHA256
      kSecKeyAlgorithmECDSASignatureMessageX962SHA384
      kSecKeyAlgorithmECDSASignatureMessageX962SHA512 kSecKeyAlgorithmECDSASignatureRFC4754
      kSecKeyAlgorithmRSAEncryptionOAEPSHA1 kSecKeyAlgorithmRSAEncryptionOAEPSHA256
      kSecKeyAlgorithmRSAEncryptionPKCS1 kSecKeyAlgorithmRSAEncryptionRaw
      kSecKeyAlgorithmRSASignatureDigestPKCS1v15Raw kSecKeyAlgorithmRSASignatureDigestPKCS1v15SHA1
      kSecKeyAlgorithmRSASignatureDigestPKCS1v15SHA256
      kSecKeyAlgorithmRSASignatureDigestPKCS1v15SHA384
      kSecKeyAlgorithmRSASignatureDigestPKCS1v15SHA512
      kSecKeyAlgorithmRSASignatureMessagePKCS1v15SHA1
      kSecKeyAlgorithmRSASignatureMessagePKCS1v15SHA256
      kSecKeyAlgorithmRSASignatureMessagePKCS1v15SHA384
      kSecKeyAlgorithmRSASignatureMessagePKCS1v15SHA512 kSecKeyAlgorithmRSASignatureRaw
    `,
  },
  {
    library: SECURITY,
    macos: "10.13",
    names: `
      SSLCopyALPNProtocols SSLSetALPNProtocols SSLSetOCSPResponse
      kSecKeyAlgorithmRSASignatureDigestPSSSHA1 kSecKeyAlgorithmRSASignatureDigestPSSSHA256
      kSecKeyAlgorithmRSASignatureDigestPSSSHA384 kSecKeyAlgorithmRSASignatureDigestPSSSHA512
      kSecKeyAlgorithmRSASignatureMessagePSSSHA1 kSecKeyAlgorithmRSASignatureMessagePSSSHA256
      kSecKeyAlgorithmRSASignatureMessagePSSSHA384 kSecKeyAlgorithmRSASignatureMessagePSSSHA512
    `,
  },
  {
    library: SECURITY,
    macos: "10.9",
    names: `
      SecTrustSettingsCopyCertificates SecTrustSettingsCopyModificationDate
      SecTrustSettingsCopyTrustSettings SecTrustSettingsCreateExternalRepresentation
      SecTrustSettingsImportExternalRepresentation SecTrustSettingsRemoveTrustSettings
      SecTrustSettingsSetTrustSettings
    `,
  },
  {
    // MusicPlayer.h, AUGraph.h
    library: framework("AudioToolbox"),
    macos: "10.9",
    names: `
      AUGraphAddNode AUGraphAddRenderNotify AUGraphClearConnections AUGraphClose
      AUGraphConnectNodeInput AUGraphCountNodeInteractions AUGraphDisconnectNodeInput
      AUGraphGetCPULoad AUGraphGetIndNode AUGraphGetInteractionInfo AUGraphGetMaxCPULoad
      AUGraphGetNodeCount AUGraphGetNodeInfo AUGraphGetNodeInfoSubGraph AUGraphGetNodeInteractions
      AUGraphGetNumberOfInteractions AUGraphInitialize AUGraphIsInitialized
      AUGraphIsNodeSubGraph AUGraphIsOpen AUGraphIsRunning AUGraphNewNode AUGraphNewNodeSubGraph
      AUGraphNodeInfo AUGraphOpen AUGraphRemoveNode AUGraphRemoveRenderNotify
      AUGraphSetNodeInputCallback AUGraphStart AUGraphStop AUGraphUninitialize AUGraphUpdate
      DisposeAUGraph DisposeMusicEventIterator DisposeMusicPlayer DisposeMusicSequence
      MusicDeviceMIDIEvent MusicDeviceSysEx MusicEventIteratorDeleteEvent
      MusicEventIteratorGetEventInfo MusicEventIteratorHasCurrentEvent
      MusicEventIteratorHasNextEvent MusicEventIteratorHasPreviousEvent
      MusicEventIteratorNextEvent MusicEventIteratorPreviousEvent MusicEventIteratorSeek
      MusicPlayerGetBeatsForHostTime MusicPlayerGetHostTimeForBeats
      MusicPlayerGetPlayRateScalar MusicPlayerGetSequence MusicPlayerGetTime MusicPlayerIsPlaying
      MusicPlayerPreroll MusicPlayerSetPlayRateScalar MusicPlayerSetSequence MusicPlayerSetTime
      MusicPlayerStart MusicPlayerStop MusicSequenceBarBeatTimeToBeats
      MusicSequenceBeatsToBarBeatTime MusicSequenceDisposeTrack MusicSequenceFileCreate
      MusicSequenceFileCreateData MusicSequenceFileLoad MusicSequenceFileLoadData
      MusicSequenceGetAUGraph MusicSequenceGetBeatsForSeconds MusicSequenceGetIndTrack
      MusicSequenceGetInfoDictionary MusicSequenceGetSMPTEResolution
      MusicSequenceGetSecondsForBeats MusicSequenceGetSequenceType MusicSequenceGetTempoTrack
      MusicSequenceGetTrackCount MusicSequenceGetTrackIndex MusicSequenceNewTrack
      MusicSequenceReverse MusicSequenceSetAUGraph MusicSequenceSetMIDIEndpoint
      MusicSequenceSetSequenceType MusicTrackClear MusicTrackCopyInsert MusicTrackCut
      MusicTrackGetDestMIDIEndpoint MusicTrackGetDestNode MusicTrackGetProperty
      MusicTrackGetSequence MusicTrackMerge MusicTrackMoveEvents MusicTrackNewMIDINoteEvent
      MusicTrackSetDestMIDIEndpoint MusicTrackSetDestNode MusicTrackSetProperty NewAUGraph
      NewMusicEventIterator NewMusicPlayer NewMusicSequence NewMusicTrackFrom
    `,
  },
  {
    // OpenAL 1.1
    library: framework("OpenAL"),
    macos: "10.9",
    names: `
      alBuffer3f alBuffer3i alBufferData alBufferf alBufferfv alBufferi alBufferiv alDeleteBuffers
      alDeleteSources alDisable alDistanceModel alDopplerFactor alDopplerVelocity alEnable
      alGenBuffers alGenSources alGetBoolean alGetBooleanv alGetBuffer3f alGetBuffer3i
      alGetBufferf alGetBufferfv alGetBufferi alGetBufferiv alGetDouble alGetDoublev alGetEnumValue
      alGetError alGetFloat alGetFloatv alGetInteger alGetIntegerv alGetListener3f alGetListener3i
      alGetListenerf alGetListenerfv alGetListeneri alGetListeneriv alGetProcAddress alGetSource3f
      alGetSource3i alGetSourcef alGetSourcefv alGetSourcei alGetSourceiv alGetString alIsBuffer
      alIsEnabled alIsExtensionPresent alIsSource alListener3f alListener3i alListenerf alListenerfv
      alListeneri alListeneriv alSource3f alSource3i alSourcePause alSourcePausev alSourcePlay
      alSourcePlayv alSourceQueueBuffers alSourceRewind alSourceRewindv alSourceStop alSourceStopv
      alSourceUnqueueBuffers alSourcef alSourcefv alSourcei alSourceiv alSpeedOfSound
      alcCaptureCloseDevice alcCaptureOpenDevice alcCaptureSamples alcCaptureStart alcCaptureStop
      alcCloseDevice alcCreateContext alcDestroyContext alcGetContextsDevice alcGetCurrentContext
      alcGetEnumValue alcGetError alcGetIntegerv alcGetProcAddress alcGetString
      alcIsExtensionPresent alcMakeContextCurrent alcOpenDevice alcProcessContext alcSuspendContext
    `,
  },
  // Objective-C's classes, which no table dates: `API_AVAILABLE` of each `@interface`.
  {
    library: CLASSES,
    macos: "10.9",
    names: `
      OBJC_CLASS_$_AVAsset OBJC_CLASS_$_AVAssetExportSession OBJC_CLASS_$_AVAssetImageGenerator
      OBJC_CLASS_$_AVAssetReader OBJC_CLASS_$_AVAssetReaderOutput
      OBJC_CLASS_$_AVAssetReaderTrackOutput OBJC_CLASS_$_AVAssetTrack OBJC_CLASS_$_AVAssetWriter
      OBJC_CLASS_$_AVAssetWriterInput OBJC_CLASS_$_AVAssetWriterInputPixelBufferAdaptor
      OBJC_CLASS_$_AVAudioPlayer OBJC_CLASS_$_AVAudioRecorder OBJC_CLASS_$_AVCaptureAudioDataOutput
      OBJC_CLASS_$_AVCaptureConnection OBJC_CLASS_$_AVCaptureDevice
      OBJC_CLASS_$_AVCaptureDeviceFormat OBJC_CLASS_$_AVCaptureDeviceInput
      OBJC_CLASS_$_AVCaptureInput OBJC_CLASS_$_AVCaptureMovieFileOutput
      OBJC_CLASS_$_AVCaptureOutput OBJC_CLASS_$_AVCaptureScreenInput OBJC_CLASS_$_AVCaptureSession
      OBJC_CLASS_$_AVCaptureStillImageOutput OBJC_CLASS_$_AVCaptureVideoDataOutput
      OBJC_CLASS_$_AVCaptureVideoPreviewLayer OBJC_CLASS_$_AVComposition
      OBJC_CLASS_$_AVFrameRateRange OBJC_CLASS_$_AVMutableComposition OBJC_CLASS_$_AVPlayer
      OBJC_CLASS_$_AVPlayerItem OBJC_CLASS_$_AVPlayerItemOutput
      OBJC_CLASS_$_AVPlayerItemVideoOutput OBJC_CLASS_$_AVPlayerItemLegibleOutput
      OBJC_CLASS_$_AVPlayerLayer OBJC_CLASS_$_AVQueuePlayer OBJC_CLASS_$_AVURLAsset
      OBJC_CLASS_$_AVMetadataItem OBJC_CLASS_$_AVMutableMetadataItem OBJC_CLASS_$_GCController
      OBJC_CLASS_$_IOBluetoothDevice OBJC_CLASS_$_IOBluetoothDeviceInquiry
      OBJC_CLASS_$_IOBluetoothDevicePair OBJC_CLASS_$_IOBluetoothHostController
      OBJC_CLASS_$_IOBluetoothL2CAPChannel OBJC_CLASS_$_IOBluetoothOBEXSession
      OBJC_CLASS_$_IOBluetoothObject OBJC_CLASS_$_IOBluetoothRFCOMMChannel
      OBJC_CLASS_$_IOBluetoothSDPDataElement OBJC_CLASS_$_IOBluetoothSDPServiceRecord
      OBJC_CLASS_$_IOBluetoothSDPUUID OBJC_CLASS_$_NSAppearance OBJC_CLASS_$_NSURLComponents
      OBJC_CLASS_$_NSURLSession OBJC_CLASS_$_NSURLSessionConfiguration
      OBJC_CLASS_$_NSURLSessionDataTask OBJC_CLASS_$_NSURLSessionDownloadTask
      OBJC_CLASS_$_NSURLSessionTask OBJC_CLASS_$_NSProgress OBJC_CLASS_$_CBCentralManager
      OBJC_CLASS_$_CBPeripheral OBJC_CLASS_$_CBService OBJC_CLASS_$_CBCharacteristic
      OBJC_CLASS_$_CBDescriptor OBJC_CLASS_$_CBUUID OBJC_CLASS_$_CBPeripheralManager
      OBJC_CLASS_$_CBMutableCharacteristic OBJC_CLASS_$_CBMutableDescriptor
      OBJC_CLASS_$_CBMutableService IOBluetoothNSStringToDeviceAddress
      CBAdvertisementDataLocalNameKey CBAdvertisementDataManufacturerDataKey
      CBAdvertisementDataServiceDataKey CBAdvertisementDataServiceUUIDsKey
      CBCentralManagerScanOptionAllowDuplicatesKey CBErrorDomain CBATTErrorDomain
    `,
  },
  {
    library: CLASSES,
    macos: "10.10",
    names: `
      NSUserActivityTypeBrowsingWeb OBJC_CLASS_$_AVSampleBufferDisplayLayer
      OBJC_CLASS_$_LAContext OBJC_CLASS_$_NSClickGestureRecognizer
      OBJC_CLASS_$_NSGestureRecognizer OBJC_CLASS_$_NSMagnificationGestureRecognizer
      OBJC_CLASS_$_NSPanGestureRecognizer OBJC_CLASS_$_NSPressGestureRecognizer
      OBJC_CLASS_$_NSRotationGestureRecognizer OBJC_CLASS_$_NSVisualEffectView
      OBJC_CLASS_$_NSUserActivity OBJC_CLASS_$_WKNavigation
      OBJC_CLASS_$_WKPreferences OBJC_CLASS_$_WKProcessPool OBJC_CLASS_$_WKUserContentController
      OBJC_CLASS_$_WKUserScript OBJC_CLASS_$_WKWebView OBJC_CLASS_$_WKWebViewConfiguration
    `,
  },
  {
    library: CLASSES,
    macos: "10.11",
    names: `
      OBJC_CLASS_$_CAMetalLayer OBJC_CLASS_$_MTKView OBJC_CLASS_$_MTLArgument
      OBJC_CLASS_$_MTLCompileOptions OBJC_CLASS_$_MTLComputePipelineDescriptor
      OBJC_CLASS_$_MTLDepthStencilDescriptor OBJC_CLASS_$_MTLRenderPassDescriptor
      OBJC_CLASS_$_MTLRenderPipelineDescriptor OBJC_CLASS_$_MTLSamplerDescriptor
      OBJC_CLASS_$_MTLStencilDescriptor OBJC_CLASS_$_MTLTextureDescriptor
      OBJC_CLASS_$_MTLVertexDescriptor OBJC_CLASS_$_WKWebsiteDataStore
    `,
  },
  {
    library: CLASSES,
    macos: "10.12",
    names: "OBJC_CLASS_$_MTLStageInputOutputDescriptor OBJC_CLASS_$_MTLFunctionConstantValues",
  },
  {
    library: CLASSES,
    macos: "10.13",
    names: `
      OBJC_CLASS_$_MLDictionaryFeatureProvider OBJC_CLASS_$_MLFeatureValue OBJC_CLASS_$_MLModel
      OBJC_CLASS_$_MLMultiArray OBJC_CLASS_$_MLPredictionOptions OBJC_CLASS_$_MTLArgumentDescriptor
      OBJC_CLASS_$_MTLCaptureManager OBJC_CLASS_$_MTLHeapDescriptor OBJC_CLASS_$_WKHTTPCookieStore
    `,
  },
  {
    library: CLASSES,
    macos: "10.14",
    names: `
      OBJC_CLASS_$_AVSpeechSynthesisVoice OBJC_CLASS_$_AVSpeechSynthesizer
      OBJC_CLASS_$_AVSpeechUtterance OBJC_CLASS_$_MLModelConfiguration
    `,
  },
  {
    library: CLASSES,
    macos: "10.15",
    names: `
      OBJC_CLASS_$_AVCaptureDeviceDiscoverySession OBJC_CLASS_$_AVCapturePhotoOutput
      OBJC_CLASS_$_AVCapturePhotoSettings OBJC_CLASS_$_MTLCaptureDescriptor
      OBJC_CLASS_$_NSColorSampler
    `,
  },
  {
    // What the compiler refers to by itself.
    library: FOUNDATIONS,
    macos: "10.9",
    names: `
      __CFConstantStringClassReference __CFStringMakeConstantString __kCFBooleanFalse
      __kCFBooleanTrue
    `,
  },
  { library: FOUNDATIONS, macos: "10.11", names: "__NSArray0__ __NSDictionary0__" },
  { library: FOUNDATIONS, macos: "10.15", names: "__NSArray0__struct __NSDictionary0__struct" },
  {
    // `-fobjc-constant-literals`: for macOS 11 and later alone.
    library: FOUNDATIONS,
    macos: "11.0",
    names: `
      OBJC_CLASS_$_NSConstantArray OBJC_CLASS_$_NSConstantDictionary
      OBJC_CLASS_$_NSConstantDoubleNumber OBJC_CLASS_$_NSConstantFloatNumber
      OBJC_CLASS_$_NSConstantIntegerNumber
    `,
  },
  {
    library: SQLITE,
    macos: "10.9",
    names: `
      sqlite3_aggregate_context sqlite3_aggregate_count sqlite3_auto_extension
      sqlite3_backup_finish sqlite3_backup_init sqlite3_backup_pagecount sqlite3_backup_remaining
      sqlite3_backup_step sqlite3_bind_blob sqlite3_bind_double sqlite3_bind_int sqlite3_bind_int64
      sqlite3_bind_null sqlite3_bind_parameter_count sqlite3_bind_parameter_index
      sqlite3_bind_parameter_name sqlite3_bind_text sqlite3_bind_text16 sqlite3_bind_value
      sqlite3_bind_zeroblob sqlite3_blob_bytes sqlite3_blob_close sqlite3_blob_open
      sqlite3_blob_read sqlite3_blob_reopen sqlite3_blob_write sqlite3_busy_handler
      sqlite3_busy_timeout sqlite3_changes sqlite3_clear_bindings sqlite3_close
      sqlite3_collation_needed sqlite3_collation_needed16 sqlite3_column_blob sqlite3_column_bytes
      sqlite3_column_bytes16 sqlite3_column_count sqlite3_column_database_name
      sqlite3_column_decltype sqlite3_column_decltype16 sqlite3_column_double sqlite3_column_int
      sqlite3_column_int64 sqlite3_column_name sqlite3_column_name16 sqlite3_column_origin_name
      sqlite3_column_table_name sqlite3_column_text sqlite3_column_text16 sqlite3_column_type
      sqlite3_column_value sqlite3_commit_hook sqlite3_compileoption_get
      sqlite3_compileoption_used sqlite3_complete sqlite3_complete16 sqlite3_config
      sqlite3_context_db_handle sqlite3_create_collation sqlite3_create_collation16
      sqlite3_create_collation_v2 sqlite3_create_function sqlite3_create_function16
      sqlite3_create_function_v2 sqlite3_create_module sqlite3_create_module_v2 sqlite3_data_count
      sqlite3_data_directory sqlite3_db_config sqlite3_db_filename sqlite3_db_handle
      sqlite3_db_mutex sqlite3_db_readonly sqlite3_db_release_memory sqlite3_db_status
      sqlite3_declare_vtab sqlite3_enable_load_extension sqlite3_enable_shared_cache
      sqlite3_errcode sqlite3_errmsg sqlite3_errmsg16 sqlite3_exec sqlite3_expired
      sqlite3_extended_errcode sqlite3_extended_result_codes sqlite3_file_control sqlite3_finalize
      sqlite3_free sqlite3_free_table sqlite3_get_autocommit sqlite3_get_auxdata sqlite3_get_table
      sqlite3_global_recover sqlite3_initialize sqlite3_interrupt sqlite3_last_insert_rowid
      sqlite3_libversion sqlite3_libversion_number sqlite3_limit sqlite3_log sqlite3_malloc
      sqlite3_memory_alarm sqlite3_memory_highwater sqlite3_memory_used sqlite3_mprintf
      sqlite3_mutex_alloc sqlite3_mutex_enter sqlite3_mutex_free sqlite3_mutex_leave
      sqlite3_mutex_try sqlite3_next_stmt sqlite3_open sqlite3_open16 sqlite3_open_v2
      sqlite3_os_end sqlite3_os_init sqlite3_overload_function sqlite3_prepare sqlite3_prepare16
      sqlite3_prepare16_v2 sqlite3_prepare_v2 sqlite3_profile sqlite3_progress_handler
      sqlite3_randomness sqlite3_realloc sqlite3_release_memory sqlite3_reset
      sqlite3_reset_auto_extension sqlite3_result_blob sqlite3_result_double sqlite3_result_error
      sqlite3_result_error16 sqlite3_result_error_code sqlite3_result_error_nomem
      sqlite3_result_error_toobig sqlite3_result_int sqlite3_result_int64 sqlite3_result_null
      sqlite3_result_text sqlite3_result_text16 sqlite3_result_text16be sqlite3_result_text16le
      sqlite3_result_value sqlite3_result_zeroblob sqlite3_rollback_hook
      sqlite3_rtree_geometry_callback sqlite3_set_authorizer sqlite3_set_auxdata sqlite3_shutdown
      sqlite3_sleep sqlite3_snprintf sqlite3_soft_heap_limit sqlite3_soft_heap_limit64
      sqlite3_sourceid sqlite3_sql sqlite3_status sqlite3_step sqlite3_stmt_busy
      sqlite3_stmt_readonly sqlite3_stmt_status sqlite3_strnicmp sqlite3_stricmp
      sqlite3_table_column_metadata sqlite3_temp_directory sqlite3_test_control
      sqlite3_thread_cleanup sqlite3_threadsafe sqlite3_total_changes sqlite3_trace
      sqlite3_transfer_bindings sqlite3_update_hook sqlite3_uri_boolean sqlite3_uri_int64
      sqlite3_uri_parameter sqlite3_user_data sqlite3_value_blob sqlite3_value_bytes
      sqlite3_value_bytes16 sqlite3_value_double sqlite3_value_int sqlite3_value_int64
      sqlite3_value_numeric_type sqlite3_value_text sqlite3_value_text16 sqlite3_value_text16be
      sqlite3_value_text16le sqlite3_value_type sqlite3_version sqlite3_vfs_find
      sqlite3_vfs_register sqlite3_vfs_unregister sqlite3_vmprintf sqlite3_vsnprintf
      sqlite3_vtab_config sqlite3_vtab_on_conflict sqlite3_wal_autocheckpoint
      sqlite3_wal_checkpoint sqlite3_wal_checkpoint_v2 sqlite3_wal_hook
    `,
  },
  {
    library: SQLITE,
    macos: "10.10",
    names: `
      sqlite3_cancel_auto_extension sqlite3_close_v2 sqlite3_errstr sqlite3_rtree_query_callback
      sqlite3_strglob
    `,
  },
  {
    library: SQLITE,
    macos: "10.11",
    names: `
      sqlite3_bind_blob64 sqlite3_bind_text64 sqlite3_malloc64 sqlite3_msize sqlite3_realloc64
      sqlite3_result_blob64 sqlite3_result_text64
    `,
  },
  {
    library: SQLITE,
    macos: "10.12",
    names: `
      sqlite3_bind_zeroblob64 sqlite3_db_cacheflush sqlite3_expanded_sql sqlite3_result_subtype
      sqlite3_result_zeroblob64 sqlite3_status64 sqlite3_strlike sqlite3_system_errno
      sqlite3_trace_v2 sqlite3_value_dup sqlite3_value_free sqlite3_value_subtype
    `,
  },
  { library: SQLITE, macos: "10.13", names: "sqlite3_set_last_insert_rowid" },
  {
    library: SQLITE,
    macos: "10.14",
    names: `
      sqlite3_bind_pointer sqlite3_keyword_check sqlite3_keyword_count sqlite3_keyword_name
      sqlite3_prepare16_v3 sqlite3_prepare_v3 sqlite3_result_pointer sqlite3_str_append
      sqlite3_str_appendall sqlite3_str_appendchar sqlite3_str_appendf sqlite3_str_errcode
      sqlite3_str_finish sqlite3_str_length sqlite3_str_new sqlite3_str_reset sqlite3_str_value
      sqlite3_str_vappendf sqlite3_value_nochange sqlite3_value_pointer sqlite3_vtab_collation
      sqlite3_vtab_nochange
    `,
  },
  {
    library: SQLITE,
    macos: "10.15",
    names: "sqlite3_create_window_function sqlite3_stmt_isexplain sqlite3_value_frombind",
  },
  {
    library: SQLITE,
    macos: "11.0",
    names: `
      sqlite3_create_filename sqlite3_database_file_object sqlite3_drop_modules
      sqlite3_filename_database sqlite3_filename_journal sqlite3_filename_wal
      sqlite3_free_filename sqlite3_hard_heap_limit64 sqlite3_uri_key
    `,
  },
  {
    library: SQLITE,
    macos: "13.0",
    names: "sqlite3_db_name sqlite3_error_offset sqlite3_vtab_distinct sqlite3_vtab_in",
  },
  {
    library: CURL,
    macos: "10.9",
    names: `
      curl_easy_cleanup curl_easy_duphandle curl_easy_escape curl_easy_getinfo curl_easy_init
      curl_easy_pause curl_easy_perform curl_easy_recv curl_easy_reset curl_easy_send
      curl_easy_setopt curl_easy_strerror curl_easy_unescape curl_escape curl_formadd curl_formfree
      curl_formget curl_free curl_getdate curl_getenv curl_global_cleanup curl_global_init
      curl_global_init_mem curl_maprintf curl_mfprintf curl_mprintf curl_msnprintf curl_msprintf
      curl_multi_add_handle curl_multi_assign curl_multi_cleanup curl_multi_fdset
      curl_multi_info_read curl_multi_init curl_multi_perform curl_multi_remove_handle
      curl_multi_setopt curl_multi_socket curl_multi_socket_action curl_multi_socket_all
      curl_multi_strerror curl_multi_timeout curl_multi_wait curl_mvaprintf curl_mvfprintf
      curl_mvprintf curl_mvsnprintf curl_mvsprintf curl_share_cleanup curl_share_init
      curl_share_setopt curl_share_strerror curl_slist_append curl_slist_free_all curl_strequal
      curl_strnequal curl_unescape curl_version curl_version_info
    `,
  },
  {
    library: CURL,
    macos: "10.15",
    names: `
      curl_easy_upkeep curl_global_sslset curl_mime_addpart curl_mime_data curl_mime_data_cb
      curl_mime_encoder curl_mime_filedata curl_mime_filename curl_mime_free curl_mime_headers
      curl_mime_init curl_mime_name curl_mime_subparts curl_mime_type curl_pushheader_byname
      curl_pushheader_bynum curl_url curl_url_cleanup curl_url_dup curl_url_get curl_url_set
    `,
  },
  {
    library: /^\/usr\/lib\/libexpat(?:\.1)?\.dylib$/,
    macos: "10.9",
    names: `
      XML_DefaultCurrent XML_ErrorString XML_ExpatVersion XML_ExpatVersionInfo
      XML_ExternalEntityParserCreate XML_FreeContentModel XML_GetBase XML_GetBuffer
      XML_GetCurrentByteCount XML_GetCurrentByteIndex XML_GetCurrentColumnNumber
      XML_GetCurrentLineNumber XML_GetErrorCode XML_GetFeatureList XML_GetIdAttributeIndex
      XML_GetInputContext XML_GetParsingStatus XML_GetSpecifiedAttributeCount XML_MemFree
      XML_MemMalloc XML_MemRealloc XML_Parse XML_ParseBuffer XML_ParserCreate XML_ParserCreateNS
      XML_ParserCreate_MM XML_ParserFree XML_ParserReset XML_ResumeParser XML_SetAttlistDeclHandler
      XML_SetBase XML_SetCdataSectionHandler XML_SetCharacterDataHandler XML_SetCommentHandler
      XML_SetDefaultHandler XML_SetDefaultHandlerExpand XML_SetDoctypeDeclHandler
      XML_SetElementDeclHandler XML_SetElementHandler XML_SetEncoding
      XML_SetEndCdataSectionHandler XML_SetEndDoctypeDeclHandler XML_SetEndElementHandler
      XML_SetEndNamespaceDeclHandler XML_SetEntityDeclHandler XML_SetExternalEntityRefHandler
      XML_SetExternalEntityRefHandlerArg XML_SetNamespaceDeclHandler XML_SetNotStandaloneHandler
      XML_SetNotationDeclHandler XML_SetParamEntityParsing XML_SetProcessingInstructionHandler
      XML_SetReturnNSTriplet XML_SetSkippedEntityHandler XML_SetStartCdataSectionHandler
      XML_SetStartDoctypeDeclHandler XML_SetStartElementHandler XML_SetStartNamespaceDeclHandler
      XML_SetUnknownEncodingHandler XML_SetUnparsedEntityDeclHandler XML_SetUserData
      XML_SetXmlDeclHandler XML_StopParser XML_UseForeignDTD XML_UseParserAsHandlerArg
    `,
  },
  {
    library: /^\/usr\/lib\/libxml2(?:\.2)?\.dylib$/,
    macos: "10.9",
    names: `
      xmlAddChild xmlBufferContent xmlBufferCreate xmlBufferFree xmlCharStrdup xmlCheckVersion
      xmlChildElementCount xmlCleanupParser xmlCopyNode xmlDocCopyNode xmlDocDumpFormatMemory
      xmlDocDumpMemory xmlDocGetRootElement xmlDocSetRootElement xmlFirstElementChild xmlFree
      xmlFreeDoc xmlFreeNode xmlFreeParserCtxt xmlFreeTextReader xmlGetLastError xmlGetNoNsProp
      xmlGetNsProp xmlGetProp xmlHasProp xmlInitParser xmlMalloc xmlNewChild xmlNewDoc xmlNewNode
      xmlNewNs xmlNewParserCtxt xmlNewProp xmlNewText xmlNextElementSibling xmlNodeDump
      xmlNodeGetContent xmlNodeListGetString xmlNodeSetContent xmlParseDoc xmlParseFile
      xmlParseMemory xmlReadDoc xmlReadFile xmlReadMemory xmlReaderForFile xmlReaderForMemory
      xmlResetLastError xmlSetNsProp xmlSetProp xmlStrEqual xmlStrcmp xmlStrdup xmlStrlen
      xmlStrncmp xmlTextReaderRead xmlUnlinkNode xmlXPathEvalExpression xmlXPathFreeContext
      xmlXPathFreeObject xmlXPathNewContext xmlXPathRegisterNs
    `,
  },
  {
    library: /^\/usr\/lib\/libresolv(?:\.9)?\.dylib$/,
    macos: "10.9",
    names: `
      dns_free dns_open dns_parse_packet dns_free_reply dns_query dns_search
      dns_search_list_domain res_9_close res_9_dn_comp res_9_dn_expand res_9_dn_skipname
      res_9_getservers res_9_hostalias res_9_init res_9_mkquery res_9_nclose res_9_ndestroy
      res_9_ninit res_9_nmkquery res_9_nquery res_9_ns_initparse res_9_ns_name_compress
      res_9_ns_name_ntop res_9_ns_name_uncompress res_9_ns_parserr res_9_nsearch res_9_nsend
      res_9_query res_9_querydomain res_9_search res_9_send res_9_setservers
    `,
  },
  {
    library: /^\/usr\/lib\/libsasl2(?:\.2)?\.dylib$/,
    macos: "10.9",
    names: `
      sasl_client_done sasl_client_init sasl_client_new sasl_client_start sasl_client_step
      sasl_decode sasl_dispose sasl_done sasl_encode sasl_encodev sasl_errdetail sasl_errstring
      sasl_getprop sasl_global_listmech sasl_listmech sasl_server_init sasl_server_new
      sasl_server_start sasl_server_step sasl_set_alloc sasl_set_mutex sasl_setprop sasl_version
    `,
  },
  {
    // zlib 1.2.8 in 10.12, 1.2.11 in 10.13.
    library: ZLIB,
    macos: "10.12",
    names: "deflatePending deflateResetKeep gzgetc_ gzvprintf inflateGetDictionary inflateResetKeep",
  },
  {
    library: ZLIB,
    macos: "10.13",
    names: `
      adler32_z crc32_z deflateGetDictionary gzfread gzfwrite inflateCodesUsed inflateValidate
      uncompress2
    `,
  },
  {
    library: LIBFFI,
    macos: "10.9",
    names: `
      ffi_call ffi_prep_cif ffi_prep_closure ffi_type_double ffi_type_float ffi_type_longdouble
      ffi_type_pointer ffi_type_sint16 ffi_type_sint32 ffi_type_sint64 ffi_type_sint8
      ffi_type_uint16 ffi_type_uint32 ffi_type_uint64 ffi_type_uint8 ffi_type_void
    `,
  },
  {
    library: LIBFFI,
    macos: "10.15",
    names: "ffi_closure_alloc ffi_closure_free ffi_prep_cif_var ffi_prep_closure_loc",
  },
  {
    library: /^\/usr\/lib\/libncurses\.5\.4\.dylib$/,
    macos: "10.9",
    names: `
      COLORS COLOR_PAIRS COLS ESCDELAY LINES TABSIZE acs_map addch addnstr addstr assume_default_colors
      attr_get attr_off attr_on attr_set attroff attron attrset baudrate beep bkgd bkgdset border box
      can_change_color cbreak chgat clear clearok clrtobot clrtoeol color_content color_set copywin
      curs_set curscr curses_version def_prog_mode def_shell_mode define_key delay_output delch
      deleteln delscreen delwin derwin doupdate dupwin echo echochar endwin erase erasechar filter
      flash flushinp getattrs getbegx getbegy getbkgd getch getcurx getcury getmaxx getmaxy
      getmouse getnstr getparx getpary getstr getwin halfdelay has_colors has_ic has_il has_key
      hline idcok idlok immedok inch init_color init_pair initscr insch insdelln insertln insnstr
      insstr instr intrflush is_linetouched is_wintouched isendwin keybound keyname keyok keypad
      killchar leaveok longname meta mouse_trafo mouseinterval mousemask move mvaddch mvaddstr
      mvcur mvderwin mvprintw mvwaddch mvwaddnstr mvwaddstr mvwin mvwprintw napms newpad newscr
      newterm newwin nl nocbreak nodelay noecho nonl noqiflush noraw notimeout overlay overwrite
      pair_content pechochar pnoutrefresh prefresh printw putp putwin qiflush raw redrawwin refresh
      reset_prog_mode reset_shell_mode resetty resize_term resizeterm ripoffline savetty scanw
      scr_dump scr_init scr_restore scr_set scrl scroll scrollok set_term setscrreg setupterm
      slk_attroff slk_attron slk_attrset slk_clear slk_init slk_label slk_noutrefresh slk_refresh
      slk_restore slk_set slk_touch standend standout start_color stdscr subpad subwin syncok
      termattrs termname tgetent tgetflag tgetnum tgetstr tgoto tigetflag tigetnum tigetstr timeout
      touchline touchwin tparm tputs typeahead unctrl unget_wch ungetch ungetmouse untouchwin
      use_default_colors use_env use_extended_names vidattr vidputs vline vw_printw vwprintw waddch
      waddchnstr waddnstr waddstr wattr_get wattr_off wattr_on wattr_set wattroff wattron wattrset
      wbkgd wbkgdset wborder wchgat wclear wclrtobot wclrtoeol wcolor_set wcursyncup wdelch
      wdeleteln wechochar wenclose werase wgetch wgetnstr wgetstr whline winch winnstr winsch
      winsdelln winsertln winsnstr winsstr winstr wmouse_trafo wmove wnoutrefresh wprintw wredrawln
      wrefresh wresize wscanw wscrl wsetscrreg wstandend wstandout wsyncdown wsyncup wtimeout
      wtouchln wvline
    `,
  },
];

/** Families of names that are older than macOS 10.9 as a whole. */
export const LASTING_FAMILIES: readonly { readonly library: RegExp; readonly symbols: RegExp }[] = [
  {
    library: framework("Accelerate"),
    symbols:
      /^(?:(?:cblas_)?(?:[sdcz](?:axpy|copy|gemm|gemv|gbmv|scal|swap|trsm|trsv|trmm|trmv|tbmv|tbsv|tpmv|tpsv|symm|syrk|syr2k)|[sd](?:asum|dot|ger|nrm2|rot|rotg|rotm|rotmg|symv|sbmv|spmv|spr2?|syr2?)|[cz](?:ger[uc]|dot[uc](?:_sub)?|he(?:mm|mv|r2?|rk|r2k)|hbmv|hpmv|hpr2?|sscal|dscal|srot|drot|rotg)|scasum|dzasum|scnrm2|dznrm2|i[sdcz]amax|sdsdot|dsdot)_?|dcabs1_?|scabs1_?|lsame_?|xerbla(?:_array)?_{0,2}|[sdcz](?:gesvx?|gerfs|getr[fis]|getf2|geequ|gecon|gels[dsxy]?|geqrf|geqp3|gelqf|gehrd|gebal|geev[x]?|gees[x]?|gesvd|gesdd|ggev|gges|ggsvd|gtsv|gbsv|gbtr[fs]|posv|potr[fis]|potf2|pocon|pbsv|pbtr[fs]|pptr[fis]|ptsv|sysv|sytr[fis]|trtr[is]|trcon|trsyl|trevc|hseqr|lacpy|lange|lansy|lantr|larf[gbt]?|lascl|laset|laswp)_|[sd](?:syev[drx]?|sygv[dx]?|sytrd|orgqr|ormqr|orghr|orgtr|steqr|sterf|stev[drx]?|lamch|laruv|larnv)_|[cz](?:heev[drx]?|hegv[dx]?|hetrd|hetr[fis]|hesv|ungqr|unmqr|unghr|ungtr)_)$/,
  },
  {
    library: framework("Accelerate"),
    symbols:
      /^vv(?:rec|div|sqrt|rsqrt|exp2?|expm1|log(?:10|1p|2|b)?|fabs|pows?|sin|cos|tan|sinpi|cospi|tanpi|asin|acos|atan2?|sincos|cosisin|sinh|cosh|tanh|asinh|acosh|atanh|n?int|ceil|floor|fmod|remainder|copysign|nextafter)f?$/,
  },
  {
    library: framework("OpenGL"),
    symbols:
      /^gl(?:(?:Bind|Delete|Gen|Is)(?:Framebuffers?|Renderbuffers?|VertexArrays?|Buffers?|Queries|Query)|(?:Attach|Compile|Create|Delete|Detach|Link|Use|Validate)(?:Shader|Program)|ShaderSource|BlitFramebuffer|CheckFramebufferStatus|FramebufferTexture(?:1D|2D|3D|Layer)?|FramebufferRenderbuffer|GenerateMipmap|RenderbufferStorage(?:Multisample)?|BufferData|BufferSubData|MapBuffer(?:Range)?|UnmapBuffer|ActiveTexture|(?:Enable|Disable)VertexAttribArray|VertexAttribI?Pointer|Uniform(?:[1-4](?:f|i|ui)v?|Matrix[234]fv)|Get(?:Attrib|Uniform)Location|Get(?:Program|Shader)(?:iv|InfoLog)|BindAttribLocation|BindFragDataLocation|DrawArraysInstanced|DrawElementsInstanced|DrawBuffers|BlendFuncSeparate|BlendEquation(?:Separate)?|StencilFuncSeparate|StencilOpSeparate|StencilMaskSeparate|GetStringi|Get(?:Framebuffer|Renderbuffer)(?:Attachment)?Parameteriv)$/,
  },
];
