#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace facedeblur {

/// Marked to go: use util/json.h.
/// Writes one JSON object (RFC 8259), members in the order they are added, on one line. Numbers
/// that JSON cannot hold (infinite, not a number) become null. Strings are taken as UTF-8; bytes
/// that are not become U+FFFD.
class JsonObject {
 public:
  JsonObject& Add(std::string_view name, std::string_view value);
  JsonObject& Add(std::string_view name, const char* value);
  JsonObject& Add(std::string_view name, double value);
  JsonObject& Add(std::string_view name, std::int64_t value);
  JsonObject& Add(std::string_view name, int value);
  JsonObject& Add(std::string_view name, bool value);
  JsonObject& Add(std::string_view name, const JsonObject& value);
  JsonObject& Add(std::string_view name, const std::vector<double>& values);
  JsonObject& Add(std::string_view name, const std::vector<std::string>& values);
  JsonObject& Add(std::string_view name, const std::vector<JsonObject>& values);
  JsonObject& AddNull(std::string_view name);

  std::string ToString() const { return "{" + members_ + "}"; }

 private:
  JsonObject& AddRaw(std::string_view name, const std::string& value);
  std::string members_;
};

/// A JSON string with its quotes.
std::string JsonQuote(std::string_view text);

}  // namespace facedeblur
