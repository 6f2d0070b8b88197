// What programs that are built already ask of the libraries, and what the
// linker takes for those that are built anew.

#include <fmt/format.h>

#include <map>
#include <set>
#include <unordered_map>

#include "tools/gate/compare.h"
#include "tools/gate/merge.h"

namespace plumbline::gate {
namespace {

using harvest::Library;
using harvest::Surface;
using harvest::Symbol;

std::string Versioned(const Symbol& symbol) {
  return symbol.version.empty()
             ? std::string(symbol.name)
             : fmt::format("{}@{}", symbol.name, symbol.version);
}

// "object of 16 bytes"; an ifunc is a function for whoever calls it.
std::string Shape(const Symbol& symbol) {
  std::string shape(symbol.type == "ifunc" ? "func" : symbol.type);
  if (symbol.size != 0) shape += fmt::format(" of {} bytes", symbol.size);
  return shape;
}

using Key = std::pair<std::string_view, std::string_view>;

struct Place {
  const Library* library;
  const Symbol* symbol;
};

// All symbols of a surface, by name and version, and the defaults by name.
struct Symbols {
  explicit Symbols(const Surface& surface) {
    for (const Library& library : surface.libraries) {
      for (const Symbol& symbol : library.symbols) {
        by_version.emplace(Key(symbol.name, symbol.version),
                           Place{&library, &symbol});
        if (symbol.is_default)
          defaults[symbol.name].push_back({&library, &symbol});
      }
    }
  }

  // The default that the linker takes of the library, or of any other one if
  // that has none.
  const Symbol* Default(std::string_view name, std::string_view soname) const {
    const auto found = defaults.find(name);
    if (found == defaults.end()) return nullptr;
    for (const Place& place : found->second) {
      if (place.library->soname == soname) return place.symbol;
    }
    return found->second.front().symbol;
  }

  std::map<Key, Place> by_version;
  std::unordered_map<std::string_view, std::vector<Place>> defaults;
};

bool Has(const Surface& surface, std::string_view soname,
         const Symbol& symbol) {
  const Library* library = Find(surface.libraries, soname);
  return library != nullptr && Find(library->symbols, symbol.Key()) != nullptr;
}

class Comparison {
 public:
  Comparison(const Surface& before, const Surface& after,
             std::vector<Finding>& out)
      : before_(before), after_(after), old_(before), new_(after), out_(out) {}

  void Run() {
    static const Library kNone;
    for (const Library& library : before_.libraries) {
      const Library* now = Find(after_.libraries, library.Key());
      CompareLibrary(library, now == nullptr ? kNone : *now);
    }
    for (const Library& library : after_.libraries) {
      if (Find(before_.libraries, library.Key()) == nullptr)
        for (const Symbol& symbol : library.symbols) Added(library, symbol);
    }
  }

 private:
  void Add(Id id, std::string_view soname, std::string name, std::string was,
           std::string is, Circumstance circumstance = Circumstance::kNone,
           std::string detail = "") {
    out_.push_back({.id = id,
                    .side = Side::kElf,
                    .owner = std::string(soname),
                    .name = std::move(name),
                    .old_is = std::move(was),
                    .new_is = std::move(is),
                    .circumstance = circumstance,
                    .detail = std::move(detail)});
  }

  void CompareLibrary(const Library& before, const Library& after) {
    for (const std::string_view node : before.nodes) {
      if (!std::binary_search(after.nodes.begin(), after.nodes.end(), node))
        Add(Id::kSymbolVersionRemoved, before.soname, std::string(node), "", "",
            Circumstance::kNone,
            after.soname.empty() ? "the library is gone" : "");
    }
    Merge(
        before.symbols, after.symbols,
        [&](const Symbol& a, const Symbol& b) {
          if (Shape(a) != Shape(b))
            Add(Id::kSymbolSizeChanged, before.soname, Versioned(a), Shape(a),
                Shape(b));
        },
        [&](const Symbol& gone) { Gone(before, after, gone); },
        [&](const Symbol& added) { Added(after, added); });
    for (const Symbol& symbol : before.symbols) {
      if (symbol.is_default) CompareDefault(before, symbol);
    }
  }

  void Gone(const Library& before, const Library& after, const Symbol& symbol) {
    const auto found = new_.by_version.find({symbol.name, symbol.version});
    // Where it always was too, it has not moved to.
    const bool moved = found != new_.by_version.end() &&
                       !Has(before_, found->second.library->soname, symbol);
    // The dynamic linker looks for the node in the library that a program
    // names, and for the symbol in all.
    const bool node_stays =
        symbol.version.empty() ||
        std::binary_search(after.nodes.begin(), after.nodes.end(),
                           symbol.version);
    if (moved && node_stays && !after.soname.empty()) {
      Add(Id::kSymbolMoved, before.soname, Versioned(symbol),
          std::string(before.soname),
          std::string(found->second.library->soname));
      return;
    }
    Add(Id::kSymbolRemoved, before.soname, Versioned(symbol), Shape(symbol), "",
        Circumstance::kNone,
        moved ? fmt::format("{} has it, without its node in this library",
                            found->second.library->soname)
              : "");
  }

  void Added(const Library& library, const Symbol& symbol) {
    if (old_.by_version.contains({symbol.name, symbol.version})) return;
    // A new default of a known name is told as such.
    if (symbol.is_default && old_.defaults.contains(symbol.name)) return;
    Add(Id::kSymbolAdded, library.soname, Versioned(symbol), "", Shape(symbol));
  }

  void CompareDefault(const Library& library, const Symbol& symbol) {
    const Symbol* now = new_.Default(symbol.name, library.soname);
    if (now != nullptr && now->version == symbol.version) return;
    if (now == nullptr) {
      // It is gone, which is told already, or only hidden.
      if (new_.by_version.contains({symbol.name, symbol.version}))
        Add(Id::kSymbolDefaultVersionChanged, library.soname,
            std::string(symbol.name), std::string(symbol.version), "",
            Circumstance::kNone, "it can't be linked with any more");
      return;
    }
    // Several libraries may have had the name; one new default is one finding.
    if (told_.insert({symbol.name, now->version}).second)
      Add(Id::kSymbolDefaultVersionChanged, library.soname,
          std::string(symbol.name), std::string(symbol.version),
          std::string(now->version));
  }

  const Surface& before_;
  const Surface& after_;
  Symbols old_, new_;
  std::set<Key> told_;
  std::vector<Finding>& out_;
};

}  // namespace

void CompareSymbols(const Surface& before, const Surface& after,
                    std::vector<Finding>& out) {
  Comparison(before, after, out).Run();
}

}  // namespace plumbline::gate
