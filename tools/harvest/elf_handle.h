// libelf's handle of a file or a member of an archive, which ends with its
// owner.

#ifndef PLUMBLINE_TOOLS_HARVEST_ELF_HANDLE_H_
#define PLUMBLINE_TOOLS_HARVEST_ELF_HANDLE_H_

#include <libelf.h>

#include <memory>

namespace plumbline::harvest {

struct EndElf {
  void operator()(Elf* elf) const { elf_end(elf); }
};
using ElfHandle = std::unique_ptr<Elf, EndElf>;

}  // namespace plumbline::harvest

#endif  // PLUMBLINE_TOOLS_HARVEST_ELF_HANDLE_H_
