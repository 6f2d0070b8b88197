// What headers say: constants, function-like macros, types and declarations.
//
// A name is looked for where a program looks: in the header that it includes,
// and in the other side's headers that come with it. Only what is not there
// is gone.

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <unordered_map>

#include "tools/gate/compare.h"
#include "tools/gate/compare_record.h"
#include "tools/gate/merge.h"

namespace plumbline::gate {
namespace {

using harvest::Constant;
using harvest::ConstantKind;
using harvest::Declaration;
using harvest::DeclarationKind;
using harvest::FunctionMacro;
using harvest::Header;
using harvest::Section;
using harvest::Surface;
using harvest::Type;

constexpr std::string_view kFortify = "fortify";

harvest::Side Other(harvest::Side side) {
  return side == harvest::Side::kGlibc ? harvest::Side::kUapi
                                       : harvest::Side::kGlibc;
}

// Calls act(word) for each of the words, until it is true.
template <typename Act>
bool AnyWord(std::string_view words, Act act) {
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    if (end > 0 && act(words.substr(0, end))) return true;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return false;
}

// The lists of a section, by the type of what they hold.
template <typename T>
const std::vector<T>& ListOf(const Section& section) {
  if constexpr (std::is_same_v<T, Constant>) return section.constants;
  if constexpr (std::is_same_v<T, FunctionMacro>)
    return section.function_macros;
  if constexpr (std::is_same_v<T, Type>) return section.types;
  if constexpr (std::is_same_v<T, Declaration>) return section.declarations;
}

template <typename T>
struct Located {
  const Section* section;
  const T* record;
  const Located* next = nullptr;
};

// One side of the comparison.
class View {
 public:
  explicit View(const Surface& surface) : surface_(surface) {}

  const Surface& surface() const { return surface_; }

  const Section& SectionOf(harvest::Side side, std::string_view owner,
                           std::string_view variant = "") const {
    static const Section kNone;
    const Section* found =
        Find(surface_.sections, std::tuple(side, owner, variant));
    return found == nullptr ? kNone : *found;
  }

  // A constant of that name may be a macro here and an enumerator there.
  const Constant* FindIn(const Section& section, const Constant& like) const {
    if (const Constant* same = Find(section.constants, like.Key())) return same;
    const ConstantKind other = like.kind == ConstantKind::kMacro
                                   ? ConstantKind::kEnumerator
                                   : ConstantKind::kMacro;
    return Find(section.constants, std::tuple(other, like.name));
  }

  template <typename T>
  const T* FindIn(const Section& section, const T& like) const {
    return Find(ListOf<T>(section), like.Key());
  }

  // What a program sees that includes the header: its own, or what comes with
  // it from the other side.
  template <typename T>
  const T* FindWith(const Section& section, const T& like) const {
    if (const T* own = FindIn(section, like)) return own;
    const Header* header =
        Find(surface_.headers, std::tuple(section.side, section.owner));
    const T* brought = nullptr;
    if (header != nullptr) {
      AnyWord(header->brings, [&](std::string_view path) {
        brought = FindIn(SectionOf(Other(section.side), path), like);
        return brought != nullptr;
      });
    }
    return brought;
  }

  // For Everywhere() to be asked.
  void MakeIndices() {
    std::apply([this](auto&... index) { (index.Make(surface_), ...); },
               indices_);
  }

  // Whoever has the name, wherever: calls act(section, record) for each.
  template <typename T, typename Act>
  void Everywhere(std::string_view name, Act act) const {
    const Index<T>& index = std::get<Index<T>>(indices_);
    const auto first = index.first.find(name);
    if (first == index.first.end()) return;
    for (const Located<T>* one = first->second; one != nullptr; one = one->next)
      act(*one->section, *one->record);
  }

 private:
  // By name, the places that have it, each with the next one.
  template <typename T>
  struct Index {
    std::unordered_map<std::string_view, const Located<T>*> first;
    std::vector<Located<T>> places;

    void Make(const Surface& surface) {
      for (const Section& section : surface.sections) {
        if (!section.variant.empty()) continue;
        for (const T& record : ListOf<T>(section))
          places.push_back({&section, &record});
      }
      first.reserve(places.size());
      for (auto place = places.rbegin(); place != places.rend(); ++place) {
        const Located<T>*& known = first[place->record->name];
        place->next = known;
        known = &*place;
      }
    }
  };

  const Surface& surface_;
  std::tuple<Index<Constant>, Index<FunctionMacro>, Index<Type>,
             Index<Declaration>>
      indices_;
};

// A function may become a function-like macro, and the other way round.
bool IsCallable(const Declaration& declaration, const Section& section) {
  return Find(section.function_macros, declaration.name) != nullptr;
}
bool IsCallable(const FunctionMacro& macro, const Section& section) {
  return Find(section.declarations,
              std::tuple(DeclarationKind::kFunction, macro.name)) != nullptr;
}
bool IsCallable(const Constant&, const Section&) { return false; }
bool IsCallable(const Type&, const Section&) { return false; }

class Comparison {
 public:
  Comparison(const Surface& before, const Surface& after,
             std::vector<Finding>& out)
      : old_(before), new_(after), out_(out) {}

  void Run() {
    auto making =
        std::async(std::launch::async, [this] { old_.MakeIndices(); });
    new_.MakeIndices();
    making.get();
    // By owner, as a section that is only in one has to be seen too.
    old_fortified_ = HasFortified(old_.surface());
    new_fortified_ = HasFortified(new_.surface());
    Merge(
        old_.surface().sections, new_.surface().sections,
        [this](const Section& a, const Section& b) { CompareSection(a, b); },
        [this](const Section& a) { CompareSection(a, Empty(a)); },
        [this](const Section& b) { CompareSection(Empty(b), b); });
  }

 private:
  // The level of _FORTIFY_SOURCE that was recorded on request.
  static std::string_view HasFortified(const Surface& surface) {
    for (const Section& section : surface.sections) {
      if (section.variant.starts_with(kFortify)) return section.variant;
    }
    return "";
  }

  static Section Empty(const Section& like) {
    Section empty;
    empty.side = like.side;
    empty.owner = like.owner;
    empty.variant = like.variant;
    return empty;
  }

  void CompareSection(const Section& a, const Section& b) {
    if (!a.variant.empty()) {
      CompareVariant(a, b);
      return;
    }
    CompareList<Constant>(a, b);
    CompareList<FunctionMacro>(a, b);
    CompareList<Type>(a, b);
    CompareList<Declaration>(a, b);
  }

  template <typename T>
  void CompareList(const Section& a, const Section& b) {
    Merge(
        ListOf<T>(a), ListOf<T>(b),
        [&](const T& before, const T& after) {
          if (!(before == after)) CompareBoth(a, before, after);
        },
        [&](const T& gone) { Gone(a, b, gone); },
        [&](const T& added) { Added(a, b, added); });
  }

  // What the common section shows to _GNU_SOURCE alone may be there for others
  // in another form, which is in their variant's section.
  template <typename T>
  void CompareBoth(const Section& a, const T& before, const T& after) {
    std::vector<Finding> found;
    CompareRecord(a, before, after, found);
    for (Finding& finding : found) {
      const bool removed = KindOf(finding.id).name.ends_with("-removed");
      if (!finding.variant.empty() &&
          Find(ListOf<T>((removed ? new_ : old_)
                             .SectionOf(a.side, a.owner, finding.variant)),
               before.Key()) != nullptr)
        continue;
      out_.push_back(std::move(finding));
    }
  }

  template <typename T>
  void Gone(const Section& a, const Section& b, const T& gone) {
    // Where a macro and an enumerator had the name, one of them is left.
    if (const T* now = new_.FindWith(b, gone)) {
      CompareRecord(a, gone, *now, out_);
      return;
    }
    if (IsCallable(gone, b)) return;
    const T* moved = nullptr;
    std::string_view owner;
    new_.Everywhere<T>(gone.name, [&](const Section& section, const T& record) {
      const Section& there = old_.SectionOf(section.side, section.owner);
      // Another header that always had a thing of that name has its own.
      if (old_.FindIn(there, gone) != nullptr || record.Key() != gone.Key())
        return;
      moved = &record;
      owner = section.owner;
    });
    RecordGone(a, gone, moved, owner, out_);
  }

  template <typename T>
  void Added(const Section& a, const Section& b, const T& added) {
    if (const T* was = old_.FindWith(a, added)) {
      CompareRecord(b, *was, added, out_);
      return;
    }
    if (IsCallable(added, a)) return;
    // The finding of what has gone names where it is now.
    bool told = false;
    old_.Everywhere<T>(
        added.name, [&](const Section& section, const T& record) {
          const Section& there = new_.SectionOf(section.side, section.owner);
          told |= new_.FindIn(there, added) == nullptr &&
                  record.Key() == added.Key();
        });
    if (!told) RecordAdded(b, added, out_);
  }

  // A variant's section holds only what differs from the common one.
  void CompareVariant(const Section& a, const Section& b) {
    const std::string_view variant = a.variant.empty() ? b.variant : a.variant;
    // What only one of them was asked to record is no difference.
    if (variant.starts_with(kFortify) &&
        (old_fortified_ != variant || new_fortified_ != variant))
      return;
    const Section& common_a = old_.SectionOf(a.side, a.owner);
    const Section& common_b = new_.SectionOf(b.side, b.owner);
    std::vector<Finding> found;
    CompareVariantList<Constant>(a, common_a, b, common_b, found);
    CompareVariantList<FunctionMacro>(a, common_a, b, common_b, found);
    CompareVariantList<Type>(a, common_a, b, common_b, found);
    CompareVariantList<Declaration>(a, common_a, b, common_b, found);
    for (Finding& finding : found) {
      finding.variant = std::string(a.variant.empty() ? b.variant : a.variant);
      out_.push_back(std::move(finding));
    }
  }

  template <typename T>
  void CompareVariantList(const Section& a, const Section& common_a,
                          const Section& b, const Section& common_b,
                          std::vector<Finding>& found) {
    const auto compare = [&](const T& key) {
      const T* before = Find(ListOf<T>(a), key.Key());
      const T* after = Find(ListOf<T>(b), key.Key());
      const T* common_before = Find(ListOf<T>(common_a), key.Key());
      const T* common_after = Find(ListOf<T>(common_b), key.Key());
      // The names behind fortified functions are in no common section.
      if (common_before == nullptr && common_after == nullptr &&
          old_fortified_ == a.variant &&
          (before == nullptr) != (after == nullptr)) {
        if (before == nullptr) {
          RecordAdded(b, *after, found);
        } else {
          RecordGone(a, *before, static_cast<const T*>(nullptr), "", found);
        }
        return;
      }
      if (before == nullptr) before = common_before;
      if (after == nullptr) after = common_after;
      // What comes or goes as a whole is told of the common section, or is
      // visibility there.
      if (before == nullptr || after == nullptr || *before == *after) return;
      std::vector<Finding> here;
      CompareRecord(a, *before, *after, here);
      // Visibility is the common section's to tell.
      std::erase_if(here, [](const Finding& finding) {
        return !finding.variant.empty();
      });
      std::vector<Finding> there;
      if (common_before != nullptr && common_after != nullptr)
        CompareRecord(a, *common_before, *common_after, there);
      for (Finding& finding : here) {
        if (std::find(there.begin(), there.end(), finding) == there.end())
          found.push_back(std::move(finding));
      }
    };
    Merge(
        ListOf<T>(a), ListOf<T>(b),
        [&](const T& before, const T&) { compare(before); },
        [&](const T& before) { compare(before); },
        [&](const T& after) { compare(after); });
  }

  View old_, new_;
  std::string_view old_fortified_, new_fortified_;
  std::vector<Finding>& out_;
};

}  // namespace

void CompareNames(const Surface& before, const Surface& after,
                  std::vector<Finding>& out) {
  Comparison(before, after, out).Run();
}

}  // namespace plumbline::gate
