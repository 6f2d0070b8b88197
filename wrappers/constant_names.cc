#include "wrappers/constant_names.h"

#include <bit>
#include <cstdio>

namespace plumbline::internal {
namespace {

std::string Hex(std::uint64_t value) {
  char text[24];
  std::snprintf(text, sizeof(text), "0x%llx",
                static_cast<unsigned long long>(value));
  return text;
}

// The name that stands for most of `value`'s bits; nullptr if none fits.
const ConstantName* Largest(const ConstantsType& type, std::uint64_t value) {
  const ConstantName* best = nullptr;
  for (const ConstantName& one : type.names) {
    const std::uint64_t bits = one.value & 0xffffffff;
    if (bits == 0 || (value & bits) != bits) continue;
    if (best == nullptr ||
        std::popcount(bits) > std::popcount(best->value & 0xffffffff))
      best = &one;
  }
  return best;
}

}  // namespace

const ConstantsType* FindConstantsType(std::string_view name) {
  for (const ConstantsType& type : AllConstantsTypes()) {
    if (type.name == name) return &type;
  }
  return nullptr;
}

std::string Spell(const ConstantsType& type, std::uint64_t value) {
  for (const ConstantName& one : type.names) {
    if ((one.value & 0xffffffff) == value) return one.name;
  }
  if (value == 0) return "0";
  if (!type.flags) return Hex(value);
  std::string text;
  while (const ConstantName* one = Largest(type, value)) {
    if (!text.empty()) text += '|';
    text += one->name;
    value &= ~one->value;
  }
  if (value == 0) return text;
  return text.empty() ? Hex(value) : text + '|' + Hex(value);
}

}  // namespace plumbline::internal
