#include "tools/harvest/architectures.h"

#include <elf.h>

#include <array>

namespace plumbline::harvest {
namespace {

// clang-format off
constexpr auto kArchitectures = std::to_array<Architecture>({
    {"amd64", "x86_64-linux-gnu", "x86_64-linux-gnu", "x86_64-linux-gnu", true, false, EM_X86_64, ELFCLASS64, ELFDATA2LSB},
    {"i386", "i686-linux-gnu", "i386-linux-gnu", "i686-linux-gnu", true, true, EM_386, ELFCLASS32, ELFDATA2LSB},
    {"x32", "x86_64-linux-gnux32", "x86_64-linux-gnux32", "x86_64-linux-gnux32", true, false, EM_X86_64, ELFCLASS32, ELFDATA2LSB},
    {"arm64", "aarch64-linux-gnu", "aarch64-linux-gnu", "aarch64-linux-gnu", true, false, EM_AARCH64, ELFCLASS64, ELFDATA2LSB},
    {"armhf", "arm-linux-gnueabihf", "arm-linux-gnueabihf", "armv7-linux-gnueabihf", true, true, EM_ARM, ELFCLASS32, ELFDATA2LSB},
    {"armel", "arm-linux-gnueabi", "arm-linux-gnueabi", "armv5te-linux-gnueabi", true, true, EM_ARM, ELFCLASS32, ELFDATA2LSB},
    {"riscv64", "riscv64-linux-gnu", "riscv64-linux-gnu", "riscv64-linux-gnu", true, false, EM_RISCV, ELFCLASS64, ELFDATA2LSB},
    {"ppc64el", "powerpc64le-linux-gnu", "powerpc64le-linux-gnu", "powerpc64le-linux-gnu", true, false, EM_PPC64, ELFCLASS64, ELFDATA2LSB},
    {"ppc64", "powerpc64-linux-gnu", "powerpc64-linux-gnu", "powerpc64-linux-gnu", true, false, EM_PPC64, ELFCLASS64, ELFDATA2MSB},
    {"powerpc", "powerpc-linux-gnu", "powerpc-linux-gnu", "powerpc-linux-gnu", true, true, EM_PPC, ELFCLASS32, ELFDATA2MSB},
    {"s390x", "s390x-linux-gnu", "s390x-linux-gnu", "s390x-linux-gnu", true, false, EM_S390, ELFCLASS64, ELFDATA2MSB},
    {"mips", "mips-linux-gnu", "mips-linux-gnu", "mips-linux-gnu", true, true, EM_MIPS, ELFCLASS32, ELFDATA2MSB},
    {"mipsel", "mipsel-linux-gnu", "mipsel-linux-gnu", "mipsel-linux-gnu", true, true, EM_MIPS, ELFCLASS32, ELFDATA2LSB},
    {"mips64", "mips64-linux-gnuabi64", "mips64-linux-gnuabi64", "mips64-linux-gnuabi64", true, false, EM_MIPS, ELFCLASS64, ELFDATA2MSB},
    {"mips64el", "mips64el-linux-gnuabi64", "mips64el-linux-gnuabi64", "mips64el-linux-gnuabi64", true, false, EM_MIPS, ELFCLASS64, ELFDATA2LSB},
    {"sparc64", "sparc64-linux-gnu", "sparc64-linux-gnu", "sparc64-linux-gnu", true, false, EM_SPARCV9, ELFCLASS64, ELFDATA2MSB},
    {"alpha", "alpha-linux-gnu", "alpha-linux-gnu", "mips64el-linux-gnuabi64", false, false, EM_ALPHA, ELFCLASS64, ELFDATA2LSB},
    {"hppa", "hppa-linux-gnu", "hppa-linux-gnu", "mips-linux-gnu", false, true, EM_PARISC, ELFCLASS32, ELFDATA2MSB},
    {"m68k", "m68k-linux-gnu", "m68k-linux-gnu", "mips-linux-gnu", false, true, EM_68K, ELFCLASS32, ELFDATA2MSB},
    {"sh4", "sh4-linux-gnu", "sh4-linux-gnu", "mipsel-linux-gnu", false, true, EM_SH, ELFCLASS32, ELFDATA2LSB},
});
// clang-format on

}  // namespace

std::span<const Architecture> Architectures() { return kArchitectures; }

const Architecture* FindArchitecture(std::string_view name) {
  for (const Architecture& architecture : kArchitectures) {
    if (architecture.name == name) return &architecture;
  }
  return nullptr;
}

}  // namespace plumbline::harvest
