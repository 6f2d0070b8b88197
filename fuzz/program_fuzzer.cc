// The runner's reader of programs: whatever it is given, it ends with an error
// or with programs that are written as they are read, and that C can be made
// of.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "conformance/semantics/model/program.h"
#include "conformance/semantics/runner/c_program.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using namespace plumbline::semantics;
  std::vector<Program> programs;
  ParseError error;
  if (!ParsePrograms({reinterpret_cast<const char*>(data), size}, programs,
                     error)) {
    if (error.message.empty() || error.line < 1) std::abort();
    return 0;
  }
  for (const Program& program : programs) {
    std::vector<Program> again;
    if (!ParsePrograms(ToText(program), again, error) || again.size() != 1 ||
        again.front() != program) {
      std::abort();
    }
    if (CProgram(program).empty()) std::abort();
  }
  return 0;
}
