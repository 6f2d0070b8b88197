// The readers of a checker: rows, as tools/codegen writes them, and the facts
// of object files. Each line is a row, or refused as no fact.

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>

#include "conformance/abi/agreement.h"
#include "conformance/abi/rows.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using namespace plumbline::abi;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const Row& row : ReadRows(text)) {
    const std::string_view value = row["value"];
    // What is told is in the text.
    if (text.find(row.kind()) == text.npos || text.find(value) == text.npos ||
        value.size() > size) {
      std::abort();
    }
    (void)row.Number("value");
  }
  static constexpr plumbline_fact kFacts[] = {
      {0x1f, 0x2a, 4, 8, PLUMBLINE_INT, 1}};
  FactStore facts;
  facts.Add(std::span(kFacts));
  // The same as a file, as a checker has it.
  static const int file = ::memfd_create("facts", 0);
  static const std::string name = "/proc/self/fd/" + std::to_string(file);
  if (::ftruncate(file, 0) != 0 ||
      ::pwrite(file, data, size, 0) != static_cast<ssize_t>(size)) {
    std::abort();
  }
  const Check check = JudgeAgreement(facts, name);
  if ((check.status == Status::kFailed) == check.seen.empty()) std::abort();
  return 0;
}
