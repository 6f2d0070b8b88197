#include "tools/harvest/header_harvest.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "tools/harvest/declarations.h"
#include "tools/harvest/evaluation.h"
#include "tools/harvest/measurement.h"

namespace plumbline::harvest {
namespace {

using cli::Result;

// Names of the C library that kernel headers take for granted, and a header of
// its own that has them: stddef.h is the compiler's.
constexpr auto kTakenForGranted =
    std::to_array<std::pair<std::string_view, std::string_view>>({
        {"int8_t", "stdint.h"},        {"int16_t", "stdint.h"},
        {"int32_t", "stdint.h"},       {"int64_t", "stdint.h"},
        {"uint8_t", "stdint.h"},       {"uint16_t", "stdint.h"},
        {"uint32_t", "stdint.h"},      {"uint64_t", "stdint.h"},
        {"uintptr_t", "stdint.h"},     {"size_t", "string.h"},
        {"ssize_t", "sys/types.h"},    {"u_quad_t", "sys/types.h"},
        {"caddr_t", "sys/types.h"},    {"u_int32_t", "sys/types.h"},
        {"struct timespec", "time.h"}, {"struct sockaddr", "sys/socket.h"},
        {"MSG_FIN", "sys/socket.h"},   {"stack_t", "signal.h"},
        {"sigset_t", "signal.h"},      {"pid_t", "sys/types.h"},
        {"FILE", "stdio.h"},           {"PATH_MAX", "limits.h"},
        {"NULL", "stdio.h"},
    });

// More than any header needs; it only bounds mistakes.
constexpr int kMostPrerequisites = 6;

// Each 'word' that a message quotes.
std::vector<std::string> QuotedWords(const std::string& message) {
  std::vector<std::string> words;
  std::size_t at = 0;
  while ((at = message.find('\'', at)) != std::string::npos) {
    const std::size_t end = message.find('\'', at + 1);
    if (end == std::string::npos) break;
    words.push_back(message.substr(at + 1, end - at - 1));
    at = end + 1;
  }
  return words;
}

class Harvester {
 public:
  Harvester(const Source& source, Side side, const Variant& variant,
            Knowledge& knowledge, TextPool& texts)
      : sysroot_(source.sysroot),
        gcc_(source.gcc),
        side_(side),
        variant_(variant),
        files_(source.files),
        directives_(source.directives),
        knowledge_(knowledge),
        texts_(texts),
        harvested_(files_.size()) {
    out_.includes.resize(static_cast<std::size_t>(files_.size()));
  }

  Result<HeaderHarvest> Run(const std::vector<std::vector<int>>* groups) {
    Result<std::vector<std::string>> options =
        ClangOptions(sysroot_, variant_.defines, gcc_);
    if (!options) return tl::unexpected(options.error());
    options_ = *std::move(options);
    if (groups != nullptr) {
      for (const std::vector<int>& roots : *groups) {
        Result<Discovery> discovery = Discover(roots, options_, files_);
        if (!discovery) return tl::unexpected(discovery.error());
        out_.plan.groups.push_back({roots, *std::move(discovery)});
      }
    } else {
      Result<Plan> plan = MakeGroups(PublicHeaders(side_, files_, directives_),
                                     options_, files_, directives_);
      if (!plan) return tl::unexpected(plan.error());
      out_.plan = *std::move(plan);
    }

    for (std::size_t i = 0; i < out_.plan.groups.size(); ++i) {
      const Result<void> done = HarvestGroup(out_.plan.groups[i]);
      if (!done) return tl::unexpected(done.error());
    }

    const Result<void> overridden = CollectOverridden();
    if (!overridden) return tl::unexpected(overridden.error());

    if (groups == nullptr) {
      const Result<void> done = PlaceFailing();
      if (!done) return tl::unexpected(done.error());

      const Result<void> clashes = TellClashes();
      if (!clashes) return tl::unexpected(clashes.error());
      const Result<void> told = TellNeeds();
      if (!told) return tl::unexpected(told.error());
    }
    return std::move(out_);
  }

 private:
  bool IsOurs(int file) const {
    return file >= 0 && file < files_.size() && files_[file].side == side_ &&
           !harvested_.Has(file);
  }

  Result<void> HarvestGroup(Group& group) {
    Discovery& discovery = group.discovery;
    for (std::size_t i = 0; i < group.roots.size(); ++i) {
      const FileSet& closure = discovery.closures[i];
      if (!closures_.emplace(group.roots[i], closure).second) continue;
      for (int file = 0; file < files_.size(); ++file) {
        if (closure.Has(file) && files_[file].side != side_)
          out_.brings[group.roots[i]].insert(file);
      }
    }

    // Of a name that a file defines twice, the later definition counts.
    std::unordered_map<std::string_view, const MacroDefinition*> in_force;
    for (const MacroDefinition& macro : discovery.macros)
      in_force[macro.name] = &macro;
    std::vector<const MacroDefinition*> wanted;
    std::set<std::pair<int, std::string_view>> taken;
    for (const MacroDefinition& macro : discovery.macros) {
      if (!IsOurs(macro.file)) continue;
      const MacroDefinition& last = *in_force[macro.name];
      if (last.text != macro.text || last.parameters != macro.parameters ||
          last.function_like != macro.function_like) {
        if (last.file != macro.file) NoteOverridden(macro);
        continue;
      }
      if (!taken.emplace(macro.file, macro.name).second) continue;
      wanted.push_back(&macro);
    }
    const Result<void> collected =
        CollectFacts(group, std::move(wanted), /*with_declarations=*/true);
    if (!collected) return collected;

    for (std::size_t file = 0; file < discovery.includes.size(); ++file) {
      const int number = static_cast<int>(file);
      if (number >= files_.size() || harvested_.Has(number)) continue;
      out_.includes[file] = discovery.includes[file];
    }
    for (const FileSet& closure : discovery.closures) {
      for (int file = 0; file < files_.size(); ++file) {
        if (!closure.Has(file)) continue;
        harvested_.Add(file);
        if (files_[file].side == side_) out_.seen.insert(file);
      }
    }
    discovery = Discovery();
    return {};
  }

  // What the group's headers say of these macros and, unless it is known, of
  // declarations.
  Result<void> CollectFacts(const Group& group,
                            std::vector<const MacroDefinition*> wanted,
                            bool with_declarations) {
    const std::string includes = IncludeText(group.roots, files_);
    Probes probes(group.discovery.macros, std::move(wanted),
                  static_cast<unsigned>(group.roots.size()), knowledge_);
    std::vector<std::string> options = options_;
    // Else an unknown function looks like a value that is not constant.
    options.push_back("-Werror=implicit-function-declaration");
    Result<ClangUnit> unit = ClangUnit::Parse(
        includes + probes.text(), options, ClangUnit::Detail::kParse, files_);
    if (!unit) return tl::unexpected(unit.error());
    probes.Read(*unit);
    const FactPlaces before = {out_.facts.constants.size(),
                               out_.facts.function_macros.size(),
                               out_.facts.types.size()};
    if (with_declarations) {
      CollectDeclarations(
          *unit, [this](int file) { return IsOurs(file); }, texts_, out_.facts);
      for (std::size_t i = before.types; i < out_.facts.types.size(); ++i)
        AddMembers(out_.facts.types[i].fact);
    }
    probes.TellMembers(
        [this](std::string_view name) { return members_.contains(name); });

    const Result<void> tried = probes.TryIf(options_, files_);
    if (!tried) return tried;
    for (const EvaluatedMacro& macro : probes.results()) AddMacro(macro);
    if (gcc_ == nullptr) return {};
    const Result<void> measured =
        MeasureByGcc(*gcc_, sysroot_, variant_.defines, includes, before,
                     texts_, out_.facts);
    // gcc gives up where clang goes on: a header that is not there.
    if (!measured && group.discovery.errors.empty()) return measured;
    return {};
  }

  void NoteOverridden(const MacroDefinition& macro) {
    overridden_[macro.file].insert(macro.name);
  }

  // Unless its own header does that.
  void NoteUndefined(const MacroDefinition& macro) {
    const std::vector<std::string>& own =
        directives_[static_cast<std::size_t>(macro.file)].undefined;
    if (!std::binary_search(own.begin(), own.end(), macro.name))
      NoteOverridden(macro);
  }

  // Of macros that another header, which includes theirs, undefines or gives
  // another value: what they are to who includes theirs only.
  Result<void> CollectOverridden() {
    std::set<int> roots;
    for (const Group& group : out_.plan.groups)
      roots.insert(group.roots.begin(), group.roots.end());
    for (const auto& [header, names] : std::exchange(overridden_, {})) {
      if (!roots.contains(header)) continue;
      Result<Discovery> discovery = Discover({header}, options_, files_);
      if (!discovery) return tl::unexpected(discovery.error());
      const Group group = {{header}, *std::move(discovery)};
      std::unordered_map<std::string_view, const MacroDefinition*> wanted;
      for (const MacroDefinition& macro : group.discovery.macros) {
        if (names.contains(macro.name)) wanted[macro.name] = &macro;
      }
      std::vector<const MacroDefinition*> own;
      for (const std::string& name : names) {
        const auto found = wanted.find(name);
        if (found != wanted.end() && found->second->file == header)
          own.push_back(found->second);
      }
      const Result<void> collected =
          CollectFacts(group, std::move(own), /*with_declarations=*/false);
      if (!collected) return collected;
    }
    return {};
  }

  void AddMembers(const Type& type) {
    members_.insert(type.name);
    for (const Field& field : type.fields) {
      std::size_t start = 0;
      while (start < field.path.size()) {
        const std::size_t end =
            std::min(field.path.find('.', start), field.path.size());
        members_.insert(field.path.substr(start, end - start));
        start = end + 1;
      }
    }
  }

  void AddMacro(const EvaluatedMacro& macro) {
    const MacroDefinition& definition = *macro.definition;
    // Its own name is unknown: it was undefined again, as helpers are.
    if (macro.use == Use::kUnevaluable &&
        macro.value ==
            fmt::format("use of undeclared identifier '{}'", definition.name) &&
        definition.text != definition.name) {
      NoteUndefined(definition);
      return;
    }
    if (definition.function_like) {
      FunctionMacro out;
      out.name = texts_.Keep(definition.name);
      out.parameters = texts_.Keep(definition.parameters);
      out.use = macro.use;
      out.type = texts_.Keep(macro.type);
      // What it does with made-up arguments is told where it is a constant.
      if (macro.use == Use::kConstant || macro.use == Use::kIf)
        out.value = texts_.Keep(macro.value);
      out_.facts.function_macros.push_back({definition.file, out});
      out_.facts.expressions.push_back(macro.expression);
      return;
    }
    Constant out;
    out.name = texts_.Keep(definition.name);
    out.use = macro.use;
    out.type = texts_.Keep(macro.type);
    out.value = texts_.Keep(macro.value);
    out_.facts.constants.push_back({definition.file, out});
  }

  // The C library's header that is known to declare the word.
  std::optional<int> GrantedBy(std::string_view word) const {
    for (const auto& [name, header] : kTakenForGranted) {
      if (name != word) continue;
      for (int file = 0; file < files_.size(); ++file) {
        if (files_[file].name == header) return file;
      }
    }
    return std::nullopt;
  }

  // The header that declares what the message misses.
  std::optional<int> ProviderOf(const std::string& message) {
    for (const std::string& word : QuotedWords(message)) {
      if (const std::optional<int> granted = GrantedBy(word)) return granted;
      std::string_view name = word;
      for (const std::string_view keyword : {"struct ", "union ", "enum "}) {
        if (name.starts_with(keyword)) name.remove_prefix(keyword.size());
      }
      for (const auto& [file, type] : out_.facts.types) {
        if (type.name == name && type.complete && closures_.contains(file))
          return file;
      }
      for (const auto& [file, constant] : out_.facts.constants) {
        if (constant.name == name && closures_.contains(file)) return file;
      }
    }
    // "patchkey.h included directly": those that include it tell how.
    return std::nullopt;
  }

  Result<void> PlaceFailing() {
    std::map<int, std::string> failing;
    std::swap(failing, out_.plan.failing);
    for (const auto& [root, reason] : failing) {
      std::vector<int> before;
      std::string message = reason;
      std::optional<Group> good;
      for (int i = 0; i < kMostPrerequisites; ++i) {
        const std::optional<int> provider = ProviderOf(message);
        if (!provider || *provider == root ||
            std::find(before.begin(), before.end(), *provider) != before.end())
          break;
        before.push_back(*provider);
        std::vector<int> roots = before;
        roots.push_back(root);
        Result<Discovery> discovery = Discover(roots, options_, files_);
        if (!discovery) return tl::unexpected(discovery.error());
        if (discovery->errors.empty()) {
          good = Group{roots, *std::move(discovery)};
          break;
        }
        message = discovery->errors.front().message;
      }
      if (good) {
        out_.needs[root] = std::set<int>(before.begin(), before.end());
      } else {
        Result<Discovery> discovery = Discover({root}, options_, files_);
        if (!discovery) return tl::unexpected(discovery.error());
        good = Group{{root}, *std::move(discovery)};
        out_.plan.failing.emplace(root, reason);
      }
      const Result<void> done = HarvestGroup(*good);
      if (!done) return done;
      out_.plan.groups.push_back(*std::move(good));
    }
    return {};
  }

  // Headers that were right because others came before them by chance.
  Result<void> TellNeeds() {
    std::map<int, std::set<int>> first;
    for (const auto& [file, used] : out_.facts.uses) {
      const auto closure = closures_.find(file);
      if (closure != closures_.end() && !closure->second.Has(used))
        first[file].insert(used);
    }
    for (const auto& [file, used] : first) {
      const Result<bool> needs = TellNeedsOf(file, used);
      if (!needs) return tl::unexpected(needs.error());
      if (!*needs) continue;
      // So do those that bring it and do not bring what it needs.
      for (const auto& [root, closure] : closures_) {
        if (root == file || !closure.Has(file) || first.contains(root))
          continue;
        const Result<bool> done = TellNeedsOf(root, used);
        if (!done) return tl::unexpected(done.error());
      }
    }
    return {};
  }

  // Whether the header can't be included without others.
  Result<bool> TellNeedsOf(int file, const std::set<int>& used) {
    if (out_.needs.contains(file) || out_.plan.failing.contains(file))
      return false;
    const Result<Discovery> alone = Discover({file}, options_, files_);
    if (!alone) return tl::unexpected(alone.error());
    if (alone->errors.empty()) return false;
    // Who declares a type "unless one has" is chance.
    for (const Diagnostic& error : alone->errors) {
      for (const std::string& word : QuotedWords(error.message)) {
        if (const std::optional<int> granted = GrantedBy(word))
          out_.needs[file].insert(*granted);
      }
    }
    std::set<int>& needs = out_.needs[file];
    if (needs.empty()) {
      for (const int other : used) {
        if (other < files_.size()) needs.insert(other);
      }
    }
    return true;
  }

  // Headers that define the same otherwise: told from the facts, as what the
  // groups have met depends on where the search began.
  Result<void> TellClashes() {
    std::map<std::pair<int, int>, std::string> pairs;
    const auto meet = [&](int one, int other, std::string reason) {
      if (one == other || !closures_.contains(one) ||
          !closures_.contains(other) || closures_.at(one).Has(other) ||
          closures_.at(other).Has(one))
        return;
      pairs.emplace(std::minmax(one, other), std::move(reason));
    };
    std::unordered_map<std::string_view, std::vector<const InFile<Constant>*>>
        constants;
    for (const auto& constant : out_.facts.constants) {
      if (constant.fact.kind == ConstantKind::kMacro &&
          constant.fact.use == Use::kText)
        continue;
      auto& all = constants[constant.fact.name];
      for (const auto* other : all) {
        const bool macros = constant.fact.kind == ConstantKind::kMacro &&
                            other->fact.kind == ConstantKind::kMacro;
        // Two enumerators of one name are an error whatever they are worth.
        if (macros ? constant.fact.value != other->fact.value
                   : constant.file != other->file)
          meet(constant.file, other->file,
               fmt::format("both define {}", constant.fact.name));
      }
      all.push_back(&constant);
    }
    std::map<std::pair<int, std::string_view>, std::vector<const InFile<Type>*>>
        types;
    for (const auto& type : out_.facts.types) {
      if (!type.fact.complete) continue;
      const int space = type.fact.kind == TypeKind::kTypedef ? 1 : 0;
      auto& all = types[{space, type.fact.name}];
      for (const auto* other : all) {
        if (space == 0 || type.fact.is != other->fact.is)
          meet(type.file, other->file,
               fmt::format(
                   "both define {}{}",
                   space == 0 ? fmt::format("{} ", NameOf(type.fact.kind)) : "",
                   type.fact.name));
      }
      all.push_back(&type);
    }
    // Two definitions of one function: other than declarations, an error.
    std::unordered_map<std::string_view, std::vector<int>> functions;
    for (const auto& [file, function] : out_.facts.declarations) {
      if (function.attributes.find("inline") == std::string_view::npos)
        continue;
      std::vector<int>& all = functions[function.name];
      for (const int other : all)
        meet(file, other, fmt::format("both define {}", function.name));
      all.push_back(file);
    }
    out_.plan.clashes.clear();
    for (const auto& [pair, reason] : pairs) {
      // A guard may be what keeps them from clashing.
      const Result<Discovery> together =
          Discover({pair.first, pair.second}, options_, files_);
      if (!together) return tl::unexpected(together.error());
      if (!together->errors.empty() || DefineTwice(*together))
        out_.plan.clashes.push_back({pair.first, pair.second, reason});
    }
    return {};
  }

  // Whether a macro changes on the way, though no header is alone with that.
  static bool DefineTwice(const Discovery& discovery) {
    std::unordered_map<std::string_view, const MacroDefinition*> known;
    for (const MacroDefinition& macro : discovery.macros) {
      const auto [at, is_new] = known.emplace(macro.name, &macro);
      if (!is_new && at->second->file != macro.file &&
          at->second->text != macro.text &&
          discovery.closures[0].Has(at->second->file) !=
              discovery.closures[0].Has(macro.file))
        return true;
    }
    return false;
  }

  const Sysroot& sysroot_;
  const Gcc* gcc_;
  Side side_;
  const Variant& variant_;
  const HeaderFiles& files_;
  const std::vector<Directives>& directives_;
  Knowledge& knowledge_;
  TextPool& texts_;
  FileSet harvested_;
  std::vector<std::string> options_;
  std::map<int, FileSet> closures_;
  std::unordered_set<std::string_view> members_;
  // By header.
  std::map<int, std::set<std::string>> overridden_;
  HeaderHarvest out_;
};

}  // namespace

std::vector<int> PublicHeaders(Side side, const HeaderFiles& files,
                               const std::vector<Directives>& directives) {
  std::vector<int> roots;
  for (int file = 0; file < files.size(); ++file) {
    const std::string& name = files[file].name;
    if (files[file].side != side) continue;
    if (side == Side::kGlibc &&
        (name.starts_with("bits/") || name.starts_with("finclude/") ||
         !directives[static_cast<std::size_t>(file)].instead.empty()))
      continue;
    roots.push_back(file);
  }
  return roots;
}

Result<HeaderHarvest> HarvestHeaders(
    const Source& source, Side side, const Variant& variant,
    const std::vector<std::vector<int>>* groups, Knowledge& knowledge,
    TextPool& texts) {
  return Harvester(source, side, variant, knowledge, texts).Run(groups);
}

}  // namespace plumbline::harvest
