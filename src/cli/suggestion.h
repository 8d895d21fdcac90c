#pragma once

#include <string>
#include <vector>

namespace facedeblur {

/// How many letters must be inserted, removed, replaced or swapped with their neighbour to make one
/// word of the other. No letter is touched twice (optimal string alignment).
std::size_t EditDistance(const std::string& a, const std::string& b);

/// The word that was most likely meant by `typed`: the nearest one, if no more than a third of its
/// letters are wrong. Empty where none is that near. Of equally near words the first one is taken.
std::string NearestWord(const std::string& typed, const std::vector<std::string>& words);

}  // namespace facedeblur
