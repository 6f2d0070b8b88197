// A file that embed() of embed.bzl has put into the program.

#ifndef PLUMBLINE_TOOLS_CLI_EMBEDDED_FILE_H_
#define PLUMBLINE_TOOLS_CLI_EMBEDDED_FILE_H_

#include <string_view>

namespace plumbline {

struct EmbeddedFile {
  std::string_view name;
  std::string_view bytes;
};

}  // namespace plumbline

#endif  // PLUMBLINE_TOOLS_CLI_EMBEDDED_FILE_H_
