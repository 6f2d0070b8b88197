#include "tools/cli/value.h"

#include <fmt/format.h>

#include <cstdint>

namespace plumbline::cli {
namespace {

constexpr std::uint64_t kSmall = 256;

bool SuitsOctal(std::string_view name) {
  return name.starts_with("O_") || name.starts_with("S_");
}

// nullopt for what is negative or no integer.
std::optional<std::uint64_t> Positive(const Json& value) {
  if (value.is_number_unsigned()) return value.get<std::uint64_t>();
  if (value.is_number_integer() && value.get<std::int64_t>() >= 0) {
    return static_cast<std::uint64_t>(value.get<std::int64_t>());
  }
  return std::nullopt;
}

}  // namespace

std::string ShortValue(std::string_view name, const Json& value) {
  const std::optional<std::uint64_t> number = Positive(value);
  if (!number) return value.dump();
  // One octal digit is the same in decimal.
  if (SuitsOctal(name) && *number >= 8) return fmt::format("0{:o}", *number);
  if (*number < kSmall) return fmt::format("{}", *number);
  return fmt::format("0x{:x}", *number);
}

std::string FullValue(std::string_view name, const Json& value) {
  const std::optional<std::uint64_t> number = Positive(value);
  if (!number) return value.dump();
  if (SuitsOctal(name) && *number >= 8)
    return fmt::format("0x{0:x} (0{0:o}, {0})", *number);
  if (*number < kSmall) return fmt::format("{}", *number);
  return fmt::format("0x{0:x} ({0})", *number);
}

}  // namespace plumbline::cli
