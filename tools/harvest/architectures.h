// The architectures, as bindings/data_models.toml names them, by what a harvest
// must know of each.

#ifndef PLUMBLINE_TOOLS_HARVEST_ARCHITECTURES_H_
#define PLUMBLINE_TOOLS_HARVEST_ARCHITECTURES_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tools/cli/error.h"

namespace plumbline::harvest {

struct Architecture {
  std::string_view name;
  std::string_view triple;     // of the GNU tools: g++-TRIPLE
  std::string_view multiarch;  // Debian's folder: /usr/include/MULTIARCH
  // clang's target, with options after spaces. Where clang has none, the one
  // whose C is the most alike, and gcc then measures everything.
  std::string_view clang;
  bool clang_knows = true;
  bool narrow = false;  // time_t and off_t have 32 bits unless asked otherwise
  // What the ELF header of libc.so.6 says.
  std::uint16_t machine = 0;
  std::uint8_t elf_class = 0;   // 1: 32 bits, 2: 64 bits
  std::uint8_t elf_endian = 0;  // 1: little, 2: big
};

std::span<const Architecture> Architectures();

// nullptr if there is none of this name.
const Architecture* FindArchitecture(std::string_view name);

}  // namespace plumbline::harvest

#endif  // PLUMBLINE_TOOLS_HARVEST_ARCHITECTURES_H_
