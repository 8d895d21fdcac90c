#pragma once

#include <string>
#include <vector>

#include "facedeblur/eval/finder_protocol.h"

namespace facedeblur {

/// What was searched for faces, and how.
struct FinderReport {
  struct Set {
    std::string name;
    FinderEvaluation evaluation;
  };
  DetectorIdentity detector;
  FinderProtocol protocol;
  std::vector<Set> sets;
};

/// Tables for people: plain text with aligned columns, or Markdown.
std::string TextReport(const FinderReport& report);
std::string MarkdownReport(const FinderReport& report);

/// One JSON object; models/README.md describes its members.
std::string JsonReport(const FinderReport& report);

}  // namespace facedeblur
