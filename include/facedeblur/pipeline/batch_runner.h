#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <future>
#include <limits>
#include <string>

#include "facedeblur/image/codec.h"
#include "facedeblur/pipeline/batch_report.h"
#include "facedeblur/pipeline/image_list.h"
#include "facedeblur/pipeline/image_processor.h"
#include "facedeblur/util/file_io.h"

namespace facedeblur {

/// What to do with an image that shows no face.
enum class NoFacePolicy {
  kCopy,  ///< write it unchanged, byte for byte where the format stays
  kSkip,  ///< write nothing
  kFail,  ///< count it as failed
};

/// What to do when an output is there already.
enum class ExistingPolicy { kFail, kOverwrite, kSkip };

struct BatchOptions {
  ProcessOptions process;
  DecodeLimits limits;
  EncodeOptions encode;
  /// What the metadata of a restored image says of how it was restored; the number of faces is
  /// added. Empty: nothing is added to the metadata.
  std::string history;
  NoFacePolicy no_face = NoFacePolicy::kCopy;
  ExistingPolicy existing = ExistingPolicy::kFail;
  std::filesystem::path save_faces;  ///< folder for chips before and after; empty: none
  std::filesystem::path comparison;  ///< folder for before | after images; empty: none
  /// Folder of a gallery, which gets images of the photos and their faces; empty: none. Its page is
  /// the caller's (gallery/gallery.h).
  std::filesystem::path gallery;
  bool measure_faces = false;  ///< fill ImageRecord::face_records
  std::size_t jobs = 1;        ///< images in work at a time
  /// Bytes for the pixels of the images in work, as ImageMemory() estimates them; one image is
  /// worked on whatever it needs.
  std::int64_t memory = std::numeric_limits<std::int64_t>::max();
  std::size_t threads = 1;  ///< threads that work on them

  /// Whether chips of the faces are written.
  bool ShowsFaces() const { return !save_faces.empty() || !gallery.empty(); }
};

/// The models that a batch uses; shared by all threads, not owned. They may still be loading while
/// the first images are read.
struct BatchModels {
  std::shared_future<const FaceDetector*> detector;  ///< of null for aligned images
  std::shared_future<const FaceRestorer*> restorer;
};

/// Models that are there already.
BatchModels ReadyModels(const FaceDetector* detector, const FaceRestorer* restorer);

/// Bytes that work on an image takes at its peak, beside its file: an estimate from its number of
/// pixels and the CodecMemory() of its formats. Never more than the type's largest number.
std::int64_t ImageMemory(std::int64_t pixels, int codec_memory = 0);

/// Told of every finished image, one call at a time, from any thread.
using RecordCallback = std::function<void(const ImageRecord&)>;

/// Runs a batch: images, and the faces in them, are spread over one set of threads; what is nearest
/// to being finished goes first, so that at most `jobs` images are held in memory. An image that
/// fails is recorded, and the others go on. Outputs do not depend on `jobs` and `threads`.
/// `stop` is asked before each image is begun; once it says yes, those begun are finished.
/// Nothing is written before both models are there. Throws what their futures or `on_record` throw,
/// and the Error(kDevice) of a restorer whose device has failed. The images that were begun by then
/// are finished first, but `on_record` is not told of them.
BatchReport RunBatch(const ImageList& images, const BatchModels& models,
                     const BatchOptions& options, const RecordCallback& on_record,
                     const std::function<bool()>& stop);

}  // namespace facedeblur
