#include "pipeline/output_writer.h"

#include <cstddef>
#include <string>
#include <system_error>

#include "facedeblur/image/sample_depth.h"
#include "facedeblur/pipeline/before_after.h"
#include "facedeblur/pipeline/input_plan.h"
#include "facedeblur/pipeline/photo_gallery.h"
#include "facedeblur/restore/confidence.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/text.h"

namespace facedeblur {
namespace fs = std::filesystem;

bool OutputWriter::SettledByExisting(ImageJob* job) const {
  const fs::path& output = job->record.output;
  std::error_code error;
  if (output == kStandardStream || options_.existing == ExistingPolicy::kOverwrite ||
      !fs::exists(output, error)) {
    return false;
  }
  if (fs::is_directory(output, error)) {
    throw Error(ErrorKind::kOutput,
                output.string() + ": a folder stands where the output should go");
  }
  if (!fs::is_regular_file(output, error)) {
    throw Error(ErrorKind::kOutput,
                output.string() + ": a device or pipe stands where the output should go");
  }
  if (options_.existing == ExistingPolicy::kFail) {
    throw Error(ErrorKind::kOutput,
                output.string() + " exists (use --overwrite or --skip-existing)");
  }
  job->record.outcome = Outcome::kSkippedExisting;
  return true;
}

bool OutputWriter::WrittenByAnother(const ImageJob& job) const {
  std::error_code error;
  return options_.existing == ExistingPolicy::kSkip && !job.written &&
         job.record.output != kStandardStream && fs::is_regular_file(job.record.output, error);
}

void OutputWriter::WriteWithoutFace(ImageJob* job) const {
  if (options_.no_face == NoFacePolicy::kFail) throw Error(ErrorKind::kInput, "no face found");
  const bool copies = options_.no_face == NoFacePolicy::kCopy;
  if (copies) {
    const bool same_format = OutputFormat(*job, job->image.format) == job->image.format;
    if (!same_format) TellLosses(job);
    Write(same_format ? job->source : Encode(job), job);
  }
  if (!options_.gallery.empty()) WriteGalleryThumb(options_.gallery, job->record.input, job->image);
  job->record.outcome = copies ? Outcome::kCopied : Outcome::kSkippedNoFace;
}

cv::Mat OutputWriter::KeepBefore(const ImageJob& job) const {
  const bool wanted = !options_.comparison.empty() || !options_.gallery.empty();
  return wanted ? job.image.pixels.clone() : cv::Mat();
}

void OutputWriter::WriteRestored(const cv::Mat& before, ImageJob* job) const {
  TellLosses(job);
  AddHistory(job);
  Write(Encode(job), job);
  WriteByProducts(before, *job);
  job->record.faces = static_cast<int>(job->faces.size());
  for (const FaceTask& face : job->faces) {
    if (BelievedShare(face.confidence) == 0) ++job->record.doubtful;
  }
  job->record.outcome = Outcome::kRestored;
}

void OutputWriter::TellLosses(ImageJob* job) const {
  const std::string loss = LossIn(OutputFormat(*job, job->image.format), job->image);
  if (!loss.empty()) job->record.warnings.push_back(loss);
}

void OutputWriter::AddHistory(ImageJob* job) const {
  if (options_.history.empty()) return;
  const std::string faces = Counted(static_cast<int>(job->faces.size()), "face");
  job->image.metadata = job->image.metadata.WithHistory(faces + ", " + options_.history);
}

/// The format that was asked for; else that of the output's name, where it differs from the
/// input's name; else that of the input's content.
ImageFormat OutputWriter::OutputFormat(const ImageJob& job, ImageFormat source) const {
  if (options_.encode.format) return *options_.encode.format;
  const auto wanted = FormatFromExtension(job.record.output);
  const auto given = FormatFromExtension(job.record.input);
  return wanted && wanted != given ? *wanted : source;
}

Bytes OutputWriter::Encode(ImageJob* job) const {
  const StageTimer timer(&job->record.seconds.encode);
  EncodeOptions encode = options_.encode;
  encode.format = OutputFormat(*job, job->image.format);
  return EncodeImage(job->image, encode);
}

void OutputWriter::Write(const Bytes& bytes, ImageJob* job) const {
  const StageTimer timer(&job->record.seconds.write);
  if (job->record.output == kStandardStream) {
    WriteStandardOutput(bytes);
  } else {
    job->record.unreachable = true;
    const Clobber clobber =
        options_.existing == ExistingPolicy::kOverwrite ? Clobber::kReplace : Clobber::kRefuse;
    WriteFileAtomically(job->record.output, bytes, clobber, AccessOf(job->record.input));
    job->record.unreachable = false;
  }
  job->written = true;
}

/// Their names begin with the input's whole file name, so that those of a.jpg and a.png do not
/// meet.
void OutputWriter::WriteByProducts(const cv::Mat& before, const ImageJob& job) const {
  if (!options_.gallery.empty()) {
    WriteGalleryImages(options_.gallery, job.record.input, before, job.image, job.faces);
  }
  const std::string name = job.relative.string();
  if (!options_.comparison.empty()) {
    WriteByProduct(job, options_.comparison / (name + ".comparison.jpg"),
                   BeforeAfterImage(before, job.image.pixels), ImageFormat::kJpeg);
  }
  if (options_.save_faces.empty()) return;
  for (std::size_t i = 0; i < job.faces.size(); ++i) {
    const fs::path stem = options_.save_faces / (name + ".face" + std::to_string(i + 1));
    const FaceTask& face = job.faces[i];
    WriteByProduct(job, stem.string() + ".before.png", face.before, ImageFormat::kPng);
    WriteByProduct(job, stem.string() + ".after.png", face.after, ImageFormat::kPng);
  }
}

/// `pixels` are 8-bit, or floating point from 0 to 1. Existing files are refused as with outputs,
/// unless the run may replace files or goes on where another one stopped.
void OutputWriter::WriteByProduct(const ImageJob& job, const fs::path& file, const cv::Mat& pixels,
                                  ImageFormat format) const {
  Image image;
  image.pixels = ToEightBits(pixels);
  EncodeOptions encode;
  encode.format = format;
  const Clobber clobber =
      options_.existing == ExistingPolicy::kFail ? Clobber::kRefuse : Clobber::kReplace;
  WriteFileAtomically(file, EncodeImage(image, encode), clobber, AccessOf(job.record.input));
}

}  // namespace facedeblur
