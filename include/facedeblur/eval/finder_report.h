#pragma once

#include <opencv2/core.hpp>
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

/// Tables for people: plain text with aligned columns, or Markdown. dlib's stock models stand
/// beside what was scored.
std::string TextReport(const FinderReport& report);
std::string MarkdownReport(const FinderReport& report);

/// One JSON object; models/README.md describes its members.
std::string JsonReport(const FinderReport& report);

/// Recall, false faces per photo and landmark error against the size of the blur, one below the
/// other, with those of dlib's stock models. CV_8UC3; empty where there is nothing to draw.
cv::Mat DrawFinderCurves(const FinderProtocol& protocol, const FinderEvaluation& evaluation);

}  // namespace facedeblur
