#include "tools/gate/rules.h"

#include <algorithm>

namespace plumbline::gate {
namespace {

using cli::Fail;
using cli::Result;

const Rule kRules[] = {
    {"built-with-new",
     "type-* field-* constant-*",
     "",
     "",
     {Circumstance::kBuiltWithNew},
     Severity::kBenign,
     "the programs that are asked about were compiled with the new one"},
    {"moved",
     "*-removed",
     "glibc uapi",
     "",
     {Circumstance::kMoved},
     Severity::kNotable,
     "another header has it; include that one too"},
    {"hidden-by-posix",
     "*-removed",
     "",
     "",
     {Circumstance::kPosix},
     Severity::kNotable,
     "the default and _GNU_SOURCE still show it"},
    {"internal-header",
     "header-*",
     "",
     "",
     {Circumstance::kInternal},
     Severity::kBenign,
     "no program includes it by its own name"},
    {"never-worked",
     "header-removed",
     "",
     "",
     {Circumstance::kNotValued},
     Severity::kBenign,
     "no program could include it"},
    {"text",
     "constant-value-changed",
     "",
     "",
     {Circumstance::kText},
     Severity::kBenign,
     "it is no value, only text"},
    {"valued-now",
     "constant-value-changed",
     "",
     "",
     {Circumstance::kNotValued},
     Severity::kBenign,
     "it is a value now, and was none"},
    {"never-a-value",
     "constant-removed macro-unevaluable",
     "",
     "",
     {Circumstance::kNotValued},
     Severity::kNotable,
     "it was no value"},
    {"version",
     "constant-value-changed",
     "",
     "*_VERSION_CODE __GLIBC_MINOR__ "
     "*_VERSION *_MINOR_VERSION LINUX_VERSION_* _POSIX_C_SOURCE _XOPEN_SOURCE "
     "__STDC_*",
     {Circumstance::kGrown},
     Severity::kBenign,
     "it names the version of the headers"},
    {"counter",
     "constant-value-changed",
     "",
     "*_MAX *_MAXID NUM_* *_NUM *_LAST *_CNT *_COUNT __*_MAX? __NR_syscalls "
     "*_NR_* MAX_*_TYPE __MAX_*_TYPE *_NUM_OPS",
     {Circumstance::kGrown},
     Severity::kBenign,
     "it counts or bounds the others, and there are more of them"},
    {"counter-gone",
     "constant-removed",
     "uapi",
     "__*_MAX __*_LAST NUM_*",
     {},
     Severity::kNotable,
     "it only counted the others"},
    {"reserved-space",
     "field-*",
     "",
     "",
     {Circumstance::kReserved},
     Severity::kBenign,
     "the space was reserved or padding"},
    {"grown-at-end",
     "type-size-changed field-added",
     "uapi",
     "",
     {Circumstance::kAtEnd},
     Severity::kNotable,
     "the kernel's types grow at their end, and it is told their size"},
    {"qualifiers",
     "field-type-changed prototype-changed",
     "",
     "",
     {Circumstance::kQualifiers},
     Severity::kNotable,
     "the types differ in const, volatile or restrict only"},
    {"same-size",
     "field-type-changed",
     "",
     "",
     {Circumstance::kSameSize},
     Severity::kNotable,
     "the size is the same"},
    {"attributes",
     "prototype-changed",
     "",
     "",
     {Circumstance::kAttributes},
     Severity::kNotable,
     "the type is the same"},
    {"layer",
     "behaviour-changed",
     "",
     "",
     {Circumstance::kSameErrno},
     Severity::kBenign,
     "the errno is the same; the kernel says it where the library did, or the "
     "other way"},
    {"repaired",
     "behaviour-changed",
     "",
     "",
     {Circumstance::kRepaired},
     Severity::kNotable,
     "it is as declared now, and was not"},
    {"wrong-before",
     "behaviour-changed",
     "",
     "",
     {Circumstance::kWrongBefore},
     Severity::kNotable,
     "it was not seen to be as declared before either"},
    {"unchecked",
     "behaviour-changed",
     "",
     "",
     {Circumstance::kUnchecked},
     Severity::kNotable,
     "it can't be checked with the new library, for the reason that is told"},
    {"checked-now",
     "behaviour-changed",
     "",
     "",
     {Circumstance::kCheckedNow},
     Severity::kBenign,
     "it is as declared, and could not be checked with the old library"},
    {"reserved-name",
     "constant-* type-* field-* prototype-* macro-*",
     "glibc",
     "__* struct?__* union?__* enum?__*",
     {},
     Severity::kNotable,
     "the name is the implementation's"},
};

const Rule* RuleFor(const Finding& finding) {
  for (const Rule& rule : kRules) {
    if (!rule.ids.empty() && !FitsOne(rule.ids, KindOf(finding.id).name))
      continue;
    if (!rule.sides.empty() && !FitsOne(rule.sides, NameOf(finding.side)))
      continue;
    if (!rule.names.empty() && !FitsOne(rule.names, finding.name)) continue;
    if (!rule.circumstances.empty() &&
        std::find(rule.circumstances.begin(), rule.circumstances.end(),
                  finding.circumstance) == rule.circumstances.end())
      continue;
    // A rule makes nothing worse.
    if (rule.severity <= KindOf(finding.id).severity) continue;
    return &rule;
  }
  return nullptr;
}

}  // namespace

std::span<const Rule> Rules() { return kRules; }

Result<Override> ParseOverride(std::string_view text) {
  const std::size_t equals = text.rfind('=');
  if (equals == std::string_view::npos)
    return Fail(
        "--severity {}: give ID=SEVERITY, RULE=SEVERITY or ID/NAME=SEVERITY, "
        "such as counter=notable",
        text);
  Override result;
  const std::optional<Severity> severity =
      SeverityNamed(text.substr(equals + 1));
  if (!severity)
    return Fail("--severity {}: a severity is breaking, notable or benign",
                text);
  result.severity = *severity;
  const std::string_view what = text.substr(0, equals);
  const std::size_t slash = what.find('/');
  result.what = what.substr(0, slash);
  if (slash != std::string_view::npos) result.name = what.substr(slash + 1);
  const bool known =
      std::any_of(Kinds().begin(), Kinds().end(),
                  [&](const Kind& kind) { return kind.name == result.what; }) ||
      std::any_of(Rules().begin(), Rules().end(),
                  [&](const Rule& rule) { return rule.name == result.what; });
  if (!known)
    return Fail(
        "--severity {}: there is no finding and no rule '{}'; "
        "--rules lists them",
        text, result.what);
  return result;
}

void Judge(std::vector<Finding>& findings, const SeverityOptions& options) {
  for (Finding& finding : findings) {
    finding.severity = KindOf(finding.id).severity;
    finding.rule.clear();
    if (const Rule* rule = options.strict ? nullptr : RuleFor(finding)) {
      finding.severity = rule->severity;
      finding.rule = rule->name;
    }
    // The last that fits is taken.
    for (const Override& choice : options.overrides) {
      if ((choice.what == KindOf(finding.id).name ||
           choice.what == finding.rule) &&
          (choice.name.empty() || Fits(choice.name, finding.name)))
        finding.severity = choice.severity;
    }
  }
}

bool Fits(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0;
  std::size_t star = std::string_view::npos, from = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      from = t;
    } else if (p < pattern.size() &&
               (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++from;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

bool FitsOne(std::string_view patterns, std::string_view text) {
  while (!patterns.empty()) {
    const std::size_t end = std::min(patterns.find(' '), patterns.size());
    if (end > 0 && Fits(patterns.substr(0, end), text)) return true;
    patterns.remove_prefix(std::min(end + 1, patterns.size()));
  }
  return false;
}

}  // namespace plumbline::gate
