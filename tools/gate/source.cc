#include "tools/gate/source.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/utsname.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <system_error>

#include "tools/cli/descriptor.h"
#include "tools/cli/process.h"
#include "tools/harvest/baselines.h"
#include "tools/harvest/surface_text.h"

namespace plumbline::gate {
namespace {

namespace fs = std::filesystem;
using cli::Fail;
using cli::Result;
using harvest::Surface;

using Surfaces = std::vector<Surface>;

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string Trimmed(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

// Runs a program, and gives what it prints; an error is in its own words.
Result<std::string> Run(const std::string& program,
                        std::vector<std::string> arguments) {
  const cli::Descriptor file(open(program.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return Fail("{} is missing", program);
  // A script is opened anew by its interpreter.
  const bool script = program.ends_with(".sh");
  const cli::Descriptor shell(script ? open("/bin/bash", O_RDONLY | O_CLOEXEC)
                                     : -1);
  arguments.insert(arguments.begin(), program);
  if (script) arguments.insert(arguments.begin(), "bash");
  Result<cli::Finished> finished =
      cli::RunProgram(script ? shell : file, "", std::move(arguments));
  if (!finished) return tl::unexpected(finished.error());
  if (!finished->Succeeded()) {
    std::string why = Trimmed(finished->errors);
    for (const std::string_view prefix : {"plumbline: ", "fetch_libc: "}) {
      if (why.starts_with(prefix)) why.erase(0, prefix.size());
    }
    return Fail("{}", why.empty() ? finished->Describe() : why);
  }
  return std::move(finished->output);
}

std::vector<std::string> FilesIn(const fs::path& folder,
                                 std::string_view extension) {
  std::vector<std::string> files;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end;
       at.increment(error)) {
    if (at->path().extension() == extension) files.push_back(at->path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

bool Wanted(const std::vector<std::string>& archs, std::string_view arch) {
  return archs.empty() ||
         std::find(archs.begin(), archs.end(), arch) != archs.end();
}

Result<Surface> Snapshot(const std::string& name,
                         std::vector<std::string> arguments,
                         const SourceTools& tools) {
  if (tools.snapshot.empty())
    return Fail(
        "{}: only recorded surfaces can be compared without the snapshot "
        "program; tools/plumbline gate has it, or record one with "
        "tools/plumbline snapshot",
        name);
  if (tools.fortify > 0) {
    arguments.push_back("--fortify");
    arguments.push_back(fmt::format("{}", tools.fortify));
  }
  Result<std::string> text = Run(tools.snapshot, std::move(arguments));
  if (!text) return tl::unexpected(text.error());
  return harvest::ReadSurface(*std::move(text), name);
}

Result<Surfaces> One(Result<Surface> surface) {
  if (!surface) return tl::unexpected(surface.error());
  Surfaces all;
  all.push_back(*std::move(surface));
  return all;
}

Result<Surfaces> ReadFiles(const std::vector<std::string>& files,
                           const std::vector<std::string>& archs) {
  Surfaces all;
  for (const std::string& file : files) {
    Result<Surface> surface = harvest::ReadSurfaceFile(file);
    if (!surface) return tl::unexpected(surface.error());
    if (Wanted(archs, surface->arch)) all.push_back(*std::move(surface));
  }
  return all;
}

Result<Surfaces> ReadDebs(const std::string& name,
                          const std::vector<std::string>& files,
                          const SourceTools& tools) {
  std::vector<std::string> arguments = {"--debs"};
  arguments.insert(arguments.end(), files.begin(), files.end());
  return One(Snapshot(name, std::move(arguments), tools));
}

Result<Surfaces> ReadSysroot(const std::string& root,
                             const std::vector<std::string>& archs,
                             const SourceTools& tools) {
  std::vector<std::string> arguments = {"--sysroot", root};
  if (archs.size() == 1) {
    arguments.push_back("--arch");
    arguments.push_back(archs[0]);
  }
  return One(Snapshot(root, std::move(arguments), tools));
}

// A build tree has one architecture, which nothing but it says.
Result<Surfaces> ReadBuild(const std::string& tree,
                           const std::vector<std::string>& archs,
                           const SourceTools& tools) {
  Result<Surfaces> made =
      One(Snapshot("build:" + tree, {"--build", tree}, tools));
  if (!made || Wanted(archs, made->front().arch)) return made;
  return Fail("{}: this tree is of {}, which --arch does not ask for", tree,
              made->front().arch);
}

Result<Surfaces> Fetch(const std::string& release,
                       std::vector<std::string> archs,
                       const SourceTools& tools) {
  if (tools.fetch_libc.empty())
    return Fail(
        "debian:{}: tools/plumbline gate can fetch it, this program "
        "alone can't",
        release);
  if (archs.empty()) archs = {NativeArchitecture()};
  Surfaces all;
  for (const std::string& arch : archs) {
    const Result<std::string> folder = Run(tools.fetch_libc, {release, arch});
    if (!folder) return tl::unexpected(folder.error());
    Result<Surfaces> made = ReadDebs(fmt::format("debian:{}", release),
                                     FilesIn(Trimmed(*folder), ".deb"), tools);
    if (!made) return tl::unexpected(made.error());
    all.push_back(std::move(made->front()));
  }
  return all;
}

// A baseline, such as glibc-2.36 or bookworm.
Result<Surfaces> ReadNamed(const std::string& name,
                           std::vector<std::string> archs,
                           const SourceTools& tools) {
  const auto fail = [&](std::string_view why) {
    return Fail(
        "{}: {}; OLD and NEW are each a baseline such as glibc-2.36, a "
        "recorded surface, a folder of them, a folder of .deb files, a "
        "sysroot, build:DIR, host, or debian:RELEASE",
        name, why);
  };
  if (tools.baselines.empty()) return fail("no such file or folder");
  const auto store = harvest::BaselineStore::Open(tools.baselines);
  if (!store) return tl::unexpected(store.error());
  if (archs.empty()) {
    const auto known = store->Architectures(name);
    if (!known) return fail("no such file, folder or baseline");
    archs.assign(known->begin(), known->end());
  }
  Surfaces all;
  for (const std::string& arch : archs) {
    const auto baseline = store->Find(name, arch);
    if (!baseline) return tl::unexpected(baseline.error());
    Result<std::string> text = store->ReadText(**baseline);
    if (!text) return tl::unexpected(text.error());
    Result<Surface> surface = harvest::ReadSurface(*std::move(text), name);
    if (!surface) return tl::unexpected(surface.error());
    all.push_back(*std::move(surface));
  }
  return all;
}

// A baseline or a release: it has several architectures, which may take long.
bool HasMany(const std::string& name) {
  std::error_code error;
  return name.starts_with("debian:") ||
         (name != "host" && !name.starts_with("build:") &&
          !fs::exists(name, error));
}

// Takes away what only one has, and says what that is.
std::vector<LeftOut> KeepCommon(Surfaces& before, Surfaces& after) {
  std::vector<LeftOut> left_out;
  const auto keep = [&](Surfaces& ours, const Surfaces& theirs, bool is_new) {
    std::erase_if(ours, [&](const Surface& one) {
      const bool lacks = std::none_of(
          theirs.begin(), theirs.end(),
          [&](const Surface& other) { return other.arch == one.arch; });
      if (lacks) left_out.push_back({std::string(one.arch), is_new});
      return lacks;
    });
  };
  keep(before, after, false);
  keep(after, before, true);
  std::sort(left_out.begin(), left_out.end(),
            [](const LeftOut& a, const LeftOut& b) { return a.arch < b.arch; });
  return left_out;
}

// What is recorded already may be without the variant that is asked for.
Result<void> CheckFortified(const Surfaces& surfaces, const std::string& name,
                            int fortify) {
  if (fortify == 0) return {};
  const std::string variant = fmt::format("fortify{}", fortify);
  for (const Surface& surface : surfaces) {
    if (std::none_of(surface.sections.begin(), surface.sections.end(),
                     [&](const harvest::Section& section) {
                       return section.variant == variant;
                     }))
      return Fail(
          "{}: nothing is recorded of _FORTIFY_SOURCE={} on {}: baselines have "
          "it not; give a sysroot, packages, or what tools/plumbline snapshot "
          "--fortify {} has recorded",
          name, fortify, surface.arch, fortify);
  }
  return {};
}

}  // namespace

Result<Surfaces> ReadSurfaces(const std::string& name,
                              const std::vector<std::string>& archs,
                              const SourceTools& tools) {
  std::error_code error;
  if (name.starts_with("debian:")) return Fetch(name.substr(7), archs, tools);
  if (name.starts_with("build:"))
    return ReadBuild(name.substr(6), archs, tools);
  if (name == "host") return ReadSysroot("/", archs, tools);
  if (!fs::exists(name, error)) return ReadNamed(name, archs, tools);
  if (!fs::is_directory(name, error)) return ReadFiles({name}, archs);
  const std::vector<std::string> recorded = FilesIn(name, ".surface");
  if (!recorded.empty()) return ReadFiles(recorded, archs);
  const std::vector<std::string> debs = FilesIn(name, ".deb");
  if (!debs.empty()) return ReadDebs(name, debs, tools);
  return ReadSysroot(name, archs, tools);
}

SourceTools FindTools() {
  SourceTools tools;
  tools.snapshot = Variable("PLUMBLINE_SNAPSHOT");
  std::error_code error;
  if (tools.snapshot.empty()) {
    const fs::path beside =
        fs::read_symlink("/proc/self/exe", error).parent_path();
    for (const char* place : {"snapshot", "../harvest/snapshot"}) {
      if (tools.snapshot.empty() && fs::is_regular_file(beside / place, error))
        tools.snapshot = beside / place;
    }
  }
  const std::string workspace = Variable("PLUMBLINE_WORKSPACE");
  if (!workspace.empty()) {
    tools.fetch_libc = workspace + "/tools/toolchains/fetch_libc.sh";
    tools.baselines = workspace + "/conformance/baselines/data";
  }
  return tools;
}

std::string NativeArchitecture() {
  utsname name = {};
  uname(&name);
  const std::string machine = name.machine;
  for (const auto& [is, called] :
       {std::pair("x86_64", "amd64"), std::pair("aarch64", "arm64"),
        std::pair("i686", "i386"), std::pair("ppc64le", "ppc64el"),
        std::pair("armv7l", "armhf")}) {
    if (machine == is) return called;
  }
  return machine;
}

Result<BothSurfaces> ReadBoth(const std::string& before,
                              const std::string& after,
                              std::vector<std::string> archs,
                              const SourceTools& tools) {
  const bool all = archs == std::vector<std::string>{"all"};
  if (all) archs.clear();
  if (all && (before.starts_with("debian:") || after.starts_with("debian:")))
    return Fail(
        "--arch all is of what is recorded; say what to fetch: --arch "
        "amd64,arm64");
  if (!all && archs.empty()) {
    const bool old_has_many = HasMany(before);
    const bool new_has_many = HasMany(after);
    if (old_has_many && new_has_many) archs = {NativeArchitecture()};
    if (old_has_many != new_has_many) {
      const Result<Surfaces> one =
          ReadSurfaces(old_has_many ? after : before, archs, tools);
      if (!one) return tl::unexpected(one.error());
      for (const Surface& surface : *one) archs.emplace_back(surface.arch);
    }
  }
  // Both at the same time: reading is all that takes time.
  auto reading = std::async(std::launch::async,
                            [&] { return ReadSurfaces(before, archs, tools); });
  Result<Surfaces> now = ReadSurfaces(after, archs, tools);
  Result<Surfaces> was = reading.get();
  if (!was) return tl::unexpected(was.error());
  if (!now) return tl::unexpected(now.error());
  std::vector<LeftOut> left_out;
  for (const auto& [surfaces, name] :
       {std::pair(&*was, &before), std::pair(&*now, &after)}) {
    const Result<void> fortified =
        CheckFortified(*surfaces, *name, tools.fortify);
    if (!fortified) return tl::unexpected(fortified.error());
  }
  if (all) {
    left_out = KeepCommon(*was, *now);
    if (was->empty())
      return Fail("{} and {} have no architecture in common", before, after);
  }
  return BothSurfaces{*std::move(was), *std::move(now), std::move(left_out)};
}

}  // namespace plumbline::gate
