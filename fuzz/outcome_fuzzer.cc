// The model: whatever a target answers, it is refused or judged, soon. The
// input is a program, and the outcome after its line "end".

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/semantics/model/judge.h"
#include "conformance/semantics/model/outcome.h"
#include "conformance/semantics/model/program.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using namespace plumbline::semantics;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  constexpr std::string_view kEnd = "\nend\n";
  const std::size_t end = text.find(kEnd);
  if (end == text.npos) return 0;
  std::vector<Program> programs;
  ParseError error;
  if (!ParsePrograms(text.substr(0, end + kEnd.size()), programs, error) ||
      programs.size() != 1) {
    return 0;
  }
  Outcome outcome;
  std::string message;
  if (!ParseOutcome(text.substr(end + kEnd.size()), outcome, message)) return 0;
  Judge judge({});
  (void)judge.Check(programs.front(), outcome);
  return 0;
}
