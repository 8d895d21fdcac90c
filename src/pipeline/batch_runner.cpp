#include "facedeblur/pipeline/batch_runner.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "facedeblur/image/metrics.h"
#include "facedeblur/image/probe.h"
#include "facedeblur/pipeline/before_after.h"
#include "facedeblur/pipeline/input_plan.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/memory.h"
#include "facedeblur/util/task_pool.h"

namespace facedeblur {
namespace fs = std::filesystem;
namespace {

/// Task priorities: finish what is begun before beginning more.
enum Priority : int { kBegin, kDecode, kFace, kPartOfFace, kFinish };

/// Adds the time until it is destroyed to a stage.
class StageTimer {
 public:
  explicit StageTimer(double* seconds) : seconds_(seconds) {}
  ~StageTimer() {
    const auto end = std::chrono::steady_clock::now();
    *seconds_ += std::chrono::duration<double>(end - begin_).count();
  }
  StageTimer(const StageTimer&) = delete;
  StageTimer& operator=(const StageTimer&) = delete;

 private:
  double* seconds_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

/// A picture on its way from file to file. Between stages exactly one thread owns it, except that
/// its faces are restored at the same time, each touching only its own task.
struct ImageJob {
  ImageRecord record;
  fs::path relative;
  Bytes source;
  std::int64_t memory = 0;  ///< of the budget
  bool holds_memory = false;
  Image image;
  std::vector<FaceTask> tasks;
  std::vector<double> face_seconds;
  std::vector<std::string> face_errors;
  std::atomic<std::size_t> faces_left{0};
  bool written = false;  ///< the output is there; what fails from then on is a by-product
};

/// Runs one batch; lives on the stack of RunBatch().
class Batch {
 public:
  Batch(const BatchModels& models, const BatchOptions& options, const RecordCallback& on_record)
      : models_(models),
        options_(options),
        on_record_(on_record),
        memory_(options.memory),
        pool_(options.threads) {}

  BatchReport Run(const ImageList& images, const std::function<bool()>& stop) {
    for (const PlannedImage planned : images) {
      WaitForRoom();
      if (stop()) {
        report_.interrupted = true;
        break;
      }
      if (models_failed_) break;
      if (AllUnreachable()) {
        report_.gave_up = true;
        break;
      }
      auto job = std::make_shared<ImageJob>();
      job->record.input = planned.input;
      job->record.output = planned.output;
      job->relative = planned.relative;
      pool_.Submit(kBegin, [this, job] { Begin(job); });
    }
    pool_.Join();
    if (models_failed_) RequireModels();  // throws once more
    return report_;
  }

 private:
  using JobPtr = std::shared_ptr<ImageJob>;

  void WaitForRoom() {
    std::unique_lock<std::mutex> lock(mutex_);
    room_.wait(lock, [this] { return in_flight_ < std::max<std::size_t>(options_.jobs, 1); });
    ++in_flight_;
  }

  /// A full disk, an input folder that is gone: the other hundred thousand would only fail too.
  bool AllUnreachable() {
    constexpr int kPatience = 20;
    const std::lock_guard<std::mutex> lock(mutex_);
    return unreachable_in_a_row_ >= kPatience;
  }

  /// Waits until the models are there. Throws what went wrong with them.
  void RequireModels() const {
    models_.restorer.get();
    models_.detector.get();
  }

  /// The one place where a picture's errors end up: whatever a stage throws fails this picture
  /// alone. A stage returns true when the picture is finished.
  template <typename Stage>
  void Guard(const JobPtr& job, const Stage& stage) {
    bool finished = true;
    try {
      finished = stage();
    } catch (const std::exception& error) {
      RecordFailure(job.get(), DescribeException(error));
    }
    if (finished) Finish(job);
  }

  /// False when no picture can be done, for want of a model.
  bool HaveModels() {
    try {
      RequireModels();
      return true;
    } catch (...) {
      models_failed_ = true;
      return false;
    }
  }

  /// Under --skip-existing another process may have written the output meanwhile: that is no
  /// failure.
  void RecordFailure(ImageJob* job, const std::string& message) const {
    std::error_code error;
    if (options_.existing == ExistingPolicy::kSkip && !job->written &&
        job->record.output != kStandardStream && fs::is_regular_file(job->record.output, error)) {
      job->record.outcome = Outcome::kSkippedExisting;
      job->record.unreachable = false;
      return;
    }
    job->record.outcome = Outcome::kFailed;
    job->record.message =
        (job->written ? job->record.output.string() + " is written, but: " : "") + message;
  }

  void Begin(const JobPtr& job) {
    Guard(job, [&] {
      if (SettledByExistingOutput(job.get())) return true;
      Read(job.get());
      job->memory = PictureMemory(ProbeImage(job->source).pixels());
      // From here on the next stage may already have the job.
      memory_.Acquire(job->memory, [this, job] {
        job->holds_memory = true;
        pool_.Submit(kDecode, [this, job] { FindFaces(job); });
      });
      return false;
    });
  }

  void FindFaces(const JobPtr& job) {
    Guard(job, [&] {
      Decode(job.get());
      Detect(job.get());
      if (job->tasks.empty()) {
        HandleNoFace(job.get());
        return true;
      }
      SubmitFaces(job);
      return false;
    });
  }

  bool SettledByExistingOutput(ImageJob* job) const {
    std::error_code error;
    if (job->record.output == kStandardStream || options_.existing == ExistingPolicy::kOverwrite ||
        !fs::exists(job->record.output, error)) {
      return false;
    }
    if (fs::is_directory(job->record.output, error)) {
      throw Error(ErrorKind::kOutput,
                  job->record.output.string() + ": a folder stands where the output should go");
    }
    if (options_.existing == ExistingPolicy::kFail) {
      throw Error(ErrorKind::kOutput,
                  job->record.output.string() + " exists (use --overwrite or --skip-existing)");
    }
    job->record.outcome = Outcome::kSkippedExisting;
    return true;
  }

  void Read(ImageJob* job) const {
    const StageTimer timer(&job->record.seconds.decode);
    job->record.unreachable = true;
    job->source =
        job->record.input == kStandardStream ? ReadStandardInput() : ReadFile(job->record.input);
    job->record.unreachable = false;
  }

  void Decode(ImageJob* job) const {
    const StageTimer timer(&job->record.seconds.decode);
    std::string warning;
    job->image = DecodeImage(job->source, options_.limits, &warning);
    job->record.size = job->image.pixels.size();
    if (!warning.empty()) job->record.warnings.push_back(warning);
    const auto named = FormatFromExtension(job->record.input);
    if (named && *named != job->image.format) {
      job->record.warnings.push_back(std::string("its content is ") +
                                     FormatName(job->image.format) + ", not " + FormatName(*named));
    }
  }

  void Detect(ImageJob* job) const {
    const FaceDetector* const detector = models_.detector.get();
    std::vector<DetectedFace> faces;
    {
      const StageTimer timer(&job->record.seconds.detect);
      faces = DetectFaces(job->image.pixels, detector, options_.process);
    }
    job->tasks = PlaceFaces(job->image.pixels.size(), std::move(faces),
                            models_.restorer.get()->chip_template(), options_.process);
  }

  void SubmitFaces(const JobPtr& job) {
    const std::size_t count = job->tasks.size();
    job->face_seconds.assign(count, 0);
    job->face_errors.assign(count, {});
    job->faces_left = count;
    for (std::size_t i = 0; i < count; ++i) {
      pool_.Submit(kFace, [this, job, i] { DoFace(job, i); });
    }
  }

  void DoFace(const JobPtr& job, std::size_t index) {
    try {
      const StageTimer timer(&job->face_seconds[index]);
      RestoreFace(job->image.pixels, *models_.restorer.get(), help_with_face_, &job->tasks[index]);
    } catch (const std::exception& error) {
      job->face_errors[index] = DescribeException(error);
    }
    if (job->faces_left.fetch_sub(1) == 1) {
      pool_.Submit(kFinish, [this, job] { Complete(job); });
    }
  }

  void Complete(const JobPtr& job) {
    Guard(job, [&] {
      for (const double seconds : job->face_seconds) job->record.seconds.restore += seconds;
      for (const std::string& error : job->face_errors) {
        if (!error.empty()) throw Error(ErrorKind::kInput, "a face cannot be restored: " + error);
      }
      const cv::Mat before = options_.comparison.empty() ? cv::Mat() : job->image.pixels.clone();
      {
        const StageTimer timer(&job->record.seconds.blend);
        BlendFaces(job->tasks, options_.process.strength, &job->image);
      }
      if (options_.measure_faces) {
        for (const FaceTask& task : job->tasks) {
          job->record.face_records.push_back(MeasureFace(task));
        }
      }
      if (options_.save_faces.empty()) ReleaseChips(&job->tasks);
      Write(job.get(), Encode(job.get(), job->image));
      WriteExtras(*job, before);
      job->record.faces = static_cast<int>(job->tasks.size());
      job->record.outcome = Outcome::kRestored;
      return true;
    });
  }

  /// Before the picture is encoded, which takes as much memory again.
  static void ReleaseChips(std::vector<FaceTask>* tasks) {
    for (FaceTask& task : *tasks) {
      task.before.release();
      task.after.release();
    }
  }

  static FaceRecord MeasureFace(const FaceTask& task) {
    FaceRecord record;
    record.box = task.face.box;
    record.score = task.face.score;
    record.landmarks = task.face.landmarks;
    record.chip_size = task.geometry.size;
    constexpr double kDenoise = 1.5;  // pixels; without it a noisy blurred face looks sharp
    record.blur_before = BlurEffect(task.before, kDenoise);
    record.blur_after = BlurEffect(task.after, kDenoise);
    const double samples = static_cast<double>(task.before.total()) * 3;
    record.change = 255 * cv::norm(task.after, task.before, cv::NORM_L1) / samples;
    return record;
  }

  /// The output's format: forced, or told by a file name that differs in kind from the input's, or
  /// that of the input's content.
  ImageFormat OutputFormat(const ImageJob& job) const {
    if (options_.encode.format) return *options_.encode.format;
    const auto wanted = FormatFromExtension(job.record.output);
    const auto given = FormatFromExtension(job.record.input);
    return wanted && wanted != given ? *wanted : job.image.format;
  }

  Bytes Encode(ImageJob* job, const Image& image) const {
    const StageTimer timer(&job->record.seconds.encode);
    EncodeOptions encode = options_.encode;
    encode.format = OutputFormat(*job);
    return EncodeImage(image, encode);
  }

  void Write(ImageJob* job, const Bytes& bytes) const {
    const StageTimer timer(&job->record.seconds.write);
    if (job->record.output == kStandardStream) {
      WriteStandardOutput(bytes);
      job->written = true;
      return;
    }
    job->record.unreachable = true;
    const Clobber clobber =
        options_.existing == ExistingPolicy::kOverwrite ? Clobber::kReplace : Clobber::kRefuse;
    WriteNamed(job->record.output, bytes, clobber, PermissionsOf(job->record.input));
    job->record.unreachable = false;
    job->written = true;
  }

  /// An output may be read by no more people than its input.
  static fs::perms PermissionsOf(const fs::path& input) {
    std::error_code error;
    return fs::status(input, error).permissions();
  }

  /// WriteFileAtomically with the file's name in its errors.
  static void WriteNamed(const fs::path& path, const Bytes& bytes, Clobber clobber,
                         fs::perms permissions) {
    try {
      WriteFileAtomically(path, bytes, clobber, permissions);
    } catch (const Error& error) {
      throw Error(error.kind(), path.string() + ": " + error.what());
    }
  }

  void HandleNoFace(ImageJob* job) const {
    if (options_.no_face == NoFacePolicy::kFail) throw Error(ErrorKind::kInput, "no face found");
    if (options_.no_face == NoFacePolicy::kSkip) {
      job->record.outcome = Outcome::kSkippedNoFace;
      return;
    }
    const bool same_format = OutputFormat(*job) == job->image.format;
    Write(job, same_format ? job->source : Encode(job, job->image));
    job->record.outcome = Outcome::kCopied;
  }

  static Bytes EncodeChip(const cv::Mat& chip, ImageFormat format) {
    Image picture;
    chip.convertTo(picture.pixels, CV_8U, chip.depth() == CV_32F ? 255.0 : 1.0);
    EncodeOptions encode;
    encode.format = format;
    return EncodeImage(picture, encode);
  }

  /// Chips and comparisons, under names made from the input's whole file name, so that those of
  /// a.jpg and a.png do not meet. As with outputs, existing ones are refused
  /// unless the run may replace files or goes on where another stopped.
  void WriteExtras(const ImageJob& job, const cv::Mat& before) const {
    const Clobber clobber =
        options_.existing == ExistingPolicy::kFail ? Clobber::kRefuse : Clobber::kReplace;
    const fs::perms permissions = PermissionsOf(job.record.input);
    if (!options_.comparison.empty()) {
      const cv::Mat picture = BeforeAfterImage(before, job.image.pixels);
      WriteNamed(options_.comparison / (job.relative.string() + ".comparison.jpg"),
                 EncodeChip(picture, ImageFormat::kJpeg), clobber, permissions);
    }
    if (options_.save_faces.empty()) return;
    for (std::size_t i = 0; i < job.tasks.size(); ++i) {
      const std::string stem = job.relative.string() + ".face" + std::to_string(i + 1);
      WriteNamed(options_.save_faces / (stem + ".before.png"),
                 EncodeChip(job.tasks[i].before, ImageFormat::kPng), clobber, permissions);
      WriteNamed(options_.save_faces / (stem + ".after.png"),
                 EncodeChip(job.tasks[i].after, ImageFormat::kPng), clobber, permissions);
    }
  }

  void Finish(const JobPtr& job) {
    const bool counts = HaveModels();  // without, the run as a whole fails, not this picture
    job->image = {};                   // gone before the next picture takes its place
    job->tasks.clear();
    if (job->holds_memory) memory_.Release(job->memory);
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (counts) {
        report_.Add(job->record);
        unreachable_in_a_row_ = job->record.unreachable ? unreachable_in_a_row_ + 1 : 0;
        on_record_(job->record);
      }
      --in_flight_;
    }
    room_.notify_one();
  }

  const BatchModels& models_;
  const BatchOptions& options_;
  const RecordCallback& on_record_;
  MemoryBudget memory_;
  std::mutex mutex_;
  std::condition_variable room_;
  std::size_t in_flight_ = 0;
  int unreachable_in_a_row_ = 0;
  std::atomic<bool> models_failed_{false};
  BatchReport report_;
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

/// Measured on photos of 2 to 24 megapixels, beyond the program itself: pixels, what is kept
/// of those before, what the encoder makes of them, and the detector's pyramid over up to 8
/// megapixels.
std::int64_t PictureMemory(std::int64_t pixels) {
  constexpr std::int64_t kPerPixel = 10;
  constexpr std::int64_t kPerSearchedPixel = 12;
  constexpr std::int64_t kMostSearched = 8'000'000;
  return kPerPixel * pixels + kPerSearchedPixel * std::min(4 * pixels, kMostSearched);
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
