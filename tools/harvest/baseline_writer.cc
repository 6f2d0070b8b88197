#include "tools/harvest/baseline_writer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdio.h>
#include <stdlib.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <unordered_map>

#include "tools/cli/output.h"
#include "tools/harvest/baseline_records.h"
#include "tools/harvest/surface_text.h"

namespace plumbline::harvest {
namespace {

namespace fs = std::filesystem;
using cli::Fail;
using cli::Result;

// A context, with each record that it has somewhere.
struct Records {
  BaselineSet set;
  std::unordered_map<std::string_view, BaselineSet> records;
};

struct ContextOrder {
  bool operator()(std::string_view a, std::string_view b) const {
    return ContextBefore(a, b);
  }
};

std::string_view Column(std::string_view line, std::size_t number) {
  for (; number > 0; --number) {
    const std::size_t tab = line.find('\t');
    if (tab == std::string_view::npos) return "";
    line.remove_prefix(tab + 1);
  }
  return FirstColumn(line);
}

// A part of a file's name, of characters that every file system has.
std::string Plain(std::string_view text) {
  std::string plain;
  for (const char c : text) {
    const bool good = std::isalnum(static_cast<unsigned char>(c)) != 0 ||
                      c == '-' || c == '_' || c == '+' ||
                      (c == '.' && !plain.empty() && plain.back() != '.');
    plain += good ? c : '_';
  }
  // No two dots in sequence: an ending follows.
  if (plain.ends_with('.')) plain.back() = '_';
  return plain;
}

// A file for each library, and for headers in one folder that start with the
// same letter: small enough to look at, and few enough to read all in no time.
std::string FileOf(std::string_view context) {
  if (context.empty()) return "headers.txt";
  if (FirstColumn(context) == "library")
    return fmt::format("elf/{}.txt", Plain(Column(context, 1)));
  const std::string_view side = Column(context, 1);
  std::string_view owner = Column(context, 2);
  std::string name = Plain(side) + "/";
  const std::size_t slash = owner.find('/');
  if (slash != std::string_view::npos) {
    name += Plain(owner.substr(0, slash)) + "/";
    owner.remove_prefix(slash + 1);
  }
  const char letter = owner.empty() ? '_' : owner.front();
  name +=
      std::isalnum(static_cast<unsigned char>(letter)) != 0
          ? static_cast<char>(std::tolower(static_cast<unsigned char>(letter)))
          : '_';
  return name + ".txt";
}

// "glibc 2.36" as numbers, to order releases by.
std::vector<unsigned> Version(std::string_view libc) {
  std::vector<unsigned> numbers;
  const char* at = libc.data();
  const char* const end = at + libc.size();
  while (at != end) {
    unsigned number = 0;
    const auto [next, error] = std::from_chars(at, end, number);
    if (error == std::errc()) numbers.push_back(number);
    at = next == at ? at + 1 : next;
  }
  return numbers;
}

// Short texts are their own names. The others' are made of the text alone, so
// that they stay the same whatever other sets there are.
class SetNames {
 public:
  const std::string& Of(const std::string& text) {
    const auto known = names_.find(text);
    if (known != names_.end()) return known->second;
    std::string name = text;
    if (text.size() > kLongestName || text.find(' ') != std::string::npos) {
      std::size_t length = 4;
      do {
        name = Hash(text).substr(0, length++);
      } while (taken_.contains(name) && length < 13);
    }
    taken_.insert(name);
    return names_.emplace(text, name).first->second;
  }

  const std::map<std::string, std::string>& all() const { return names_; }

 private:
  static constexpr std::size_t kLongestName = 16;

  // FNV-1a with 64 bits, in letters and digits.
  static std::string Hash(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char c : text)
      hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    std::string name;
    for (int i = 0; i < 12; ++i, hash >>= 5)
      name += "abcdefghijklmnopqrstuvwxyz234567"[hash & 31];
    return name;
  }

  std::map<std::string, std::string> names_;
  std::set<std::string> taken_;
};

class Writer {
 public:
  Result<std::vector<BaselineFile>> Write(
      const std::vector<NewBaseline>& baselines) {
    for (const NewBaseline& baseline : baselines) {
      if (const Result<void> done = Describe(baseline); !done)
        return tl::unexpected(done.error());
    }
    if (baselines_.size() > kMostBaselines)
      return Fail("there are more than {} baselines", kMostBaselines);
    OrderReleases();
    for (std::size_t i = 0; i < baselines_.size(); ++i) Take(i);
    return Files();
  }

 private:
  struct Described {
    Baseline baseline;
    std::string_view rest;  // the lines that others may have too
  };

  Result<void> Describe(const NewBaseline& given) {
    Described described{{.release = given.release}, given.text};
    const auto valid = [](std::string_view word) {
      return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' ||
               c == '_';
      });
    };
    if (!valid(given.release))
      return Fail("a release is a word such as bookworm, not '{}'",
                  given.release);
    std::string_view line;
    std::string_view next = given.text;
    TakeLine(next, line);
    described.rest = next;
    while (TakeLine(next, line)) {
      const std::string_view word = FirstColumn(line);
      if (IsContext(line) || RecordRank(line) < kRecordOrder.size() ||
          line == kSurfaceTextEnd)
        break;
      const std::string_view value = Column(line, 1);
      if (word == "arch") described.baseline.arch = value;
      if (word == "libc") described.baseline.libc = value;
      if (word == "kernel-headers") described.baseline.kernel_headers = value;
      described.baseline.own_lines.push_back(line);
      described.rest = next;
    }
    if (!valid(described.baseline.arch) || described.baseline.libc.empty())
      return Fail("a surface of {} names no architecture or C library",
                  given.release);
    // What comes later replaces what was there.
    std::erase_if(baselines_, [&](const Described& other) {
      return other.baseline.release == described.baseline.release &&
             other.baseline.arch == described.baseline.arch;
    });
    baselines_.push_back(std::move(described));
    return {};
  }

  void OrderReleases() {
    std::map<std::string_view, std::vector<unsigned>> newest;
    for (const Described& described : baselines_) {
      auto& version = newest[described.baseline.release];
      version = std::max(version, Version(described.baseline.libc));
    }
    std::vector<std::pair<std::vector<unsigned>, std::string_view>> order;
    for (const auto& [release, version] : newest)
      order.emplace_back(version, release);
    std::sort(order.begin(), order.end());
    for (const auto& [version, release] : order)
      index_.releases.push_back(release);
    std::sort(baselines_.begin(), baselines_.end(),
              [&](const Described& a, const Described& b) {
                const std::size_t release_a = index_.ReleaseNumber(a.baseline);
                const std::size_t release_b = index_.ReleaseNumber(b.baseline);
                return std::tie(release_a, a.baseline.arch) <
                       std::tie(release_b, b.baseline.arch);
              });
    for (const Described& described : baselines_)
      places_.push_back(
          {index_.ReleaseNumber(described.baseline), described.baseline.arch});
  }

  // Sorts the lines of a surface into contexts. A record is its line and those
  // after it that begin with a tab.
  void Take(std::size_t number) {
    std::string_view rest = baselines_[number].rest;
    Records* context = &contexts_[""];
    context->set.set(number);
    std::string_view line;
    while (TakeLine(rest, line) && line != kSurfaceTextEnd) {
      if (IsContext(line)) {
        context = &contexts_[line];
        context->set.set(number);
        continue;
      }
      const char* const start = line.data();
      while (rest.starts_with('\t') && TakeLine(rest, line)) {
      }
      const std::string_view record(
          start, static_cast<std::size_t>(line.data() + line.size() - start));
      context->records[record].set(number);
    }
  }

  // "@NAME<tab>", or nothing where it is the set of what the line is in.
  std::string Prefix(const BaselineSet& set, const BaselineSet& around) {
    if (set == around) return "";
    auto& text = set_texts_[set];
    if (text.empty()) text = WriteSet(set, places_, index_.releases);
    return fmt::format("@{}\t", names_.Of(text));
  }

  Result<std::vector<BaselineFile>> Files() {
    BaselineSet all;
    for (std::size_t i = 0; i < baselines_.size(); ++i) all.set(i);
    std::map<std::string, std::string> files;
    // A set's name can depend on others' that are the same hash: all are named
    // in the order of their texts first.
    std::set<std::string> texts;
    for (const auto& [line, context] : contexts_) {
      for (const auto& [record, set] : context.records) NameSet(set, texts);
      NameSet(context.set, texts);
    }
    for (const std::string& text : texts) names_.Of(text);
    for (const auto& [line, context] : contexts_) {
      std::string& out = files[FileOf(line)];
      if (out.empty()) out = fmt::format("{}\n", kBaselineFileVersion);
      if (!line.empty())
        out += fmt::format("{}{}\n", Prefix(context.set, all), line);
      std::vector<std::pair<std::size_t, std::string_view>> records;
      records.reserve(context.records.size());
      for (const auto& [record, set] : context.records) {
        records.emplace_back(RecordRank(record), record);
        if (records.back().first == kRecordOrder.size())
          return Fail("a record '{}' is not known to the store of baselines",
                      FirstColumn(record));
      }
      std::sort(records.begin(), records.end());
      for (const auto& [rank, record] : records) {
        out += Prefix(context.records.at(record), context.set);
        out += record;
        out += '\n';
      }
    }
    std::vector<BaselineFile> written = {
        {std::string(kBaselineIndexName), Index(files)}};
    for (auto& [name, text] : files) {
      text += fmt::format("{}\n", kSurfaceTextEnd);
      written.push_back({name, std::move(text)});
    }
    return written;
  }

  void NameSet(const BaselineSet& set, std::set<std::string>& texts) {
    auto& text = set_texts_[set];
    if (text.empty()) text = WriteSet(set, places_, index_.releases);
    texts.insert(text);
  }

  std::string Index(const std::map<std::string, std::string>& files) {
    std::string out = fmt::format("{}\n", kBaselineIndexVersion);
    for (const std::string_view release : index_.releases)
      out += fmt::format("release\t{}\n", release);
    for (const auto& [baseline, rest] : baselines_) {
      out += fmt::format("baseline\t{}\t{}\n", baseline.release, baseline.arch);
      for (const std::string_view line : baseline.own_lines)
        out += fmt::format("\t{}\n", line);
    }
    for (const auto& [name, text] : files)
      out += fmt::format("file\t{}\n", name);
    // Only those that a line has.
    std::map<std::string_view, std::string_view> sets;
    for (const auto& [name, text] : files) {
      std::string_view rest = text;
      for (std::string_view line; TakeLine(rest, line);) {
        if (line.starts_with('@')) sets[line.substr(1, line.find('\t') - 1)];
      }
    }
    for (const auto& [text, name] : names_.all()) {
      const auto used = sets.find(name);
      if (used != sets.end()) used->second = text;
    }
    for (const auto& [name, text] : sets)
      out += fmt::format("set\t{}\t{}\n", name, text);
    return out + fmt::format("{}\n", kSurfaceTextEnd);
  }

  std::vector<Described> baselines_;
  BaselineIndex index_;
  std::vector<BaselinePlace> places_;
  std::map<std::string_view, Records, ContextOrder> contexts_;
  std::unordered_map<BaselineSet, std::string> set_texts_;
  SetNames names_;
};

// A folder that is removed, unless it is let go.
class Staging {
 public:
  static Result<std::unique_ptr<Staging>> Beside(const fs::path& folder) {
    const fs::path parent =
        folder.has_parent_path() ? folder.parent_path() : fs::path(".");
    std::string path =
        (parent / fmt::format(".{}.XXXXXX", folder.filename().string()))
            .string();
    if (mkdtemp(path.data()) == nullptr)
      return Fail("{}: {}", parent.string(), std::strerror(errno));
    std::error_code error;
    fs::permissions(path, fs::perms(0755), error);
    return std::make_unique<Staging>(path);
  }

  explicit Staging(fs::path path) : path_(std::move(path)) {}
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;
  ~Staging() {
    std::error_code error;
    fs::remove_all(path_, error);
  }

  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

Result<void> Replace(const fs::path& folder,
                     const std::vector<BaselineFile>& files) {
  auto staging = Staging::Beside(folder);
  if (!staging) return tl::unexpected(staging.error());
  for (const BaselineFile& file : files) {
    const fs::path path = (*staging)->path() / file.name;
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    if (error) return Fail("{}: {}", path.string(), error.message());
    if (const Result<void> done = cli::WriteFile(path.string(), file.text);
        !done)
      return done;
  }
  // Exchanged in one go; the old one is then in the folder that is removed.
  const char* const from = (*staging)->path().c_str();
  const unsigned flags = fs::exists(folder) ? RENAME_EXCHANGE : 0;
  if (renameat2(AT_FDCWD, from, AT_FDCWD, folder.c_str(), flags) != 0)
    return Fail("{}: {}", folder.string(), std::strerror(errno));
  return {};
}

}  // namespace

Result<std::vector<BaselineFile>> WriteBaselines(
    const std::vector<NewBaseline>& baselines) {
  return Writer().Write(baselines);
}

Result<void> AddBaselines(const std::string& folder,
                          const std::vector<NewBaseline>& baselines,
                          const BaselineProgress& progress) {
  fs::path path = folder;
  if (!path.has_filename()) path = path.parent_path();
  std::vector<NewBaseline> all;
  if (fs::exists(path / kBaselineIndexName)) {
    const Result<BaselineStore> store = BaselineStore::Open(path.string());
    if (!store) return tl::unexpected(store.error());
    for (const Baseline& baseline : store->index().baselines) {
      if (progress)
        progress(
            fmt::format("reading {} of {}", baseline.arch, baseline.release));
      Result<std::string> text = store->ReadText(baseline);
      if (!text) return tl::unexpected(text.error());
      all.push_back({std::string(baseline.release), *std::move(text)});
    }
  } else if (fs::exists(path) && !fs::is_empty(path)) {
    return Fail("{}: neither empty nor a store of baselines", path.string());
  }
  for (const NewBaseline& baseline : baselines) {
    // What a reader would refuse is to be refused now.
    const Result<Surface> valid = ReadSurface(baseline.text, baseline.release);
    if (!valid) return tl::unexpected(valid.error());
    all.push_back(baseline);
  }
  if (progress) progress("writing");
  const Result<std::vector<BaselineFile>> files = WriteBaselines(all);
  if (!files) return tl::unexpected(files.error());
  return Replace(path, *files);
}

}  // namespace plumbline::harvest
