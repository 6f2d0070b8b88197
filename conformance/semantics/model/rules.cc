#include "conformance/semantics/model/rules.h"

#include <iterator>

namespace plumbline::semantics {
namespace {

constexpr RuleText kTexts[] = {
#define PLUMBLINE_RULE(name, id, source, statement) {id, source, statement},
    PLUMBLINE_SEMANTICS_RULES(PLUMBLINE_RULE)
#undef PLUMBLINE_RULE
};
static_assert(std::size(kTexts) == kRules);

}  // namespace

std::span<const RuleText> AllRules() { return kTexts; }

}  // namespace plumbline::semantics
