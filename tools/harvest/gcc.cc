#include "tools/harvest/gcc.h"

#include <fmt/format.h>

#include <fstream>
#include <sstream>

namespace plumbline::harvest {

using cli::Fail;
using cli::Result;

Result<Gcc> FindGcc(const Architecture& arch) {
  Gcc gcc;
  std::error_code error;
  gcc.program = fmt::format("/usr/bin/{}-gcc", arch.triple);
  if (!std::filesystem::exists(gcc.program, error))
    return Fail("{}: not there: install {}", gcc.program,
                fmt::format("g++-{}", arch.triple));
  Result<std::string> own = RunTool(gcc.program, {"-print-file-name=include"});
  if (!own) return Fail("{}: {}", gcc.program, own.error().message);
  gcc.own_headers = own->substr(0, own->find('\n'));
  const Result<std::string> macros =
      RunTool(gcc.program, {"-std=gnu17", "-dM", "-E", "-x", "c", "/dev/null"});
  if (!macros) return Fail("{}: {}", gcc.program, macros.error().message);
  Result<TemporaryFolder> folder = TemporaryFolder::Make();
  if (!folder) return tl::unexpected(folder.error());
  gcc.folder = std::make_shared<TemporaryFolder>(*std::move(folder));
  std::ofstream out(gcc.macros());
  std::istringstream lines(*macros);
  for (std::string line; std::getline(lines, line);) {
    // As clang is told for other architectures; see ClangOptions().
    if (line.starts_with("#define __GNUC__ ")) line = "#define __GNUC__ 10";
    if (line.starts_with("#define __GNUC_MINOR__ "))
      line = "#define __GNUC_MINOR__ 2";
    // The command line has them, and what these are is the sysroot's to say.
    if (line.starts_with("#define _FORTIFY_SOURCE") ||
        line.starts_with("#define _STDC_PREDEF_H") ||
        line.starts_with("#define __STDC_IEC") ||
        line.starts_with("#define __STDC_ISO_10646__"))
      continue;
    // Of gcc without -O2, which fortified headers ask for.
    if (line.starts_with("#define __NO_INLINE__"))
      line = "#ifdef _FORTIFY_SOURCE\n#define __OPTIMIZE__ 1\n#else\n" + line +
             "\n#endif";
    out << line << '\n';
  }
  out.close();
  if (!out) return Fail("{}: can't be written", gcc.macros());
  return gcc;
}

}  // namespace plumbline::harvest
