// The forms in which `check` says what it found.

#ifndef PLUMBLINE_TOOLS_CLI_CHECK_FORMATS_H_
#define PLUMBLINE_TOOLS_CLI_CHECK_FORMATS_H_

#include <string>

#include "tools/cli/results.h"

namespace plumbline::cli {

std::string CheckText(const CheckResults& results, bool colour);

// Schema plumbline.check/1.
std::string CheckJson(const CheckResults& results);

std::string CheckMarkdown(const CheckResults& results);

// A test suite per target, a test case per check.
std::string CheckJunit(const CheckResults& results);

// One page that needs no other file and no network.
std::string CheckHtml(const CheckResults& results);

}  // namespace plumbline::cli

#endif  // PLUMBLINE_TOOLS_CLI_CHECK_FORMATS_H_
