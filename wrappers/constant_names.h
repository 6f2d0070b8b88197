#ifndef WRAPPERS_CONSTANT_NAMES_H_
#define WRAPPERS_CONSTANT_NAMES_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace plumbline::internal {

struct ConstantName {
  std::uint64_t value;
  const char* name;
};

// The constants of one type of wrappers/constants.toml.
struct ConstantsType {
  std::string_view name;
  bool flags;  // else an enumeration
  std::span<const ConstantName> names;
};

// By number (argument_kind.h). tools/codegen writes them.
std::span<const ConstantsType> AllConstantsTypes();

// nullptr if there is no such type.
const ConstantsType* FindConstantsType(std::string_view name);

// "EPOLLIN|EPOLLET|0x4000", "EPOLL_CTL_ADD", "0" or "0x63".
std::string Spell(const ConstantsType& type, std::uint64_t value);

}  // namespace plumbline::internal

#endif  // WRAPPERS_CONSTANT_NAMES_H_
