#include "tools/cli/tiny_elf.h"

#include <elf.h>

#include <cstring>

namespace plumbline::cli {
namespace {

constexpr Elf32_Addr kBase = 0x10000;

std::string Program(Elf32_Half machine, std::string_view code) {
  constexpr Elf32_Word kHeaders = sizeof(Elf32_Ehdr) + sizeof(Elf32_Phdr);
  Elf32_Ehdr header = {};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS32;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_ident[EI_VERSION] = EV_CURRENT;
  header.e_type = ET_EXEC;
  header.e_machine = machine;
  header.e_version = EV_CURRENT;
  header.e_entry = kBase + kHeaders;
  header.e_phoff = sizeof(Elf32_Ehdr);
  header.e_ehsize = sizeof(Elf32_Ehdr);
  header.e_phentsize = sizeof(Elf32_Phdr);
  header.e_phnum = 1;
  Elf32_Phdr segment = {};
  segment.p_type = PT_LOAD;
  segment.p_vaddr = kBase;
  segment.p_paddr = kBase;
  segment.p_filesz = kHeaders + static_cast<Elf32_Word>(code.size());
  segment.p_memsz = segment.p_filesz;
  segment.p_flags = PF_R | PF_X;
  segment.p_align = 0x1000;

  std::string bytes(reinterpret_cast<const char*>(&header), sizeof header);
  bytes.append(reinterpret_cast<const char*>(&segment), sizeof segment);
  bytes.append(code);
  return bytes;
}

}  // namespace

std::string TinyElf(std::string_view arch) {
  using namespace std::string_view_literals;
  // mov $1,%eax (exit); xor %ebx,%ebx; int $0x80
  if (arch == "i386")
    return Program(EM_386, "\xb8\x01\x00\x00\x00\x31\xdb\xcd\x80"sv);
  // mov $0x4000003c,%eax (x32's exit); xor %edi,%edi; syscall
  if (arch == "x32")
    return Program(EM_X86_64, "\xb8\x3c\x00\x00\x40\x31\xff\x0f\x05"sv);
  return "";
}

}  // namespace plumbline::cli
