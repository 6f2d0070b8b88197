// Small surfaces for tests, written as the text format has them.

#ifndef PLUMBLINE_TOOLS_GATE_TESTING_H_
#define PLUMBLINE_TOOLS_GATE_TESTING_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "tools/gate/compare.h"
#include "tools/gate/finding.h"
#include "tools/harvest/surface_text.h"

namespace plumbline::gate {

// Columns are between tabs there, and between bars here.
inline std::string Tabbed(std::string_view text) {
  std::string out(text);
  std::replace(out.begin(), out.end(), '|', '\t');
  return out;
}

// A surface of these lines, for amd64 unless told otherwise.
inline harvest::Surface SurfaceOf(std::string_view lines,
                                  std::string_view arch = "amd64") {
  const std::string text =
      Tabbed("plumbline-surface|1\narch|" + std::string(arch) +
             "\nlibc|glibc 2.99\nkernel-headers|6.9.2\n" + std::string(lines) +
             "end\n");
  auto surface = harvest::ReadSurface(text, "test");
  if (!surface) ADD_FAILURE() << surface.error().message << "\n" << text;
  return surface ? *std::move(surface) : harvest::Surface();
}

// "id name old new", one a finding, in order of text.
inline std::vector<std::string> Told(const std::vector<Finding>& findings) {
  std::vector<std::string> told;
  for (const Finding& finding : findings) {
    std::string line(KindOf(finding.id).name);
    for (const std::string& part :
         {finding.name, finding.old_is, finding.new_is})
      line += "|" + part;
    told.push_back(line);
  }
  std::sort(told.begin(), told.end());
  return told;
}

inline std::vector<std::string> Told(std::string_view before,
                                     std::string_view after) {
  return Told(Compare(SurfaceOf(before), SurfaceOf(after)));
}

}  // namespace plumbline::gate

#endif  // PLUMBLINE_TOOLS_GATE_TESTING_H_
