#include "tools/harvest/measurement.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gelf.h>
#include <libelf.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <sstream>

#include "tools/cli/descriptor.h"
#include "tools/cli/process.h"

namespace plumbline::harvest {
namespace {

using cli::Fail;
using cli::Result;

// gcc tells of an undeclared name once, so that errors come to light in rounds.
constexpr int kMostRounds = 40;

// Types that a probe tells apart, by their numbers from 1 on.
constexpr auto kTypes = std::to_array<std::string_view>(
    {"int", "unsigned int", "long", "unsigned long", "long long",
     "unsigned long long", "char", "signed char", "unsigned char", "short",
     "unsigned short", "_Bool"});

constexpr std::string_view kNumbers = "plumbline_numbers";

bool IsNumber(std::string_view value) {
  return !value.empty() &&
         value.find_first_not_of("0123456789-") == std::string_view::npos;
}

// One number to ask for, and where it goes.
struct Question {
  enum class What {
    kValue,
    kType,
    kSize,
    kAlignment,
    kOffset,
    kWidth,
    kBits,  // of a bit-field: its bytes with all of its bits set
  } what;
  enum class Of { kConstant, kFunctionMacro, kType } of;
  std::size_t index;
  std::size_t field = 0;
  std::string expression;
};

class Measurer {
 public:
  Measurer(const Gcc& gcc, const Sysroot& sysroot,
           const std::vector<std::string>& defines, const std::string& includes,
           TextPool& texts, Facts& facts)
      : gcc_(gcc),
        sysroot_(sysroot),
        defines_(defines),
        includes_(includes),
        texts_(texts),
        facts_(facts) {}

  Result<void> Run(const FactPlaces& from) {
    for (std::size_t i = from.constants; i < facts_.constants.size(); ++i) {
      const Constant& fact = facts_.constants[i].fact;
      if (IsNumber(fact.value) && !fact.type.ends_with('*'))
        AskValue(Question::Of::kConstant, i, std::string(fact.name));
    }
    for (std::size_t i = from.function_macros;
         i < facts_.function_macros.size(); ++i) {
      const FunctionMacro& fact = facts_.function_macros[i].fact;
      if (IsNumber(fact.value) && !fact.type.ends_with('*'))
        AskValue(Question::Of::kFunctionMacro, i, facts_.expressions[i]);
    }
    for (std::size_t i = from.types; i < facts_.types.size(); ++i) AskType(i);
    // Numbers are the elements of one array; bit-fields are objects after it.
    std::stable_partition(questions_.begin(), questions_.end(),
                          [](const Question& question) {
                            return question.what != Question::What::kBits;
                          });
    numbers_ = static_cast<std::size_t>(std::count_if(
        questions_.begin(), questions_.end(), [](const Question& question) {
          return question.what != Question::What::kBits;
        }));
    if (questions_.empty()) return {};
    for (int round = 0; round < kMostRounds; ++round) {
      const Result<bool> compiled = Compile();
      if (!compiled) return tl::unexpected(compiled.error());
      if (*compiled) return ReadAnswers();
    }
    return Fail("{}: does not compile what clang has found", gcc_.program);
  }

 private:
  void AskValue(Question::Of of, std::size_t index,
                const std::string& expression) {
    questions_.push_back({Question::What::kValue, of, index, 0, expression});
    questions_.push_back({Question::What::kType, of, index, 0, expression});
  }

  void AskType(std::size_t index) {
    const Type& type = facts_.types[index].fact;
    if (!type.complete) return;
    const std::string name = NameInC(type);
    const auto ask = [&](Question::What what, std::size_t field,
                         std::string expression) {
      questions_.push_back(
          {what, Question::Of::kType, index, field, std::move(expression)});
    };
    ask(Question::What::kSize, 0, name);
    ask(Question::What::kAlignment, 0, name);
    for (std::size_t i = 0; i < type.fields.size(); ++i) {
      const Field& field = type.fields[i];
      std::string path(field.path);
      for (std::size_t at = path.find("[]"); at != std::string::npos;
           at = path.find("[]", at + 1))
        path.insert(at + 1, 1, '0');
      if (field.bit_field) {
        ask(Question::What::kBits, i, path);
        continue;
      }
      ask(Question::What::kOffset, i, path);
      if (field.width > 0) ask(Question::What::kWidth, i, path);
    }
  }

  // How a program names the type: with its keyword, if it has a tag.
  std::string NameInC(const Type& type) const {
    if (type.kind == TypeKind::kTypedef) return std::string(type.name);
    const std::string tagged =
        fmt::format("{} {}", NameOf(type.kind), type.name);
    if (typedefs_.empty()) {
      for (const auto& [file, other] : facts_.types) {
        if (other.kind == TypeKind::kTypedef && other.is.ends_with("{}"))
          typedefs_.insert(other.name);
      }
      typedefs_.insert("");
    }
    return typedefs_.contains(type.name) ? std::string(type.name) : tagged;
  }

  // Each question is one line, so that an error's line tells whose it is.
  std::string LineOf(const Question& question, std::size_t number) const {
    const std::string& e = question.expression;
    const auto type_name = [&] {
      return NameInC(facts_.types[question.index].fact);
    };
    std::string value;
    switch (question.what) {
      case Question::What::kValue:
        value = fmt::format("(unsigned long long)({})", e);
        break;
      case Question::What::kType: {
        value = fmt::format("_Generic(({})", e);
        for (std::size_t i = 0; i < kTypes.size(); ++i)
          value += fmt::format(", {}: {}", kTypes[i], i + 1);
        value += ", default: 0)";
        break;
      }
      case Question::What::kSize:
        value = fmt::format("sizeof({})", e);
        break;
      case Question::What::kAlignment:
        value = fmt::format("_Alignof({})", e);
        break;
      case Question::What::kOffset:
        value = fmt::format("__builtin_offsetof({}, {})", type_name(), e);
        break;
      case Question::What::kWidth:
        value = fmt::format("sizeof((({} *)0)->{})", type_name(), e);
        break;
      case Question::What::kBits:
        return fmt::format(
            "const union {{ unsigned char b[sizeof({0})]; {0} t; }} "
            "plumbline_bits_{1} = {{ .t = {{ .{2} = -1 }} }};\n",
            type_name(), number, e);
    }
    return value + ",\n";
  }

  std::filesystem::path Path(const char* name) const {
    return folder_->path() / name;
  }

  // False where there were errors, whose questions are struck out.
  Result<bool> Compile() {
    if (!folder_) {
      Result<TemporaryFolder> folder = TemporaryFolder::Make();
      if (!folder) return tl::unexpected(folder.error());
      folder_ = std::make_unique<TemporaryFolder>(*std::move(folder));
    }
    std::ofstream out(Path("probe.c"));
    out << includes_;
    out << "const unsigned long long " << kNumbers << "[] = {\n";
    for (std::size_t i = 0; i < numbers_; ++i)
      out << (struck_.contains(i) ? "0,\n" : LineOf(questions_[i], i));
    out << "0 };\n";
    for (std::size_t i = numbers_; i < questions_.size(); ++i)
      out << (struck_.contains(i) ? "\n" : LineOf(questions_[i], i));
    out.close();
    if (!out) return Fail("{}: can't be written", Path("probe.c").string());
    std::vector<std::string> words = {"gcc",
                                      "-std=gnu17",
                                      "-w",
                                      "-O0",
                                      "-c",
                                      "-fno-common",
                                      "-fmax-errors=0",
                                      "-fno-diagnostics-show-caret",
                                      "-nostdinc",
                                      "-isystem",
                                      gcc_.own_headers};
    for (const std::string& define : defines_) {
      words.push_back("-D" + define);
      if (define.starts_with("_FORTIFY_SOURCE=")) words.push_back("-O2");
    }
    for (const auto& folder : sysroot_.include_folders)
      words.insert(words.end(), {"-isystem", folder.string()});
    words.insert(words.end(),
                 {"-o", Path("probe.o").string(), Path("probe.c").string()});
    const cli::Descriptor program(
        open(gcc_.program.c_str(), O_RDONLY | O_CLOEXEC));
    if (!program) return Fail("{}: {}", gcc_.program, std::strerror(errno));
    // As itself: gcc finds its parts by the name that it is called by.
    words[0] = gcc_.program;
    // The end of long errors is what is kept, so more rounds tell the rest.
    Result<cli::Finished> finished = cli::RunProgram(program, "", words);
    if (!finished) return tl::unexpected(finished.error());
    if (finished->Succeeded()) return true;
    const auto before = static_cast<std::size_t>(
        std::count(includes_.begin(), includes_.end(), '\n'));
    // What gcc refuses is asked no more; clang's answer stays.
    const std::size_t known = struck_.size();
    std::istringstream lines(finished->errors);
    const std::string mark = Path("probe.c").string() + ":";
    std::string last;
    for (std::string line; std::getline(lines, line);) {
      if (line.find(" error: ") == std::string::npos) continue;
      last = line;
      if (!line.starts_with(mark)) continue;
      const auto number = static_cast<std::size_t>(
          std::strtoull(line.c_str() + mark.size(), nullptr, 10));
      // The array has a line before it and one after it.
      if (number > before + 1 && number <= before + 1 + numbers_) {
        struck_.insert(number - before - 2);
      } else if (number > before + 2 + numbers_ &&
                 number <= before + 2 + questions_.size()) {
        struck_.insert(number - before - 3);
      }
    }
    if (struck_.size() == known)
      return Fail("{}: {}", gcc_.program,
                  last.empty() ? finished->Describe() : last);
    return false;
  }

  Result<void> ReadAnswers() {
    elf_version(EV_CURRENT);
    const std::string path = Path("probe.o");
    const cli::Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) return Fail("{}: {}", path, std::strerror(errno));
    const std::unique_ptr<Elf, decltype(&elf_end)> elf(
        elf_begin(file.get(), ELF_C_READ, nullptr), elf_end);
    GElf_Ehdr header;
    if (elf == nullptr || gelf_getehdr(elf.get(), &header) == nullptr)
      return Fail("{}: no object file", path);
    const bool little = header.e_ident[EI_DATA] == ELFDATA2LSB;
    Elf_Scn* section = nullptr;
    while ((section = elf_nextscn(elf.get(), section)) != nullptr) {
      GElf_Shdr shdr;
      if (gelf_getshdr(section, &shdr) == nullptr || shdr.sh_type != SHT_SYMTAB)
        continue;
      Elf_Data* symbols = elf_getdata(section, nullptr);
      if (symbols == nullptr || shdr.sh_entsize == 0) continue;
      for (std::size_t i = 0; i < shdr.sh_size / shdr.sh_entsize; ++i) {
        GElf_Sym symbol;
        if (gelf_getsym(symbols, static_cast<int>(i), &symbol) == nullptr)
          continue;
        const char* name = elf_strptr(elf.get(), shdr.sh_link, symbol.st_name);
        if (name != nullptr) Take(elf.get(), symbol, name, little);
      }
    }
    for (const auto& [key, raw] : raw_) {
      const auto [of, index] = key;
      if (of == Question::Of::kConstant) {
        Write(raw, facts_.constants[index].fact);
      } else {
        Write(raw, facts_.function_macros[index].fact);
      }
    }
    return {};
  }

  void Take(Elf* elf, const GElf_Sym& symbol, std::string_view name,
            bool little) {
    constexpr std::string_view kBits = "plumbline_bits_";
    if (name != kNumbers && !name.starts_with(kBits)) return;
    Elf_Scn* section = elf_getscn(elf, symbol.st_shndx);
    GElf_Shdr shdr;
    if (section == nullptr || gelf_getshdr(section, &shdr) == nullptr) return;
    std::vector<unsigned char> bytes(symbol.st_size, 0);
    if (shdr.sh_type != SHT_NOBITS) {
      const Elf_Data* data = elf_rawdata(section, nullptr);
      if (data == nullptr || symbol.st_value + symbol.st_size > data->d_size)
        return;
      std::memcpy(bytes.data(),
                  static_cast<const char*>(data->d_buf) + symbol.st_value,
                  bytes.size());
    }
    if (name != kNumbers) {
      name.remove_prefix(kBits.size());
      const auto number = static_cast<std::size_t>(
          std::strtoull(std::string(name).c_str(), nullptr, 10));
      if (number < questions_.size())
        AnswerBits(questions_[number], bytes, little);
      return;
    }
    for (std::size_t number = 0;
         number < numbers_ && (number + 1) * 8 <= bytes.size(); ++number) {
      if (struck_.contains(number)) continue;
      std::uint64_t value = 0;
      for (std::size_t i = 0; i < 8; ++i) {
        const std::uint64_t byte = bytes[number * 8 + i];
        value |= byte << (8 * (little ? i : 7 - i));
      }
      Answer(questions_[number], value);
    }
  }

  // clang numbers the bits of a bit-field from the start of the record: from
  // the least significant on little-endian, from the most on big-endian.
  void AnswerBits(const Question& question,
                  const std::vector<unsigned char>& bytes, bool little) {
    std::uint64_t first = 0, count = 0;
    for (std::uint64_t bit = 0; bit < bytes.size() * 8; ++bit) {
      const unsigned shift =
          static_cast<unsigned>(little ? bit % 8 : 7 - bit % 8);
      if ((bytes[bit / 8] >> shift & 1) == 0) continue;
      if (count++ == 0) first = bit;
    }
    if (count == 0) return;
    Field& field = facts_.types[question.index].fact.fields[question.field];
    field.offset = first;
    field.width = count;
  }

  template <typename Fact>
  void AnswerConstant(const Question& question, std::uint64_t value,
                      Fact& fact) {
    if (question.what == Question::What::kType) {
      if (value >= 1 && value <= kTypes.size())
        fact.type = kTypes.at(value - 1);
      return;
    }
    raw_[{question.of, question.index}] = value;
  }

  // Writes a value by its sign, which its type tells.
  template <typename Fact>
  void Write(std::uint64_t raw, Fact& fact) {
    const bool is_unsigned =
        fact.type.starts_with("unsigned") || fact.type == "_Bool";
    fact.value = texts_.Keep(
        is_unsigned ? fmt::format_int(raw).str()
                    : fmt::format_int(static_cast<std::int64_t>(raw)).str());
  }

  void Answer(const Question& question, std::uint64_t value) {
    if (question.of == Question::Of::kConstant) {
      AnswerConstant(question, value, facts_.constants[question.index].fact);
      return;
    }
    if (question.of == Question::Of::kFunctionMacro) {
      AnswerConstant(question, value,
                     facts_.function_macros[question.index].fact);
      return;
    }
    Type& type = facts_.types[question.index].fact;
    switch (question.what) {
      case Question::What::kSize:
        type.size = value;
        break;
      case Question::What::kAlignment:
        type.alignment = value;
        break;
      case Question::What::kOffset:
        type.fields[question.field].offset = value * 8;
        break;
      case Question::What::kWidth:
        type.fields[question.field].width = value * 8;
        break;
      default:
        break;
    }
  }

  const Gcc& gcc_;
  const Sysroot& sysroot_;
  const std::vector<std::string>& defines_;
  const std::string& includes_;
  TextPool& texts_;
  Facts& facts_;
  std::unique_ptr<TemporaryFolder> folder_;
  std::vector<Question> questions_;
  std::size_t numbers_ = 0;  // of them, before those of bit-fields
  std::set<std::size_t> struck_;
  std::map<std::pair<Question::Of, std::size_t>, std::uint64_t> raw_;
  mutable std::set<std::string_view> typedefs_;
};

}  // namespace

Result<void> MeasureByGcc(const Gcc& gcc, const Sysroot& sysroot,
                          const std::vector<std::string>& defines,
                          const std::string& includes, const FactPlaces& from,
                          TextPool& texts, Facts& facts) {
  return Measurer(gcc, sysroot, defines, includes, texts, facts).Run(from);
}

}  // namespace plumbline::harvest
