// JSON, with fields in the order in which they were written.

#ifndef PLUMBLINE_TOOLS_CLI_JSON_H_
#define PLUMBLINE_TOOLS_CLI_JSON_H_

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace plumbline::cli {

using Json = nlohmann::ordered_json;

// nullopt if it isn't JSON.
inline std::optional<Json> ParseJson(std::string_view text) {
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return std::nullopt;
  return json;
}

// A field of an object; a null if there is none.
inline const Json& Field(const Json& object, std::string_view key) {
  static const Json null;
  if (!object.is_object()) return null;
  const auto found = object.find(std::string(key));
  return found == object.end() ? null : *found;
}

// A field that is a string; "" if it is missing or is none.
inline std::string Text(const Json& object, std::string_view key) {
  const Json& value = Field(object, key);
  return value.is_string() ? value.get<std::string>() : std::string();
}

// A field that is true.
inline bool Flag(const Json& object, std::string_view key) {
  const Json& value = Field(object, key);
  return value.is_boolean() && value.get<bool>();
}

// The text of a document; bytes that aren't UTF-8 are replaced.
inline std::string Print(const Json& json) {
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace plumbline::cli

#endif  // PLUMBLINE_TOOLS_CLI_JSON_H_
