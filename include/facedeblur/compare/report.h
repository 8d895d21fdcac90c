#pragma once

#include <string>
#include <vector>

#include "facedeblur/compare/folder_comparison.h"
#include "facedeblur/util/json.h"

namespace facedeblur {

/// What was found about an image, as in the lines below.
Json CompareJson(const ComparedImage& image);

/// One JSON object per image and a last one with the totals.
std::string CompareJsonLines(const std::vector<ComparedImage>& images);

/// JUnit XML as CI systems read it: one test case per image, what differs a failure, what is
/// missing or unreadable an error.
std::string CompareJUnit(const std::vector<ComparedImage>& images, const std::string& suite);

/// A table for people: all images, or only those that are not within the tolerance.
std::string CompareTable(const std::vector<ComparedImage>& images, bool all);

}  // namespace facedeblur
