#include "cli/suggestion.h"

#include <algorithm>
#include <cstddef>

namespace facedeblur {

std::size_t EditDistance(const std::string& a, const std::string& b) {
  // Rows of the usual table: distances between the first i letters of a and the first j of b.
  std::vector<std::size_t> two_above;
  std::vector<std::size_t> above;
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    two_above = above;
    above = row;
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], two_above[j - 2] + 1);
    }
  }
  return row[b.size()];
}

std::string NearestWord(const std::string& typed, const std::vector<std::string>& words) {
  std::string nearest;
  std::size_t least = 0;
  for (const std::string& word : words) {
    const std::size_t distance = EditDistance(typed, word);
    if (3 * distance > word.size()) continue;
    if (nearest.empty() || distance < least) {
      nearest = word;
      least = distance;
    }
  }
  return nearest;
}

}  // namespace facedeblur
