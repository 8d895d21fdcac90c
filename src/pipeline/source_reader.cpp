#include "pipeline/source_reader.h"

#include <string>

#include "facedeblur/pipeline/input_plan.h"

namespace facedeblur {

void ReadSource(const DecodeLimits& limits, ImageJob* job) {
  const StageTimer timer(&job->record.seconds.decode);
  job->record.unreachable = true;
  job->source =
      job->record.input == kStandardStream ? ReadStandardInput() : ReadFile(job->record.input);
  job->record.unreachable = false;
  job->header = ProbeImage(job->source);
  RequireWithin(limits, job->header);
}

void DecodeSource(ImageJob* job) {
  const StageTimer timer(&job->record.seconds.decode);
  std::string warning;
  job->image = DecodeProbedImage(job->source, job->header, &warning);
  job->record.size = job->image.pixels.size();
  if (!warning.empty()) job->record.warnings.push_back(warning);
  const auto named = FormatFromExtension(job->record.input);
  if (named && *named != job->image.format) {
    job->record.warnings.push_back(std::string("its content is ") + FormatName(job->image.format) +
                                   ", not " + FormatName(*named));
  }
}

}  // namespace facedeblur
