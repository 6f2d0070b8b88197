// One run of clang's front end over a text, by libclang.

#ifndef PLUMBLINE_TOOLS_HARVEST_CLANG_UNIT_H_
#define PLUMBLINE_TOOLS_HARVEST_CLANG_UNIT_H_

#include <clang-c/Index.h>

#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tools/cli/error.h"
#include "tools/harvest/sysroot.h"

namespace plumbline::harvest {

// A file of a unit is a header's index; the compiler's own headers have numbers
// beyond those, which differ from unit to unit.
inline constexpr int kMainFile = -1;  // the text itself
inline constexpr int kNoFile = -2;

// A string of libclang as ours.
std::string TakeText(CXString string);

// Tells headers by what they are on disk: a compiler may name one by another
// path than the one that it was included by, where links are on the way.
class HeaderFiles {
 public:
  explicit HeaderFiles(const std::vector<HeaderFile>& headers);

  // The header's index, or kNoFile.
  int Find(CXFile file) const;

  const HeaderFile& operator[](int index) const {
    return headers_[static_cast<std::size_t>(index)];
  }
  int size() const { return static_cast<int>(headers_.size()); }

 private:
  const std::vector<HeaderFile>& headers_;
  std::unordered_map<unsigned long long, int> by_file_;
};

struct Diagnostic {
  int file = kNoFile;
  unsigned line = 0;
  std::string message;
  bool is_error = false;
  // Files of what it is about: where a macro was defined, notes.
  std::vector<int> others;
};

class ClangUnit {
 public:
  enum class Detail {
    kPreprocessor,  // keeps macros and inclusions
    kParse,
  };

  // `options` are of clang's command line.
  static cli::Result<ClangUnit> Parse(const std::string& text,
                                      const std::vector<std::string>& options,
                                      Detail detail, const HeaderFiles& files);

  ClangUnit(ClangUnit&& other) noexcept
      : files_(other.files_),
        index_(std::exchange(other.index_, nullptr)),
        unit_(std::exchange(other.unit_, nullptr)),
        main_(other.main_),
        foreign_(other.foreign_),
        found_(std::move(other.found_)),
        texts_(std::move(other.texts_)) {}
  ClangUnit& operator=(ClangUnit&&) = delete;
  ~ClangUnit();

  CXTranslationUnit get() const { return unit_; }
  CXCursor cursor() const { return clang_getTranslationUnitCursor(unit_); }

  int FileOf(CXFile file);
  int FileOf(CXSourceLocation location, unsigned* line = nullptr,
             unsigned* offset = nullptr);

  std::vector<Diagnostic> Diagnostics();

  // All files that FileOf() has told are below this.
  int FileBound() const { return files_->size() + foreign_; }

  // The file's text, as clang has read it.
  std::string_view TextOf(CXFile file);

 private:
  ClangUnit(const HeaderFiles& files, CXIndex index, CXTranslationUnit unit);

  const HeaderFiles* files_;
  CXIndex index_;
  CXTranslationUnit unit_;
  CXFile main_;
  int foreign_ = 0;
  std::unordered_map<CXFile, int> found_;
  std::unordered_map<CXFile, std::string_view> texts_;
};

struct Gcc;

// Options that make clang see the sysroot's headers and no others, as a C
// compiler of the architecture does.
cli::Result<std::vector<std::string>> ClangOptions(
    const Sysroot& sysroot, const std::vector<std::string>& defines,
    const Gcc* gcc = nullptr);

}  // namespace plumbline::harvest

#endif  // PLUMBLINE_TOOLS_HARVEST_CLANG_UNIT_H_
