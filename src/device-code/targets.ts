/** For which GPUs there is code. */
export interface DeviceTargets {
  /** `sm_90a`, `compute_80`, `gfx942`; sorted. */
  readonly targets: readonly string[];
  /** True where some of the device code could not be read. */
  readonly partly: boolean;
}
