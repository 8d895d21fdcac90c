#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace facedeblur {

/// A JSON value (RFC 8259) whose objects keep their members in the order they are added.
using Json = nlohmann::ordered_json;

/// The value as one line of text, without a line end. Bytes that are not UTF-8 become U+FFFD,
/// numbers that JSON cannot hold (infinite, not a number) become null.
std::string ToJsonLine(const Json& json);

}  // namespace facedeblur
