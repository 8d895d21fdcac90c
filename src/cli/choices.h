#pragma once

#include <string>
#include <utility>
#include <vector>

#include "facedeblur/util/text.h"

namespace facedeblur {

/// The values to choose from, by words. The first word for a value is the one that is shown.
template <typename Value>
using Choices = std::vector<std::pair<std::string, Value>>;

template <typename Value>
std::string WordFor(const Value& value, const Choices<Value>& choices) {
  for (const auto& [word, meaning] : choices) {
    if (meaning == value) return word;
  }
  return "";
}

/// The words that are shown, for people: "a, b or c".
template <typename Value>
std::string JoinedWords(const Choices<Value>& choices) {
  std::vector<std::string> words;
  for (const auto& [word, value] : choices) {
    if (word == WordFor(value, choices)) words.push_back(word);  // not another word for the same
  }
  return Alternatives(words);
}

}  // namespace facedeblur
