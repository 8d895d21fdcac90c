#include "cli/run_report.h"

#include <string>

#include "facedeblur/pipeline/photo_gallery.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/json.h"

namespace facedeblur {
namespace {

GalleryStart StartOf(const RestoreOptions& options) {
  if (options.overwrite) return GalleryStart::kReplace;
  return options.skip_existing ? GalleryStart::kAppend : GalleryStart::kNew;
}

}  // namespace

RunReport::RunReport(const RestoreOptions& options)
    : options_(options),
      file_(options.report, options.skip_existing),
      gallery_(options.gallery, GalleryKind::kRestore, StartOf(options)) {}

void RunReport::AddRun(const RunInfo& info) {
  const std::string line = RunJson(info);
  file_.Write(line);
  if (gallery_.wanted()) gallery_.AddRun(Json::parse(line));
}

void RunReport::AddImage(const ImageRecord& record) {
  if (file_.wanted()) file_.Write(RecordJson(record));
  if (gallery_.wanted()) gallery_.AddPhoto(GalleryEntry(record));
}

void RunReport::AddSummary(const BatchReport& report, double seconds) {
  const std::string line = SummaryJson(report, seconds);
  file_.Write(line);
  if (gallery_.wanted()) gallery_.AddDone(Json::parse(line));
}

void RunReport::RequireIntact() const {
  gallery_.RequireIntact();
  if (file_.intact()) return;
  throw Error(ErrorKind::kOutput, options_.report.string() + ": the report could not be written");
}

}  // namespace facedeblur
