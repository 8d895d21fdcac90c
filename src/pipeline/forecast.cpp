#include "facedeblur/pipeline/forecast.h"

#include "facedeblur/pipeline/input_plan.h"
#include "facedeblur/util/error.h"
#include "pipeline/image_job.h"
#include "pipeline/output_writer.h"
#include "pipeline/source_reader.h"

namespace facedeblur {

Forecast Foresee(const PlannedImage& image, const BatchOptions& options) {
  ImageJob job;
  job.record.input = image.input;
  job.record.output = image.output;
  try {
    if (OutputWriter(options).SettledByExisting(&job)) return {Fate::kSkipped, ""};
    if (image.input != kStandardStream) ReadSource(options.limits, &job);
  } catch (const Error& error) {
    return {Fate::kFailed, error.what()};
  }
  return {Fate::kDone, ""};
}

}  // namespace facedeblur
