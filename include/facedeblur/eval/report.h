#pragma once

#include <string>
#include <vector>

#include "facedeblur/eval/evaluator.h"

namespace facedeblur {

/// The scores of one set of faces.
struct EvaluatedSet {
  std::string name;
  std::string protocol;  ///< how the blurred images came to be, for people
  std::size_t faces = 0;
  std::vector<PairScores> scores;
};

/// Tables for people: plain text with aligned columns, or Markdown.
std::string TextReport(const std::vector<EvaluatedSet>& sets, const std::string& weights);
std::string MarkdownReport(const std::vector<EvaluatedSet>& sets, const std::string& weights);

/// One JSON object; models/README.md describes its members.
std::string JsonReport(const std::vector<EvaluatedSet>& sets, const std::string& weights);

}  // namespace facedeblur
