#pragma once

#include <filesystem>
#include <opencv2/core.hpp>

#include "facedeblur/pipeline/batch_runner.h"
#include "pipeline/image_job.h"

namespace facedeblur {

/// Writes what a batch leaves behind: the outputs, and on request chips of the faces, images
/// that show before beside after, and the images of a gallery. Sets the outcome in the job's
/// record. Everything throws Error(kOutput) with the file's name.
class OutputWriter {
 public:
  /// `options` must outlive it.
  explicit OutputWriter(const BatchOptions& options) : options_(options) {}

  /// True when the output is there already and stays, which settles the image. Throws when it is
  /// there and must not be.
  bool SettledByExisting(ImageJob* job) const;

  /// True when images that are there already are to be skipped, and another process has written
  /// this one since it was begun: whatever has failed here does not matter.
  bool WrittenByAnother(const ImageJob& job) const;

  /// Does with an image that shows no face what the options say.
  void WriteWithoutFace(ImageJob* job) const;

  /// To be called before the faces are blended: the pixels that WriteRestored() will want as
  /// `before`.
  cv::Mat KeepBefore(const ImageJob& job) const;
  void WriteRestored(const cv::Mat& before, ImageJob* job) const;

  /// The format that a job's output has when its input's content is of the format `source`.
  ImageFormat OutputFormat(const ImageJob& job, ImageFormat source) const;

 private:
  void TellLosses(ImageJob* job) const;
  void AddHistory(ImageJob* job) const;
  Bytes Encode(ImageJob* job) const;
  void Write(const Bytes& bytes, ImageJob* job) const;
  void WriteByProducts(const cv::Mat& before, const ImageJob& job) const;
  void WriteByProduct(const ImageJob& job, const std::filesystem::path& file, const cv::Mat& pixels,
                      ImageFormat format) const;

  const BatchOptions& options_;
};

}  // namespace facedeblur
