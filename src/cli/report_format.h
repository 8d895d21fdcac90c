#pragma once

#include "cli/choices.h"

namespace facedeblur {

/// How `evaluate` tells what it measured.
enum class ReportFormat { kText, kMarkdown, kJson };

inline const Choices<ReportFormat> kReportFormats = {{"text", ReportFormat::kText},
                                                     {"markdown", ReportFormat::kMarkdown},
                                                     {"json", ReportFormat::kJson}};

/// A report of any kind that has these three functions.
template <typename... Args>
std::string WriteReport(ReportFormat format, const Args&... args) {
  switch (format) {
    case ReportFormat::kJson:
      return JsonReport(args...);
    case ReportFormat::kMarkdown:
      return MarkdownReport(args...);
    case ReportFormat::kText:
      return TextReport(args...);
  }
  return "";
}

}  // namespace facedeblur
