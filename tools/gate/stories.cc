#include "tools/gate/stories.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "tools/gate/rules.h"

namespace plumbline::gate {
namespace {

// What a known story's evidence looks like.
struct Evidence {
  std::string_view ids;     // patterns
  std::string_view owners;  // patterns
  std::string_view names;   // patterns
};

struct Known {
  std::string_view id;
  // One finding must look so, or it is another story.
  Evidence sign;
  std::vector<Evidence> evidence;
  std::string_view title;
  std::string_view text;
  std::string_view source;
};

const Known kKnown[] = {
    {"termios-speed",
     {"constant-value-changed", "termios.h", "B9600"},
     {{"constant-*", "termios.h sys/ttydefaults.h",
       "B?* EXTA EXTB __MAX_BAUD __BOTHER TTYDEF_SPEED SPEED_MAX "
       "_HAVE_STRUCT_*"},
      {"symbol-*", "libc.so.*", "cf*speed* cf*baud* tc?etattr* cfmakeraw*"},
      {"prototype-*", "termios.h", "cf*speed* cf*baud* tc?etattr"},
      {"type-* field-*", "termios.h", "struct?termios* speed_t baud_t"}},
     "termios speeds are numbers of bits a second",
     "A speed such as B9600 was a code of the kernel's c_cflag, and is the "
     "number of bits a second; cfsetospeed(), tcgetattr() and their like have "
     "new versions that take and give it. What is built already stays with "
     "the old codes and the old versions. What is built anew takes both new "
     "ones. Mixed, a wrong speed is set: bindings in other languages, "
     "tables of B constants, a library that hands a speed_t to a program, and "
     "code that uses ioctl(TCSETS) beside termios.h must change together.",
     "glibc 2.42, NEWS: arbitrary baud rates in termios.h"},
    {"fromfp",
     {"prototype-changed", "math.h", "fromfp"},
     {{"prototype-changed", "math.h tgmath.h", "*fromfp*"},
      {"symbol-*", "libm.so.*", "*fromfp*"}},
     "fromfp and its like give floating-point numbers",
     "fromfp(), ufromfp(), fromfpx() and ufromfpx() gave intmax_t or uintmax_t "
     "as TS 18661-1 had it, and give the type of their argument as C23 has it, "
     "with new versions of the symbols. What is built already keeps the old "
     "ones. Code that is compiled anew must not take the result for an "
     "integer; a prototype or binding of your own, bound to the new version, "
     "reads the wrong register.",
     "glibc 2.43, NEWS: fromfp functions as in C23"},
    {"termio-removed",
     {"header-removed", "termio.h", "termio.h"},
     {{"header-removed", "termio.h", "*"},
      {"type-removed constant-removed", "sys/ioctl.h", "struct?termio NCC"}},
     "termio.h is gone",
     "The System V interface before termios.h is gone with its structure. Use "
     "termios.h.",
     "glibc 2.42, NEWS: termio.h is removed"},
    {"threads-in-libc",
     {"symbol-moved", "libpthread.so.0", "pthread_create*"},
     {{"symbol-*",
       "libpthread.so.* libdl.so.* librt.so.* libutil.so.* "
       "libanl.so.*",
       "*"},
      {"symbol-default-version-changed symbol-added", "libc.so.*",
       "pthread_* dl* sem_* mq_* aio_* timer_* shm_* thrd_* mtx_* cnd_* tss_* "
       "lio_* getaddrinfo_a* gai_* login* openpty* forkpty* call_once*"}},
     "libpthread, libdl, librt, libutil and libanl are in libc",
     "Their symbols are in libc.so.6, most under a new default version; the "
     "libraries stay as shells for what is built already. What is built anew "
     "needs no -lpthread and does not run with an older libc. What loads "
     "the libraries by name to look a symbol up must look in libc.",
     "glibc 2.34, NEWS: all functionality of libpthread … is integrated into "
     "libc"},
    {"isoc23-scan",
     {"symbol-added", "libc.so.*", "__isoc23_strtol@*"},
     {{"symbol-added", "libc.so.*", "__isoc23_*"},
      {"prototype-*", "stdlib.h stdio.h inttypes.h wchar.h",
       "strto* scanf fscanf sscanf vscanf vfscanf vsscanf wcsto* *wscanf"}},
     "strtol and scanf read binary numbers",
     "With _GNU_SOURCE or C23, strtol(), sscanf() and their like read \"0b11\" "
     "as 3 for base 0 or 2, by new symbols __isoc23_…. What is compiled anew "
     "behaves so, and does not run with an older libc.",
     "glibc 2.38, NEWS: binary constants in strtol and scanf"},
};

bool Looks(const Finding& finding, const Evidence& evidence) {
  return FitsOne(evidence.ids, KindOf(finding.id).name) &&
         FitsOne(evidence.owners, finding.owner) &&
         FitsOne(evidence.names, finding.name);
}

// "struct stat" of "struct stat.st_size".
std::string_view TypeOf(const Finding& finding) {
  const std::string_view name = finding.name;
  return name.substr(0, name.find('.'));
}

bool IsOfType(Id id) {
  switch (id) {
    case Id::kTypeSizeChanged:
    case Id::kTypeAlignmentChanged:
    case Id::kFieldOffsetChanged:
    case Id::kFieldTypeChanged:
    case Id::kFieldRemoved:
    case Id::kFieldRenamed:
    case Id::kFieldAdded:
      return true;
    default:
      return false;
  }
}

bool IsRemoved(Id id) {
  return id == Id::kConstantRemoved || id == Id::kTypeRemoved ||
         id == Id::kPrototypeRemoved || id == Id::kHeaderRemoved;
}

// Joins what shares something, by a key that is the story's id.
class Joining {
 public:
  explicit Joining(std::vector<Finding>& findings) : findings_(findings) {
    for (const Finding& finding : findings) {
      if (finding.id == Id::kHeaderRemoved) {
        removed_.insert(finding.owner);
        if (finding.side == Side::kUapi)
          removed_of_kernel_.insert(finding.owner);
      }
      if (finding.id == Id::kPrototypeChanged) prototypes_.insert(finding.name);
      if (finding.id == Id::kSymbolDefaultVersionChanged)
        defaults_.insert(finding.name);
    }
  }

  void Run(std::vector<Story>& stories) {
    std::map<std::string, std::vector<Finding*>> groups;
    for (Finding& finding : findings_) {
      if (!finding.story.empty()) continue;
      const std::string key = KeyOf(finding);
      if (!key.empty()) groups[key].push_back(&finding);
    }
    for (const auto& [key, members] : groups) {
      // What stands alone needs no story.
      if (members.size() < 2) continue;
      for (Finding* member : members) member->story = key;
      stories.push_back({.id = key,
                         .title = TitleOf(*members.front()),
                         .text = TextOf(*members.front()),
                         .source = ""});
    }
  }

 private:
  std::string KeyOf(const Finding& finding) const {
    if (IsRemoved(finding.id) && removed_.contains(finding.owner)) {
      // The kernel drops what nobody has any more by the dozen.
      return finding.side == Side::kUapi && removed_of_kernel_.size() > 1
                 ? kKernelHeaders
                 : fmt::format("header:{}", finding.owner);
    }
    if (IsOfType(finding.id))
      return fmt::format("type:{}:{}", finding.owner, TypeOf(finding));
    if (finding.id == Id::kPrototypeChanged && defaults_.contains(finding.name))
      return fmt::format("function:{}", finding.name);
    if (finding.id == Id::kSymbolDefaultVersionChanged)
      return prototypes_.contains(finding.name)
                 ? fmt::format("function:{}", finding.name)
                 : fmt::format("default:{}:{}", finding.owner, finding.new_is);
    return "";
  }

  std::string TitleOf(const Finding& finding) const {
    if (KeyOf(finding) == kKernelHeaders)
      return fmt::format("{} headers of the kernel are gone",
                         removed_of_kernel_.size());
    if (IsRemoved(finding.id))
      return fmt::format("<{}> is gone", finding.owner);
    if (IsOfType(finding.id))
      return fmt::format("{} of <{}> has another layout", TypeOf(finding),
                         finding.owner);
    if (KeyOf(finding).starts_with("function:"))
      return fmt::format("{} is another function when compiled anew",
                         finding.name);
    return fmt::format("new defaults of {} in {}", finding.new_is,
                       finding.owner);
  }

  std::string TextOf(const Finding& finding) const {
    if (KeyOf(finding) == kKernelHeaders)
      return "All that they declared is gone with them: what includes one does "
             "not compile.";
    if (IsRemoved(finding.id))
      return "All that it declared is gone with it: what includes it does not "
             "compile.";
    if (IsOfType(finding.id))
      return "Programs, libraries and bindings that exchange the type must be "
             "built against the same headers, unless all of it is benign.";
    if (KeyOf(finding).starts_with("function:"))
      return "Its prototype changed with the version that the linker takes. "
             "What is built already keeps the old one; what is compiled anew "
             "gets both.";
    return "What is built already keeps the old versions. What is built anew "
           "takes the new ones, and does not run with the old library.";
  }

  static constexpr const char* kKernelHeaders = "headers:uapi";

  std::vector<Finding>& findings_;
  std::set<std::string> removed_, removed_of_kernel_, prototypes_, defaults_;
};

}  // namespace

std::vector<Story> TellStories(std::vector<Finding>& findings) {
  std::vector<Story> stories;
  for (const Known& known : kKnown) {
    if (std::none_of(findings.begin(), findings.end(), [&](const Finding& one) {
          return Looks(one, known.sign);
        }))
      continue;
    for (Finding& finding : findings) {
      if (std::any_of(known.evidence.begin(), known.evidence.end(),
                      [&](const Evidence& one) { return Looks(finding, one); }))
        finding.story = known.id;
    }
    stories.push_back({.id = std::string(known.id),
                       .title = std::string(known.title),
                       .text = std::string(known.text),
                       .source = std::string(known.source)});
  }
  Joining(findings).Run(stories);
  std::map<std::string_view, Story*> by_id;
  for (Story& story : stories) by_id[story.id] = &story;
  for (const Finding& finding : findings) {
    const auto found = by_id.find(finding.story);
    if (found == by_id.end()) continue;
    Story& story = *found->second;
    ++story.findings;
    story.severity = std::min(story.severity, finding.severity);
  }
  std::stable_sort(
      stories.begin(), stories.end(),
      [](const Story& a, const Story& b) { return a.severity < b.severity; });
  return stories;
}

void Recount(Report& report) {
  for (Story& story : report.stories) {
    story.findings = 0;
    story.severity = Severity::kBenign;
    for (const Finding& finding : report.findings) {
      if (finding.story != story.id) continue;
      ++story.findings;
      story.severity = std::min(story.severity, finding.severity);
    }
  }
  std::erase_if(report.stories,
                [](const Story& story) { return story.findings == 0; });
  std::stable_sort(
      report.stories.begin(), report.stories.end(),
      [](const Story& a, const Story& b) { return a.severity < b.severity; });
}

}  // namespace plumbline::gate
