// The executor's reader of programs, line by line: whatever comes, each program
// is taken or answered with an error.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "conformance/semantics/executor/program.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using namespace plumbline::executor;
  static Program program;
  Parser parser(&program);
  std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto take = [&](Parser::Status status) {
    if (status == Parser::Status::kError && parser.error().empty()) abort();
    if (status != Parser::Status::kProgram) return;
    if (program.step_count > kMaxSteps || program.last_thread > kMaxThread)
      abort();
    for (int i = 0; i < program.step_count; ++i) {
      if (program.steps[i].thread > program.last_thread) abort();
    }
  };
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    take(parser.Feed(text.substr(0, end)));
    if (end == text.npos) break;
    text.remove_prefix(end + 1);
  }
  take(parser.Finish());
  return 0;
}
