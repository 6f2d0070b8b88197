// Which checks are of the families that one asks for.

#ifndef PLUMBLINE_CONFORMANCE_ABI_FAMILIES_H_
#define PLUMBLINE_CONFORMANCE_ABI_FAMILIES_H_

#include <string_view>

namespace plumbline::abi {

// Whether `where`, such as "bindings/epoll.errors.toml:12", is in a file of one
// of `families`: "epoll,io".
inline bool IsOfFamilies(std::string_view where, std::string_view families) {
  where.remove_prefix(where.rfind('/') + 1);
  const std::string_view family = where.substr(0, where.find('.'));
  while (!families.empty()) {
    const std::size_t comma = families.find(',');
    if (families.substr(0, comma) == family) return true;
    families.remove_prefix(comma == families.npos ? families.size()
                                                  : comma + 1);
  }
  return false;
}

}  // namespace plumbline::abi

#endif  // PLUMBLINE_CONFORMANCE_ABI_FAMILIES_H_
