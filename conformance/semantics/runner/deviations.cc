#include "conformance/semantics/runner/deviations.h"

#include <algorithm>
#include <cstddef>
#include <stdexcept>

#include "conformance/ledger/ledger.h"
#include "conformance/semantics/model/rules.h"

namespace plumbline::semantics {
namespace {

// The parts of a text that these characters separate, without the empty ones.
std::vector<std::string_view> Split(std::string_view text,
                                    std::string_view separators) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t end =
        std::min(text.find_first_of(separators), text.size());
    if (end != 0) parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

// Its calls, flags and constants, sorted. F_DUPFD_CLOEXEC is as F_DUPFD, since
// no program executes another; which clock or signal it is does not matter, nor
// which of the calls that read, write, close, wait or send alike. A mask only
// keeps a signal from ending the program.
std::vector<std::string> NamesIn(const Program& program) {
  std::vector<std::string> names;
  for (const Step& step : program.steps) {
    const std::string text = ToText(step);
    for (std::string_view word : Split(text, " |:,")) {
      constexpr std::string_view kCloexec = "_CLOEXEC";
      if (word.ends_with(kCloexec)) word.remove_suffix(kCloexec.size());
      const char first = word.front();
      const bool is_name =
          (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z');
      if (word.starts_with("SIG") || word.starts_with("CLOCK_")) continue;
      if (word == "sigprocmask") continue;
      if (word.starts_with("epoll_pwait")) word = "epoll_wait";
      if (word == "ppoll" || word.ends_with("select")) word = "poll";
      if (word == "sigqueue" || word == "tgkill") word = "kill";
      if (word == "fifo") word = "pipe2";
      if (word == "SOCK_NONBLOCK") word = "O_NONBLOCK";
      // These close, too.
      if (word == "dup2" || word == "dup3" || word == "close_range") {
        names.emplace_back("close");
      }
      if (word == "read8" || word == "write8") word.remove_suffix(1);
      if (is_name) names.emplace_back(word);
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

bool HaveKernel(std::string_view versions, KernelRelease kernel) {
  if (versions == "all") return true;
  versions.remove_prefix(std::string_view("since ").size());
  const auto since = ParseKernelRelease(versions);
  return since && kernel >= *since;
}

bool Applies(const KnownDeviation& known, const Place& place) {
  if (known.system == "linux") {
    return known.architecture == place.kernel_architecture &&
           HaveKernel(known.versions, place.kernel);
  }
  if (known.system == "musl") {
    constexpr std::string_view kMusl = "musl ";
    const std::vector<std::string_view> releases = Split(known.versions, " ");
    return known.architecture == place.architecture &&
           place.libc.starts_with(kMusl) &&
           std::find(releases.begin(), releases.end(),
                     std::string_view(place.libc).substr(kMusl.size())) !=
               releases.end();
  }
  return known.architecture == place.architecture &&
         ledger::HaveRelease(known.versions, place.emulator);
}

}  // namespace

Deviations::Deviations(const Place& place,
                       std::span<const KnownDeviation> known) {
  for (const KnownDeviation& one : known) {
    if (Applies(one, place)) entries_.push_back(&one);
  }
}

const KnownDeviation* Deviations::Find(const Program& program,
                                       const Violation& violation) const {
  std::vector<std::string> names;
  for (const KnownDeviation* known : entries_) {
    if (known->rule != TextOf(violation.rule).id) continue;
    if (names.empty()) names = NamesIn(program);
    const std::vector<std::string> needed =
        NamesIn(DeviatingProgramNamed(known->program));
    if (std::includes(names.begin(), names.end(), needed.begin(),
                      needed.end())) {
      return known;
    }
  }
  return nullptr;
}

Program DeviatingProgramNamed(std::string_view name) {
  for (const DeviatingProgram& one : DeviatingPrograms()) {
    if (one.name != name) continue;
    std::vector<Program> programs;
    ParseError error;
    if (!ParsePrograms(one.text, programs, error) || programs.size() != 1) {
      throw std::logic_error(std::string(name) + ": " + error.message);
    }
    return programs.front();
  }
  throw std::logic_error("there is no program " + std::string(name));
}

std::string SeenOf(const Violation& violation) {
  const auto words = Split(violation.seen, " ");
  std::string text;
  // "STEP RESULT ERRNO BEFORE AFTER …", or "STEP sleeps on".
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (words.size() >= 5 && (i == 3 || i == 4)) continue;
    if (!text.empty()) text += ' ';
    text += words[i];
  }
  return text;
}

bool IsSeen(const KnownDeviation& known, const Violation& violation) {
  return ledger::IsListed(known.seen, SeenOf(violation));
}

}  // namespace plumbline::semantics
