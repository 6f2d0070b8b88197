// The reader of baselines: any index and file of records are refused with a
// reason, or are surfaces, which may be refused in turn. Written and read
// again, those are the same.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "tools/harvest/baseline_writer.h"
#include "tools/harvest/baselines.h"
#include "tools/harvest/surface_text.h"

namespace plumbline::harvest {
namespace {

void TakeText(const std::string& text) {
  // The index ends where its last line does; the rest is a file of records.
  const std::size_t end = text.find("\nend\n");
  const std::size_t middle = end == std::string::npos ? text.size() : end + 5;
  const std::string index_text = text.substr(0, middle);
  const auto index = ReadBaselineIndex(index_text, "index");
  if (!index) {
    if (index.error().message.empty()) abort();
    return;
  }
  std::vector<BaselineText> files;
  if (middle < text.size())
    files.push_back({"records", std::string_view(text).substr(middle)});
  for (const Baseline& baseline : index->baselines) {
    const auto assembled = AssembleBaseline(*index, baseline, files);
    if (!assembled) {
      if (assembled.error().message.empty()) abort();
      continue;
    }
    const auto surface = ReadSurface(*assembled, "assembled");
    if (!surface) continue;
    const std::string whole = WriteSurface(*surface);
    const auto written = WriteBaselines({{"one", whole}});
    if (!written) continue;
    const auto again = ReadBaselineIndex(written->front().text, "again");
    if (!again) abort();
    std::vector<BaselineText> rest;
    for (const BaselineFile& file : *written)
      rest.push_back({file.name, file.text});
    rest.erase(rest.begin());
    const auto same = AssembleBaseline(*again, again->baselines.front(), rest);
    if (!same || ReadSurface(*same, "same")->arch != surface->arch) abort();
    // Control characters sort before the tab, and a surface refuses none.
    if (*same != whole &&
        whole.find_first_of("\x01\x02\x03\x04\x05\x06\x07\x08") ==
            std::string::npos &&
        whole.find('\0') == std::string::npos)
      abort();
  }
}

}  // namespace
}  // namespace plumbline::harvest

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  plumbline::harvest::TakeText(
      std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}
