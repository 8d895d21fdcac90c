#include "facedeblur/pipeline/batch_runner.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <string>

#include "facedeblur/util/error.h"
#include "facedeblur/util/memory_budget.h"
#include "facedeblur/util/task_pool.h"
#include "pipeline/batch_account.h"
#include "pipeline/face_stage.h"
#include "pipeline/image_job.h"
#include "pipeline/output_writer.h"
#include "pipeline/source_reader.h"

namespace facedeblur {
namespace {

/// Bytes for each pixel of an image that is restored as a whole: a copy, and a row of tiles.
constexpr int kPhotoMemory = 8;

/// Of tasks: what is begun is finished before more is begun.
enum Priority : int { kBegin, kDecode, kFace, kPartOfFace, kFinish };

/// Sends the images of one batch through their stages; lives on the stack of RunBatch().
class Batch {
 public:
  Batch(const BatchModels& models, const BatchOptions& options, const RecordCallback& on_record)
      : models_(models),
        options_(options),
        faces_(models, options),
        outputs_(options),
        account_(on_record),
        memory_(options.memory),
        pool_(options.threads) {}

  BatchReport Run(const ImageList& images, const std::function<bool()>& stop) {
    bool interrupted = false;
    bool gave_up = false;
    for (const PlannedImage planned : images) {
      WaitForRoom();
      interrupted = stop();
      gave_up = !interrupted && account_.AllUnreachable();
      if (interrupted || gave_up || account_.failed()) break;
      const auto job = std::make_shared<ImageJob>();
      job->record.input = planned.input;
      job->record.output = planned.output;
      job->relative = planned.relative;
      pool_.Submit(kBegin, [this, job] { Begin(job); });
    }
    pool_.Join();
    BatchReport report = account_.Report();
    report.interrupted = interrupted;
    report.gave_up = gave_up;
    return report;
  }

 private:
  using JobPtr = std::shared_ptr<ImageJob>;

  void WaitForRoom() {
    std::unique_lock<std::mutex> lock(mutex_);
    room_.wait(lock, [this] { return in_flight_ < std::max<std::size_t>(options_.jobs, 1); });
    ++in_flight_;
  }

  /// The one place where an image's errors end up. Whatever a stage throws fails this image alone,
  /// except that a failed device ends the batch. A stage returns true when the image is finished.
  template <typename Stage>
  void Guard(const JobPtr& job, const Stage& stage) {
    bool finished = true;
    try {
      finished = stage();
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::kDevice) account_.Fail(std::current_exception());
      RecordFailure(error.what(), job.get());
    } catch (const std::exception& error) {
      RecordFailure(DescribeException(error), job.get());
    }
    if (finished) Finish(job);
  }

  void RecordFailure(const std::string& message, ImageJob* job) const {
    ImageRecord& record = job->record;
    if (outputs_.WrittenByAnother(*job)) {
      record.outcome = Outcome::kSkippedExisting;
      record.unreachable = false;
      return;
    }
    record.outcome = Outcome::kFailed;
    record.message = (job->written ? record.output.string() + " is written, but: " : "") + message;
  }

  void Begin(const JobPtr& job) {
    Guard(job, [&] {
      if (outputs_.SettledByExisting(job.get())) return true;
      ReadSource(options_.limits, job.get());
      const ImageHeader& header = job->header;
      const ImageFormat output = outputs_.OutputFormat(*job, header.format);
      const int codec_memory = std::max(CodecMemory(header.format), CodecMemory(output));
      const int around = options_.process.extent == Extent::kPhoto ? kPhotoMemory : 0;
      const std::int64_t memory = ImageMemory(header.pixels(), codec_memory + around);
      // From here on the next stage may already have the job.
      memory_.Acquire(memory, [this, job, memory] {
        job->memory = memory;
        pool_.Submit(kDecode, [this, job] { FindFaces(job); });
      });
      return false;
    });
  }

  void FindFaces(const JobPtr& job) {
    Guard(job, [&] {
      DecodeSource(job.get());
      faces_.Find(job.get());
      if (job->faces.empty()) {
        outputs_.WriteWithoutFace(job.get());
        return true;
      }
      // As above: the last of the faces passes the job on.
      for (std::size_t i = 0, count = job->faces.size(); i < count; ++i) {
        pool_.Submit(kFace, [this, job, i] { RestoreFace(job, i); });
      }
      return false;
    });
  }

  void RestoreFace(const JobPtr& job, std::size_t index) {
    faces_.Restore(job.get(), index, help_with_face_);
    if (job->faces_left.fetch_sub(1) == 1) pool_.Submit(kFinish, [this, job] { Complete(job); });
  }

  void Complete(const JobPtr& job) {
    Guard(job, [&] {
      const cv::Mat before = outputs_.KeepBefore(*job);
      faces_.Blend(job.get(), help_with_face_);
      outputs_.WriteRestored(before, job.get());
      return true;
    });
  }

  void Finish(const JobPtr& job) {
    const bool counts = HaveModels();  // without, the run as a whole fails, not this image
    job->image = {};                   // gone before the next image takes its place
    job->faces.clear();
    if (job->memory > 0) memory_.Release(job->memory);
    if (counts) account_.Add(job->record);
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      --in_flight_;
    }
    room_.notify_one();
  }

  /// Waits for the models. Without one of them no image can be done.
  bool HaveModels() {
    try {
      models_.restorer.get();
      models_.detector.get();
      return true;
    } catch (...) {
      account_.Fail(std::current_exception());
      return false;
    }
  }

  const BatchModels& models_;
  const BatchOptions& options_;
  const FaceStage faces_;
  const OutputWriter outputs_;
  BatchAccount account_;
  MemoryBudget memory_;
  std::mutex mutex_;
  std::condition_variable room_;
  std::size_t in_flight_ = 0;
  const ParallelFor help_with_face_ = [this](std::size_t count, const auto& task) {
    pool_.ForEach(kPartOfFace, count, task);
  };
  TaskPool pool_;  // last: its threads must end before the rest goes
};

template <typename Model>
std::shared_future<const Model*> Ready(const Model* model) {
  std::promise<const Model*> promise;
  promise.set_value(model);
  return promise.get_future().share();
}

}  // namespace

/// Measured on photos of 2 to 24 megapixels, beyond the program itself: pixels, what is kept of
/// those before, what the encoder makes of them, and the detector's pyramid over up to 8
/// megapixels.
std::int64_t ImageMemory(std::int64_t pixels, int codec_memory) {
  const std::int64_t per_pixel = 10 + std::int64_t{codec_memory};
  constexpr std::int64_t kPerSearchedPixel = 12;
  constexpr std::int64_t kMostSearched = 8'000'000;
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  const std::int64_t searched = pixels < kMostSearched / 4 ? 4 * pixels : kMostSearched;
  const std::int64_t search = kPerSearchedPixel * searched;
  return pixels > (kMost - search) / per_pixel ? kMost : per_pixel * pixels + search;
}

BatchModels ReadyModels(const FaceDetector* detector, const FaceRestorer* restorer) {
  return {Ready(detector), Ready(restorer)};
}

BatchReport RunBatch(const ImageList& images, const BatchModels& models,
                     const BatchOptions& options, const RecordCallback& on_record,
                     const std::function<bool()>& stop) {
  return Batch(models, options, on_record).Run(images, stop);
}

}  // namespace facedeblur
