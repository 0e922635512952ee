/** From machine, class, byte order and flags to the name in platform tags. */
import { EF_ARM, EM } from "./constants.ts";
import type { Ehdr, ElfContext } from "./layout.ts";
import { armEabi } from "./names.ts";

/** Tag_CPU_arch of ARMv7; v6-M and v6S-M (11, 12) have no Linux. */
const ARM_V7 = 10;

/**
 * The policy data's name of the architecture, `armv6l` apart where the file says so, or `unknown`.
 *
 * x32 (x86-64 code with 32-bit addresses) and soft-float Arm have no wheels, so they're unknown.
 *
 * @param armArch Tag_CPU_arch of the build attributes, when it is known.
 */
export function archOf(ehdr: Ehdr, context: ElfContext, armArch?: number): string {
  const bits = context.variant === "elf64" ? 64 : 32;
  const order = context.littleEndian ? "le" : "be";
  switch (`${ehdr.e_machine}/${bits}/${order}`) {
    case `${EM.EM_386}/32/le`:
      return "i686";
    case `${EM.EM_X86_64}/64/le`:
      return "x86_64";
    case `${EM.EM_AARCH64}/64/le`:
      return "aarch64";
    case `${EM.EM_PPC64}/64/le`:
      return "ppc64le";
    case `${EM.EM_PPC64}/64/be`:
      return "ppc64";
    case `${EM.EM_S390}/64/be`:
      return "s390x";
    case `${EM.EM_RISCV}/64/le`:
      return "riscv64";
    case `${EM.EM_LOONGARCH}/64/le`:
      return "loongarch64";
    case `${EM.EM_ARM}/32/le`: {
      const hard = (ehdr.e_flags & EF_ARM.EF_ARM_ABI_FLOAT_HARD) !== 0;
      if (armEabi(ehdr.e_flags) !== 5 || !hard) return "unknown";
      return armArch !== undefined && armArch < ARM_V7 ? "armv6l" : "armv7l";
    }
  }
  return "unknown";
}
