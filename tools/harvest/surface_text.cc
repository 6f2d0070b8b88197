#include "tools/harvest/surface_text.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <span>
#include <utility>

#include "tools/cli/descriptor.h"

namespace plumbline::harvest {
namespace {

using cli::Fail;
using cli::Result;

constexpr std::string_view kIncomplete = "incomplete";

void Line(std::string& out, std::initializer_list<std::string_view> columns) {
  bool first = true;
  for (const std::string_view column : columns) {
    if (!first) out += '\t';
    first = false;
    out += column;
  }
  out += '\n';
}

// Whole bytes as a number; else with the bits beyond them: "8.3".
std::string Offset(std::uint64_t bits) {
  return bits % 8 == 0 ? fmt::format_int(bits / 8).str()
                       : fmt::format("{}.{}", bits / 8, bits % 8);
}

// Bytes, or the bits of a bit-field: ":3".
std::string Width(const Field& field) {
  return field.bit_field ? fmt::format(":{}", field.width)
                         : fmt::format_int(field.width / 8).str();
}

void WriteType(std::string& out, const Type& type) {
  if (!type.complete) {
    Line(out, {NameOf(type.kind), type.name, type.visible, kIncomplete, "",
               type.is});
    return;
  }
  Line(out, {NameOf(type.kind), type.name, type.visible,
             fmt::format_int(type.size).str(),
             fmt::format_int(type.alignment).str(), type.is});
  for (const Field& field : type.fields)
    Line(out, {"", field.path, Offset(field.offset), Width(field), field.type});
}

void WriteSection(std::string& out, const Section& section) {
  Line(out, {"section", NameOf(section.side), section.owner, section.variant});
  for (const Constant& constant : section.constants)
    Line(out, {NameOf(constant.kind), constant.name, NameOf(constant.use),
               constant.visible, constant.type, constant.value});
  for (const FunctionMacro& macro : section.function_macros)
    Line(out, {"function-macro", macro.name, macro.parameters,
               NameOf(macro.use), macro.visible, macro.type, macro.value});
  for (const Type& type : section.types) WriteType(out, type);
  for (const Declaration& declaration : section.declarations)
    Line(out, {NameOf(declaration.kind), declaration.name, declaration.visible,
               declaration.type, declaration.attributes, declaration.symbol});
  for (const std::string_view name : section.absent)
    Line(out, {"absent", name});
}

void WriteLibrary(std::string& out, const Library& library) {
  Line(out, {"library", library.soname});
  for (const std::string_view node : library.nodes) Line(out, {"node", node});
  for (const Symbol& symbol : library.symbols)
    Line(out, {"symbol", symbol.name, symbol.version,
               symbol.is_default ? "default" : "hidden", symbol.type,
               symbol.binding, fmt::format_int(symbol.size).str()});
}

// Reads line after line. The first thing that is wrong ends it.
class Reader {
 public:
  Reader(std::string text, std::string_view name) : name_(name) {
    rest_ = surface_.texts.KeepWhole(std::move(text));
  }

  Result<Surface> Read() {
    if (!NextLine() || line_ != kSurfaceTextVersion) {
      return Fail(
          "{}:1: this is no surface that is known here: its first line is not "
          "'plumbline-surface 1'",
          name_);
    }
    bool ended = false;
    while (!ended && NextLine()) {
      if (line_ == kSurfaceTextEnd) {
        ended = true;
      } else if (!Record()) {
        return Fail("{}:{}: {}", name_, number_, problem_);
      }
    }
    if (!ended) {
      return Fail("{}:{}: the file ends without the line 'end': it was cut off",
                  name_, number_);
    }
    if (!rest_.empty()) {
      return Fail("{}:{}: there is more after the line 'end'", name_,
                  number_ + 1);
    }
    return std::move(surface_);
  }

 private:
  static constexpr std::size_t kMostColumns = 8;

  bool NextLine() {
    if (rest_.empty()) return false;
    const std::size_t end = rest_.find('\n');
    // A last line without its end was cut.
    if (end == std::string_view::npos) return false;
    line_ = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    ++number_;
    return true;
  }

  bool Wrong(std::string problem) {
    problem_ = std::move(problem);
    return false;
  }

  bool Split() {
    count_ = 0;
    std::string_view rest = line_;
    while (true) {
      if (count_ == kMostColumns) return Wrong("too many columns");
      const std::size_t end = rest.find('\t');
      columns_[count_++] = rest.substr(0, end);
      if (end == std::string_view::npos) return true;
      rest.remove_prefix(end + 1);
    }
  }

  bool Columns(std::size_t count) {
    if (count_ == count) return true;
    return Wrong(fmt::format("a '{}' has {} columns, and here are {}",
                             columns_[0], count, count_));
  }

  template <typename T>
  bool Add(std::vector<T>& all, T one) {
    if (!all.empty() && !(all.back().Key() < one.Key()))
      return Wrong("out of order, or there twice");
    all.push_back(std::move(one));
    return true;
  }

  bool Number(std::string_view text, std::uint64_t& number) {
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc() && end == text.data() + text.size()) return true;
    return Wrong(fmt::format("'{}' is no number", text));
  }

  template <typename Kind>
  bool Word(std::string_view text, std::size_t count, Kind& kind) {
    for (std::size_t i = 0; i < count; ++i) {
      kind = static_cast<Kind>(i);
      if (NameOf(kind) == text) return true;
    }
    return Wrong(
        fmt::format("'{}' is none of the words that can be here", text));
  }

  bool Record() {
    if (!Split()) return false;
    const std::string_view word = columns_[0];
    if (word.empty()) return ReadField();
    if (word == "macro" || word == "enumerator") return ReadConstant();
    if (word == "symbol") return ReadSymbol();
    if (word == "struct" || word == "union" || word == "enum" ||
        word == "typedef")
      return ReadType();
    if (word == "function" || word == "variable") return ReadDeclaration();
    if (word == "function-macro") return ReadFunctionMacro();
    if (word == "section") return ReadSection();
    if (word == "absent") return ReadAbsent();
    if (word == "library") return ReadLibrary();
    if (word == "node") return ReadNode();
    if (word == "header") return ReadHeader();
    if (word == "conflict") return ReadConflict();
    if (word == "package") return ReadPackage();
    if (word == "arch") return ReadText(surface_.arch);
    if (word == "libc") return ReadText(surface_.libc);
    if (word == "kernel-headers") return ReadText(surface_.kernel_headers);
    return Wrong(fmt::format("a record '{}' is not known", word));
  }

  bool ReadText(std::string_view& text) {
    if (!Columns(2)) return false;
    text = columns_[1];
    return true;
  }

  bool ReadPackage() {
    return Columns(5) &&
           Add(surface_.packages,
               Package{columns_[1], columns_[2], columns_[3], columns_[4]});
  }

  bool ReadHeader() {
    Header header;
    header.path = columns_[2];
    header.detail = columns_[4];
    header.brings = columns_[5];
    return Columns(6) && Word(columns_[1], kSides.size(), header.side) &&
           Word(columns_[3], kHeaderStatuses, header.status) &&
           Add(surface_.headers, header);
  }

  bool ReadConflict() {
    Conflict conflict;
    conflict.first = columns_[2];
    conflict.second = columns_[3];
    conflict.reason = columns_[4];
    return Columns(5) && Word(columns_[1], kSides.size(), conflict.side) &&
           Add(surface_.conflicts, conflict);
  }

  bool ReadSection() {
    Section section;
    section.owner = columns_[2];
    section.variant = columns_[3];
    return Columns(4) && Word(columns_[1], kSides.size(), section.side) &&
           Add(surface_.sections, std::move(section));
  }

  // The section that records belong to; nullptr where there is none yet.
  Section* Current() {
    if (surface_.sections.empty() || !surface_.libraries.empty()) {
      Wrong(fmt::format("a '{}' outside of a section", columns_[0]));
      return nullptr;
    }
    return &surface_.sections.back();
  }

  bool ReadConstant() {
    Section* section = Current();
    if (section == nullptr || !Columns(6)) return false;
    Constant constant;
    constant.kind = columns_[0] == "macro" ? ConstantKind::kMacro
                                           : ConstantKind::kEnumerator;
    constant.name = columns_[1];
    constant.visible = columns_[3];
    constant.type = columns_[4];
    constant.value = columns_[5];
    return Word(columns_[2], kUses, constant.use) &&
           Add(section->constants, constant);
  }

  bool ReadFunctionMacro() {
    Section* section = Current();
    if (section == nullptr || !Columns(7)) return false;
    FunctionMacro macro;
    macro.name = columns_[1];
    macro.parameters = columns_[2];
    macro.visible = columns_[4];
    macro.type = columns_[5];
    macro.value = columns_[6];
    return Word(columns_[3], kUses, macro.use) &&
           Add(section->function_macros, macro);
  }

  bool ReadType() {
    Section* section = Current();
    if (section == nullptr || !Columns(6)) return false;
    Type type;
    type.name = columns_[1];
    type.visible = columns_[2];
    type.is = columns_[5];
    if (columns_[3] == kIncomplete) {
      type.complete = false;
    } else if (!Number(columns_[3], type.size) ||
               !Number(columns_[4], type.alignment)) {
      return false;
    }
    return Word(columns_[0], 4, type.kind) &&
           Add(section->types, std::move(type));
  }

  bool ReadField() {
    Section* section = Current();
    if (section == nullptr || !Columns(5)) return false;
    if (section->types.empty()) return Wrong("a field outside of a type");
    Field field;
    field.path = columns_[1];
    field.type = columns_[4];
    std::string_view offset = columns_[2];
    std::uint64_t bits = 0;
    const std::size_t dot = offset.find('.');
    if (dot != std::string_view::npos) {
      if (!Number(offset.substr(dot + 1), bits)) return false;
      if (bits == 0 || bits > 7) return Wrong("there are 8 bits to a byte");
      offset = offset.substr(0, dot);
    }
    if (!Number(offset, field.offset)) return false;
    field.offset = field.offset * 8 + bits;
    std::string_view width = columns_[3];
    field.bit_field = width.starts_with(':');
    if (field.bit_field) width.remove_prefix(1);
    if (!Number(width, field.width)) return false;
    if (!field.bit_field) field.width *= 8;
    section->types.back().fields.push_back(field);
    return true;
  }

  bool ReadDeclaration() {
    Section* section = Current();
    if (section == nullptr || !Columns(6)) return false;
    Declaration declaration;
    declaration.kind = columns_[0] == "function" ? DeclarationKind::kFunction
                                                 : DeclarationKind::kVariable;
    declaration.name = columns_[1];
    declaration.visible = columns_[2];
    declaration.type = columns_[3];
    declaration.attributes = columns_[4];
    declaration.symbol = columns_[5];
    return Add(section->declarations, declaration);
  }

  bool ReadAbsent() {
    Section* section = Current();
    if (section == nullptr || !Columns(2)) return false;
    if (!section->absent.empty() && section->absent.back() >= columns_[1])
      return Wrong("out of order, or there twice");
    section->absent.push_back(columns_[1]);
    return true;
  }

  bool ReadLibrary() {
    Library library;
    library.soname = columns_[1];
    return Columns(2) && Add(surface_.libraries, std::move(library));
  }

  bool ReadNode() {
    if (!Columns(2)) return false;
    if (surface_.libraries.empty()) return Wrong("a node outside of a library");
    auto& nodes = surface_.libraries.back().nodes;
    if (!nodes.empty() && nodes.back() >= columns_[1])
      return Wrong("out of order, or there twice");
    nodes.push_back(columns_[1]);
    return true;
  }

  bool ReadSymbol() {
    if (!Columns(7)) return false;
    if (surface_.libraries.empty())
      return Wrong("a symbol outside of a library");
    Symbol symbol;
    symbol.name = columns_[1];
    symbol.version = columns_[2];
    symbol.is_default = columns_[3] == "default";
    if (!symbol.is_default && columns_[3] != "hidden")
      return Wrong(
          fmt::format("'{}' is neither default nor hidden", columns_[3]));
    symbol.type = columns_[4];
    symbol.binding = columns_[5];
    return Number(columns_[6], symbol.size) &&
           Add(surface_.libraries.back().symbols, symbol);
  }

  std::string_view name_;
  Surface surface_;
  std::string_view rest_;
  std::string_view line_;
  std::size_t number_ = 0;
  std::array<std::string_view, kMostColumns> columns_;
  std::size_t count_ = 0;
  std::string problem_;
};

}  // namespace

std::string OneColumn(std::string_view text) {
  std::string out;
  for (const char c : text)
    out += c == '\t' || c == '\n' || c == '\r' ? ' ' : c;
  return out;
}

std::string WriteSurface(const Surface& surface) {
  std::string out;
  out.reserve(std::size_t{8} << 20);
  out += kSurfaceTextVersion;
  out += '\n';
  Line(out, {"arch", surface.arch});
  Line(out, {"libc", surface.libc});
  Line(out, {"kernel-headers", surface.kernel_headers});
  for (const Package& package : surface.packages)
    Line(out, {"package", package.name, package.version, package.arch,
               package.sha256});
  for (const Header& header : surface.headers)
    Line(out, {"header", NameOf(header.side), header.path,
               NameOf(header.status), header.detail, header.brings});
  for (const Conflict& conflict : surface.conflicts)
    Line(out, {"conflict", NameOf(conflict.side), conflict.first,
               conflict.second, conflict.reason});
  for (const Section& section : surface.sections) WriteSection(out, section);
  for (const Library& library : surface.libraries) WriteLibrary(out, library);
  out += kSurfaceTextEnd;
  out += '\n';
  return out;
}

Result<Surface> ReadSurface(std::string text, std::string_view name) {
  return Reader(std::move(text), name).Read();
}

Result<Surface> ReadSurfaceFile(const std::string& path) {
  const cli::Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status = {};
  if (!file || fstat(file.get(), &status) != 0)
    return Fail("{}: {}", path, std::strerror(errno));
  if (!S_ISREG(status.st_mode)) return Fail("{}: not a regular file", path);
  std::string text(static_cast<std::size_t>(status.st_size), '\0');
  std::size_t length = 0;
  while (length < text.size()) {
    const ssize_t got =
        read(file.get(), text.data() + length, text.size() - length);
    if (got < 0) {
      if (errno == EINTR) continue;
      return Fail("{}: {}", path, std::strerror(errno));
    }
    if (got == 0) break;
    length += static_cast<std::size_t>(got);
  }
  text.resize(length);
  return ReadSurface(std::move(text), path);
}

}  // namespace plumbline::harvest
