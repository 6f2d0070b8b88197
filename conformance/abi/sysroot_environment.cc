#include <fcntl.h>
#include <libelf.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <string>
#include <utility>

#include "conformance/abi/elf_symbols.h"
#include "conformance/abi/environment.h"

// The target's libc.so; static_facts.py writes it beside the facts.
extern "C" const char plumbline_sysroot_libc[];

namespace plumbline::abi {
namespace {

// A checker without its target's library has nothing to say.
[[noreturn]] void Fail(const std::string& reason) {
  std::cerr << plumbline_sysroot_libc << ": " << reason << "\n";
  std::exit(2);
}

}  // namespace

Environment Observe(std::string_view arch, std::string_view variant,
                    const FactStore& facts) {
  Target target = DescribeHeaders(arch, variant, facts);
  target.runs = false;
  elf_version(EV_CURRENT);
  const int file = open(plumbline_sysroot_libc, O_RDONLY | O_CLOEXEC);
  if (file < 0) Fail("cannot be opened");
  Elf* elf = elf_begin(file, ELF_C_READ, nullptr);
  if (elf == nullptr || elf_kind(elf) != ELF_K_ELF) Fail("is no ELF file");
  SymbolTable symbols = ReadElfSymbols(elf);
  elf_end(elf);
  close(file);
  if (symbols.empty()) Fail("exports no symbols");
  return {target, std::move(symbols)};
}

}  // namespace plumbline::abi
