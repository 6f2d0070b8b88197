#include "tools/harvest/harvest.h"

#include <elf.h>
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <thread>
#include <utility>

#include "tools/harvest/assembly.h"
#include "tools/harvest/owners.h"
#include "tools/harvest/surface_text.h"
#include "tools/harvest/symbols.h"
#include "tools/harvest/worker.h"

namespace plumbline::harvest {
namespace {

using cli::Fail;
using cli::Result;

// To find the header that has no end; each takes milliseconds.
constexpr std::chrono::seconds kLimitOfOne{5};

std::vector<Variant> VariantsOf(Side side, const Architecture& arch,
                                int fortify) {
  if (side == Side::kUapi) return {{.name = ""}};
  std::vector<Variant> variants = {
      {.name = "", .letter = 'g', .defines = {"_GNU_SOURCE"}},
      {.name = "default", .letter = 'd'},
      {.name = "posix", .letter = 'p', .defines = {"_POSIX_C_SOURCE=200809L"}},
  };
  if (arch.narrow) {
    variants.push_back(
        {.name = "lfs", .defines = {"_GNU_SOURCE", "_FILE_OFFSET_BITS=64"}});
    variants.push_back(
        {.name = "time64",
         .defines = {"_GNU_SOURCE", "_FILE_OFFSET_BITS=64", "_TIME_BITS=64"}});
  }
  if (fortify > 0)
    variants.push_back(
        {.name = fmt::format("fortify{}", fortify),
         .defines = {"_GNU_SOURCE",
                     fmt::format("_FORTIFY_SOURCE={}", fortify)}});
  return variants;
}

std::vector<Directives> ScanAll(const Sysroot& sysroot) {
  std::vector<Directives> all(sysroot.headers.size());
  const auto scan = [&](std::size_t first) {
    for (std::size_t i = first; i < all.size(); i += 2) {
      std::ifstream in(sysroot.headers[i].file, std::ios::binary);
      std::ostringstream text;
      text << in.rdbuf();
      all[i] = ScanDirectives(text.str());
    }
  };
  // It has ended before there are other processes.
  std::thread other(scan, 1);
  scan(0);
  other.join();
  return all;
}

// The part of a surface that one side's headers are.
Result<std::string> HarvestSide(const Source& source, Side side, int fortify) {
  const HeaderFiles& files = source.files;
  const std::vector<Directives>& directives = source.directives;
  Surface surface;
  std::vector<VariantFacts> all;
  std::vector<std::vector<int>> groups;
  std::optional<HeaderHarvest> first;
  Knowledge knowledge;
  knowledge.long_bits = source.sysroot.arch->elf_class == ELFCLASS64 ? 64 : 32;
  for (const Directives& one : directives)
    knowledge.undefined.insert(one.undefined.begin(), one.undefined.end());
  for (const Variant& variant :
       VariantsOf(side, *source.sysroot.arch, fortify)) {
    Result<HeaderHarvest> harvest =
        HarvestHeaders(source, side, variant, first ? &groups : nullptr,
                       knowledge, surface.texts);
    if (!harvest) return tl::unexpected(harvest.error());
    all.push_back({variant, std::move(harvest->facts)});
    if (!first) {
      first = *std::move(harvest);
      for (const Group& group : first->plan.groups)
        groups.push_back(group.roots);
      continue;
    }
    // Some headers are included in one variant only.
    for (std::size_t i = 0; i < first->includes.size(); ++i)
      first->includes[i].insert(first->includes[i].end(),
                                harvest->includes[i].begin(),
                                harvest->includes[i].end());
    first->seen.merge(harvest->seen);
  }
  const std::vector<int> owners =
      FindOwners(PublicHeaders(side, files, directives), first->includes, files,
                 directives);
  AddHeaders(side, *first, owners, files, surface);
  AddSections(side, std::move(all), owners, files, surface);
  surface.Sort();
  return WriteSurface(surface);
}

// The header that can't be parsed, with the reason; "" if each can.
std::string FindCulprit(const Source& source, Side side) {
  const HeaderFiles& files = source.files;
  const Result<std::vector<std::string>> options =
      ClangOptions(source.sysroot, {}, source.gcc);
  if (!options) return "";
  for (const int root : PublicHeaders(side, files, source.directives)) {
    Result<Worker> worker = Worker::Start([&]() -> Result<std::string> {
      const Result<Discovery> alone = Discover({root}, *options, files);
      if (!alone) return tl::unexpected(alone.error());
      return std::string("ended");
    });
    if (!worker) return "";
    const Result<std::string> ended = worker->Wait(kLimitOfOne);
    if (!ended)
      return fmt::format("<{}>: can't be parsed: it {}", files[root].name,
                         ended.error().message);
  }
  return "";
}

void Append(Surface& into, Surface from) {
  const auto move = [](auto& to, auto& more) {
    to.insert(to.end(), std::make_move_iterator(more.begin()),
              std::make_move_iterator(more.end()));
  };
  move(into.headers, from.headers);
  move(into.conflicts, from.conflicts);
  move(into.sections, from.sections);
  into.texts.Adopt(std::move(from.texts));
}

}  // namespace

Result<Surface> Harvest(const Sysroot& sysroot, const HarvestOptions& options) {
  const HeaderFiles files(sysroot.headers);
  const std::vector<Directives> directives = ScanAll(sysroot);
  std::optional<Gcc> gcc;
  if (options.by_gcc || !sysroot.arch->clang_knows) {
    Result<Gcc> found = FindGcc(*sysroot.arch);
    if (!found) return tl::unexpected(found.error());
    gcc = *std::move(found);
  }
  const Source source = {sysroot, files, directives, gcc ? &*gcc : nullptr};
  std::vector<Worker> workers;
  for (const Side side : kSides) {
    Result<Worker> worker = Worker::Start(
        [&] { return HarvestSide(source, side, options.fortify); });
    if (!worker) return tl::unexpected(worker.error());
    workers.push_back(*std::move(worker));
  }

  Surface surface;
  surface.arch = surface.texts.Keep(sysroot.arch->name);
  surface.libc = surface.texts.Keep(sysroot.libc);
  surface.kernel_headers = surface.texts.Keep(sysroot.kernel_headers);
  for (const PackageSource& package : sysroot.packages)
    surface.packages.push_back(
        {surface.texts.Keep(package.name), surface.texts.Keep(package.version),
         surface.texts.Keep(package.arch), surface.texts.Keep(package.sha256)});
  for (const auto& path : sysroot.libraries) {
    Result<Library> library = ReadLibrary(path.string(), surface.texts);
    if (!library) return tl::unexpected(library.error());
    surface.libraries.push_back(*std::move(library));
  }

  for (const Side side : kSides) {
    Result<std::string> text =
        workers[static_cast<std::size_t>(side)].Wait(options.limit);
    if (!text) {
      const std::string culprit = FindCulprit(source, side);
      if (!culprit.empty()) return Fail("{}", culprit);
      return Fail("the headers of {} could not be read: {}", NameOf(side),
                  text.error().message);
    }
    Result<Surface> part = ReadSurface(*std::move(text), NameOf(side));
    if (!part) return Fail("internal error: {}", part.error().message);
    Append(surface, *std::move(part));
  }
  surface.Sort();
  return surface;
}

}  // namespace plumbline::harvest
