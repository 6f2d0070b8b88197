#include "tools/harvest/clang_unit.h"

#include <fmt/format.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tools/harvest/gcc.h"

namespace plumbline::harvest {
namespace {

namespace fs = std::filesystem;
using cli::Fail;
using cli::Result;

constexpr const char* kMainName = "plumbline.c";

// Whether clang has the type beside long double, or long double is it.
bool HasFloat128(const Architecture& arch) {
  return arch.name == "amd64" || arch.name == "i386" || arch.name == "x32" ||
         arch.name == "ppc64el";
}

// Whether glibc declares _Float128 for clang by itself, as it does since 2.42.
bool KnowsClang(const Sysroot& sysroot) {
  for (const HeaderFile& header : sysroot.headers) {
    if (header.name != "bits/floatn.h") continue;
    std::ifstream in(header.file);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str().find("__glibc_clang_prereq") != std::string::npos;
  }
  return false;
}

unsigned long long Id(unsigned long long device, unsigned long long inode) {
  return device * 0x9e3779b97f4a7c15ULL ^ inode;
}

}  // namespace

std::string TakeText(CXString string) {
  const char* text = clang_getCString(string);
  std::string taken = text == nullptr ? "" : text;
  clang_disposeString(string);
  return taken;
}

HeaderFiles::HeaderFiles(const std::vector<HeaderFile>& headers)
    : headers_(headers) {
  for (std::size_t i = 0; i < headers.size(); ++i) {
    struct stat status = {};
    if (stat(headers[i].file.c_str(), &status) == 0)
      by_file_.emplace(Id(status.st_dev, status.st_ino), static_cast<int>(i));
  }
}

int HeaderFiles::Find(CXFile file) const {
  CXFileUniqueID id;
  if (file == nullptr || clang_getFileUniqueID(file, &id) != 0) return kNoFile;
  const auto found = by_file_.find(Id(id.data[0], id.data[1]));
  return found == by_file_.end() ? kNoFile : found->second;
}

ClangUnit::ClangUnit(const HeaderFiles& files, CXIndex index,
                     CXTranslationUnit unit)
    : files_(&files),
      index_(index),
      unit_(unit),
      main_(clang_getFile(unit, kMainName)) {}

ClangUnit::~ClangUnit() {
  if (unit_ != nullptr) clang_disposeTranslationUnit(unit_);
  if (index_ != nullptr) clang_disposeIndex(index_);
}

Result<ClangUnit> ClangUnit::Parse(const std::string& text,
                                   const std::vector<std::string>& options,
                                   Detail detail, const HeaderFiles& files) {
  std::vector<const char*> words;
  for (const std::string& option : options) words.push_back(option.c_str());
  // The bodies of inline functions promise nothing, and are assembler at times.
  unsigned flags =
      CXTranslationUnit_KeepGoing | CXTranslationUnit_SkipFunctionBodies;
  if (detail == Detail::kPreprocessor)
    flags |= CXTranslationUnit_DetailedPreprocessingRecord;
  // A thread for each parse costs more than it protects from: this process is
  // a worker.
  static const int no_threads = setenv("LIBCLANG_NOTHREADS", "1", 0);
  static_cast<void>(no_threads);
  CXUnsavedFile main = {kMainName, text.data(), text.size()};
  const CXIndex index = clang_createIndex(/*excludeDeclarationsFromPCH=*/0,
                                          /*displayDiagnostics=*/0);
  CXTranslationUnit unit = nullptr;
  const CXErrorCode error = clang_parseTranslationUnit2(
      index, kMainName, words.data(), static_cast<int>(words.size()), &main, 1,
      flags, &unit);
  if (error != CXError_Success || unit == nullptr) {
    clang_disposeIndex(index);
    return Fail("libclang could not parse the headers (error {})",
                static_cast<int>(error));
  }
  return ClangUnit(files, index, unit);
}

int ClangUnit::FileOf(CXFile file) {
  if (file == nullptr) return kNoFile;
  const auto known = found_.find(file);
  if (known != found_.end()) return known->second;
  int index =
      clang_File_isEqual(file, main_) != 0 ? kMainFile : files_->Find(file);
  if (index == kNoFile) index = files_->size() + foreign_++;
  found_.emplace(file, index);
  return index;
}

int ClangUnit::FileOf(CXSourceLocation location, unsigned* line,
                      unsigned* offset) {
  CXFile file = nullptr;
  clang_getExpansionLocation(location, &file, line, nullptr, offset);
  return FileOf(file);
}

std::vector<Diagnostic> ClangUnit::Diagnostics() {
  std::vector<Diagnostic> all;
  const unsigned count = clang_getNumDiagnostics(unit_);
  all.reserve(count);
  for (unsigned i = 0; i < count; ++i) {
    const CXDiagnostic diagnostic = clang_getDiagnostic(unit_, i);
    Diagnostic one;
    one.is_error =
        clang_getDiagnosticSeverity(diagnostic) >= CXDiagnostic_Error;
    const CXSourceLocation location = clang_getDiagnosticLocation(diagnostic);
    one.file = FileOf(location, &one.line);
    one.message = TakeText(clang_getDiagnosticSpelling(diagnostic));
    if (one.file != kMainFile) {
      CXFile spelled = nullptr;
      clang_getSpellingLocation(location, &spelled, nullptr, nullptr, nullptr);
      one.others.push_back(FileOf(spelled));
      const CXDiagnosticSet notes = clang_getChildDiagnostics(diagnostic);
      for (unsigned k = 0; k < clang_getNumDiagnosticsInSet(notes); ++k) {
        const CXDiagnostic note = clang_getDiagnosticInSet(notes, k);
        one.others.push_back(FileOf(clang_getDiagnosticLocation(note)));
        clang_disposeDiagnostic(note);
      }
      std::erase_if(one.others,
                    [&one](int file) { return file == one.file || file < 0; });
    }
    clang_disposeDiagnostic(diagnostic);
    all.push_back(std::move(one));
  }
  return all;
}

std::string_view ClangUnit::TextOf(CXFile file) {
  const auto known = texts_.find(file);
  if (known != texts_.end()) return known->second;
  std::size_t size = 0;
  // clang looks through all that it has read for it.
  const char* text = clang_getFileContents(unit_, file, &size);
  const std::string_view view =
      text == nullptr ? std::string_view() : std::string_view(text, size);
  texts_.emplace(file, view);
  return view;
}

Result<std::vector<std::string>> ClangOptions(
    const Sysroot& sysroot, const std::vector<std::string>& defines,
    const Gcc* gcc) {
  // clang's own headers, such as stddef.h; libclang does not know where it was
  // installed.
  const fs::path base = "/usr/lib/llvm-14/lib/clang";
  fs::path own;
  std::error_code error;
  for (fs::directory_iterator at(base, error), end; !error && at != end;
       at.increment(error)) {
    if (fs::exists(at->path() / "include/stddef.h", error))
      own = std::max(own, at->path() / "include");
  }
  if (own.empty())
    return Fail(
        "{}: clang's own headers are not there: install "
        "libclang-common-14-dev",
        base.string());
  std::vector<std::string> options = {
      "-x", "c", "-std=gnu17", "-ferror-limit=0", "-Wno-everything",
      "-nostdinc", "-fsyntax-only",
      // As gcc sees them, short of an attribute with arguments that clang
      // refuses (malloc, since gcc 11).
      "-fgnuc-version=10.2.0",
      // Types that gcc has had since 7 and clang has not.
      "-D_Float32=float", "-D_Float64=double", "-D_Float32x=double",
      "-D_Float64x=long double",
      fmt::format("--target={}", sysroot.arch->clang)};
  // gcc's wchar_t is another type there than clang's, if of the same size.
  if (sysroot.arch->name == "i386" || sysroot.arch->name == "x32" ||
      sysroot.arch->name == "powerpc")
    options.insert(options.end(), {"-D__WCHAR_TYPE__=long int",
                                   "-D__WCHAR_MAX__=2147483647L"});
  // With gcc's macros, clang is not told apart from gcc.
  if (gcc != nullptr)
    options.insert(options.end(), {"-undef", "-include", gcc->macros()});
  if (gcc != nullptr || !KnowsClang(sysroot))
    options.push_back(fmt::format("-D_Float128={}", HasFloat128(*sysroot.arch)
                                                        ? "__float128"
                                                        : "long double"));
  for (const std::string& define : defines) {
    options.push_back("-D" + define);
    // Headers fortify nothing unless it is optimised (__OPTIMIZE__).
    if (define.starts_with("_FORTIFY_SOURCE=")) options.push_back("-O2");
  }
  options.insert(options.end(), {"-isystem", own.string()});
  for (const fs::path& folder : sysroot.include_folders)
    options.insert(options.end(), {"-isystem", folder.string()});
  return options;
}

}  // namespace plumbline::harvest
