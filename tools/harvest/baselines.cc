#include "tools/harvest/baselines.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include "tools/harvest/baseline_records.h"
#include "tools/harvest/surface_text.h"

namespace plumbline::harvest {
namespace {

using cli::Fail;
using cli::Result;

// Whether each set of the index holds for one baseline.
using Membership = std::unordered_map<std::string_view, bool>;

// The lines of one context that hold, as pieces of a file that are as long as
// can be.
struct Context {
  std::string_view line;
  std::vector<std::string_view> pieces;
};

// Names of files come from the index: they are to stay in the folder.
bool IsFileName(std::string_view name) {
  return !name.empty() && name.front() != '/' &&
         name.find("..") == std::string_view::npos &&
         name.find('\0') == std::string_view::npos;
}

class IndexReader {
 public:
  IndexReader(std::string_view text, std::string_view name)
      : name_(name), rest_(text) {}

  Result<BaselineIndex> Read() {
    std::string_view line;
    if (!Next(line) || line != kBaselineIndexVersion)
      return Fail(
          "{}:1: this is no store of baselines that is known here: its first "
          "line is not 'plumbline-baselines 1'",
          name_);
    bool ended = false;
    while (!ended && Next(line)) {
      if (line == kSurfaceTextEnd) {
        ended = true;
      } else if (const Result<void> done = Line(line); !done) {
        return Fail("{}:{}: {}", name_, number_, done.error().message);
      }
    }
    if (!ended || !rest_.empty())
      return Fail(
          "{}:{}: 'end' is not its last line: it was cut off, or added to",
          name_, number_);
    for (const Baseline& baseline : index_.baselines) {
      if (baseline.libc.empty())
        return Fail("{}: {} of {} names no C library", name_, baseline.arch,
                    baseline.release);
    }
    return std::move(index_);
  }

 private:
  bool Next(std::string_view& line) {
    ++number_;
    return TakeLine(rest_, line);
  }

  Result<void> Line(std::string_view line) {
    const std::string_view word = FirstColumn(line);
    if (word.size() == line.size()) return Fail("a line of one column");
    const std::string_view value = line.substr(word.size() + 1);
    const std::size_t tab = value.find('\t');
    const std::string_view first = value.substr(0, tab);
    const std::string_view second =
        tab == std::string_view::npos ? "" : value.substr(tab + 1);
    if (word.empty()) return Own(value, first, second);
    if (word == "release") {
      index_.releases.push_back(value);
    } else if (word == "baseline") {
      if (!std::count(index_.releases.begin(), index_.releases.end(), first))
        return Fail("a release '{}' is not listed above", first);
      if (!seen_.emplace(first, second).second)
        return Fail("{} of {} is there twice", second, first);
      if (index_.baselines.size() == kMostBaselines)
        return Fail("there are more than {} baselines", kMostBaselines);
      index_.baselines.push_back({.release = first, .arch = second});
    } else if (word == "file") {
      if (!IsFileName(value)) return Fail("'{}' is no name of a file", value);
      index_.files.push_back(value);
    } else if (word == "set") {
      index_.sets.emplace_back(first, second);
    } else {
      return Fail("a line '{}' is not known", word);
    }
    return {};
  }

  Result<void> Own(std::string_view line, std::string_view word,
                   std::string_view value) {
    if (index_.baselines.empty()) return Fail("a line of no baseline");
    Baseline& baseline = index_.baselines.back();
    if (word == "libc") baseline.libc = value;
    if (word == "kernel-headers") baseline.kernel_headers = value;
    baseline.own_lines.push_back(line);
    return {};
  }

  std::string_view name_;
  std::string_view rest_;
  std::size_t number_ = 0;
  std::set<std::pair<std::string_view, std::string_view>> seen_;
  BaselineIndex index_;
};

// Finds the lines of a file that hold for a baseline.
class Selection {
 public:
  Selection(const Membership& sets, std::vector<Context>& contexts)
      : sets_(sets), contexts_(contexts) {}

  Result<void> Take(const BaselineText& file) {
    std::string_view rest = file.text;
    std::string_view line;
    if (!TakeLine(rest, line) || line != kBaselineFileVersion)
      return Fail(
          "{}:1: no records of baselines that are known here: the first line "
          "is not 'plumbline-baseline-records 1'",
          file.name);
    std::size_t number = 1;
    // Headers and conflicts have no context's line above them.
    in_context_ = true;
    in_record_ = false;
    contexts_.push_back({});
    while (true) {
      ++number;
      const char* start = rest.data();
      if (!TakeLine(rest, line))
        return Fail(
            "{}:{}: the file ends without the line 'end': it was cut off",
            file.name, number);
      if (line == kSurfaceTextEnd) break;
      bool own_set = false;
      bool holds = true;
      if (line.starts_with('@')) {
        const std::size_t tab = line.find('\t');
        const auto set = sets_.find(line.substr(1, tab - 1));
        if (tab == std::string_view::npos || set == sets_.end())
          return Fail("{}:{}: the set '{}' is not in {}", file.name, number,
                      line.substr(1, tab - 1), kBaselineIndexName);
        holds = set->second;
        own_set = true;
        line.remove_prefix(tab + 1);
        start = line.data();
      }
      if (line.starts_with("section\t") || line.starts_with("library\t")) {
        in_context_ = holds;
        in_record_ = false;
        if (holds) contexts_.push_back({line, {}});
      } else if (!line.starts_with('\t')) {
        in_record_ = own_set ? holds : in_context_;
        // A context's record that it does not have itself is damage, which
        // would put the record below another.
        if (in_record_ && !in_context_)
          return Fail("{}:{}: its context does not hold where it does",
                      file.name, number);
        if (in_record_) Append(start, line);
      } else if (in_record_) {
        Append(start, line);
      }
    }
    if (!rest.empty())
      return Fail("{}:{}: there is more after the line 'end'", file.name,
                  number);
    return {};
  }

 private:
  void Append(const char* start, std::string_view line) {
    auto& pieces = contexts_.back().pieces;
    const char* end = line.data() + line.size() + 1;
    if (!pieces.empty() && pieces.back().data() + pieces.back().size() == start)
      start = pieces.back().data(), pieces.pop_back();
    pieces.emplace_back(start, static_cast<std::size_t>(end - start));
  }

  const Membership& sets_;
  std::vector<Context>& contexts_;
  bool in_context_ = true;
  bool in_record_ = false;
};

bool IsNamed(const Baseline& baseline, std::string_view name) {
  constexpr std::string_view kGlibc = "glibc-";
  if (baseline.release == name) return true;
  return name.starts_with(kGlibc) && baseline.libc.starts_with("glibc ") &&
         baseline.libc.substr(kGlibc.size()) == name.substr(kGlibc.size());
}

}  // namespace

std::size_t BaselineIndex::ReleaseNumber(const Baseline& baseline) const {
  return static_cast<std::size_t>(
      std::find(releases.begin(), releases.end(), baseline.release) -
      releases.begin());
}

Result<BaselineIndex> ReadBaselineIndex(std::string_view text,
                                        std::string_view name) {
  return IndexReader(text, name).Read();
}

Result<std::string> AssembleBaseline(const BaselineIndex& index,
                                     const Baseline& baseline,
                                     const std::vector<BaselineText>& files) {
  const BaselinePlace place{index.ReleaseNumber(baseline), baseline.arch};
  Membership sets;
  sets.reserve(index.sets.size());
  for (const auto& [name, text] : index.sets) {
    const Result<bool> in = IsInSet(text, place, index.releases);
    if (!in)
      return Fail("{}: set {}: {}", kBaselineIndexName, name,
                  in.error().message);
    sets.emplace(name, *in);
  }
  std::vector<Context> contexts;
  for (const BaselineText& file : files) {
    const Result<void> done = Selection(sets, contexts).Take(file);
    if (!done) return tl::unexpected(done.error());
  }
  std::sort(contexts.begin(), contexts.end(),
            [](const Context& a, const Context& b) {
              return ContextBefore(a.line, b.line);
            });
  std::size_t size = 4096;
  for (const Context& context : contexts) {
    size += context.line.size() + 1;
    for (const std::string_view piece : context.pieces) size += piece.size();
  }
  std::string text;
  text.reserve(size);
  text += kSurfaceTextVersion;
  text += '\n';
  for (const std::string_view line : baseline.own_lines) {
    text += line;
    text += '\n';
  }
  for (const Context& context : contexts) {
    if (!context.line.empty()) {
      text += context.line;
      text += '\n';
    }
    for (const std::string_view piece : context.pieces) text += piece;
  }
  text += kSurfaceTextEnd;
  text += '\n';
  return text;
}

Result<BaselineStore> BaselineStore::Open(const std::string& folder) {
  BaselineStore store;
  store.folder_ = folder;
  const std::string path = fmt::format("{}/{}", folder, kBaselineIndexName);
  Result<cli::MappedFile> file = cli::MappedFile::Open(path);
  if (!file) return tl::unexpected(file.error());
  store.mapped_.push_back(*std::move(file));
  Result<BaselineIndex> index =
      ReadBaselineIndex(store.mapped_.front().text(), path);
  if (!index) return tl::unexpected(index.error());
  store.index_ = *std::move(index);
  for (const std::string_view name : store.index_.files)
    store.paths_.push_back(fmt::format("{}/{}", folder, name));
  for (const std::string& other : store.paths_) {
    file = cli::MappedFile::Open(other);
    if (!file) return tl::unexpected(file.error());
    store.files_.push_back({other, file->text()});
    store.mapped_.push_back(*std::move(file));
  }
  return store;
}

Result<const Baseline*> BaselineStore::Find(std::string_view name,
                                            std::string_view arch) const {
  const Result<std::vector<std::string_view>> archs = Architectures(name);
  if (!archs) return tl::unexpected(archs.error());
  for (const Baseline& baseline : index_.baselines) {
    if (baseline.arch == arch && IsNamed(baseline, name)) return &baseline;
  }
  return Fail("the baseline '{}' has no architecture '{}'; it has {}", name,
              arch, fmt::join(*archs, ", "));
}

Result<std::vector<std::string_view>> BaselineStore::Architectures(
    std::string_view name) const {
  std::vector<std::string_view> archs;
  std::set<std::string> names;
  for (const Baseline& baseline : index_.baselines) {
    if (IsNamed(baseline, name)) archs.push_back(baseline.arch);
    std::string libc(baseline.libc);
    std::replace(libc.begin(), libc.end(), ' ', '-');
    names.insert(libc);
  }
  if (archs.empty())
    return Fail("there is no baseline '{}'; known are {}, {}", name,
                fmt::join(index_.releases, ", "), fmt::join(names, ", "));
  std::sort(archs.begin(), archs.end());
  archs.erase(std::unique(archs.begin(), archs.end()), archs.end());
  return archs;
}

Result<std::string> BaselineStore::ReadText(const Baseline& baseline) const {
  return AssembleBaseline(index_, baseline, files_);
}

Result<Surface> BaselineStore::Read(const Baseline& baseline) const {
  Result<std::string> text = ReadText(baseline);
  if (!text) return tl::unexpected(text.error());
  return ReadSurface(*std::move(text),
                     fmt::format("{} of {}, put together from {}",
                                 baseline.arch, baseline.release, folder_));
}

}  // namespace plumbline::harvest
