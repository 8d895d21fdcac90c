#pragma once

#include "cli/report_file.h"
#include "cli/restore_options.h"
#include "facedeblur/gallery/gallery.h"
#include "facedeblur/pipeline/batch_report.h"
#include "facedeblur/pipeline/json_report.h"

namespace facedeblur {

/// What a run writes about itself: the report for programs and the gallery for people, as far as
/// they are asked for. Calls must come one at a time.
class RunReport {
 public:
  /// Opens both. Throws Error(kUsage), Error(kOutput).
  explicit RunReport(const RestoreOptions& options);

  bool wanted() const { return file_.wanted() || gallery_.wanted(); }

  void AddRun(const RunInfo& info);
  void AddImage(const ImageRecord& record);
  void AddSummary(const BatchReport& report, double seconds);

  /// Throws Error(kOutput) when something could not be written.
  void RequireIntact() const;

 private:
  const RestoreOptions& options_;
  ReportFile file_;
  Gallery gallery_;
};

}  // namespace facedeblur
