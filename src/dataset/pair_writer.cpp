#include "facedeblur/dataset/pair_writer.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <mutex>
#include <utility>

#include "facedeblur/face/chip.h"
#include "facedeblur/image/codec.h"
#include "facedeblur/image/contact_sheet.h"
#include "facedeblur/image/picture.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/file_io.h"
#include "facedeblur/util/json.h"
#include "facedeblur/util/task_pool.h"

namespace facedeblur {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kPreviewPairs = 12;

std::string ManifestLine(const std::string& name, const fs::path& source,
                         const TrainingPair& pair) {
  const Degradation& d = pair.degradation;
  JsonObject line;
  line.Add("name", name).Add("source", source.string()).Add("kernel", pair.kernel_kind);
  line.Add("kernel_size", pair.kernel.rows).Add("linear_light", d.linear_light);
  line.Add("highlight_lift", d.highlight_lift).Add("turn_degrees", d.turn);
  line.Add("stretch", d.stretch).Add("direction", d.direction);
  line.Add("read_noise", d.read_noise).Add("shot_noise", d.shot_noise);
  line.Add("resample", d.resample).Add("jpeg_quality", d.jpeg_quality);
  return line.ToString() + "\n";
}

/// Writes numbered pairs from several threads.
class PairWriter {
 public:
  explicit PairWriter(const PairWriterOptions& options) : options_(options) {
    for (const char* folder : {"sharp", "blurred", "kernels"}) {
      std::error_code error;
      fs::create_directories(options.output / folder, error);
      if (error) {
        throw Error(ErrorKind::kOutput,
                    (options.output / folder).string() + ": " + error.message());
      }
    }
  }

  /// Makes and writes all pairs of one photo. Pair p of photo i has the number i * count + p, which
  /// decides all that is random in it.
  template <typename Make>
  void WritePhoto(std::size_t photo, const fs::path& source, const Make& make) {
    const auto count = static_cast<std::size_t>(options_.count);
    for (std::size_t p = 0; p < count; ++p) {
      if (options_.stop && options_.stop()) return;
      const std::uint64_t number = photo * count + p;
      Random random(options_.seed, number);
      Write(number, source, make(&random));
    }
  }

  void AddProblem(std::size_t photo, std::string message) {
    const std::lock_guard<std::mutex> lock(mutex_);
    problems_[photo] = std::move(message);
  }

  /// Writes what needs all pairs.
  PairWriterResult Finish() const {
    PairWriterResult result;
    std::string manifest;
    for (const auto& [number, line] : manifest_) manifest += line;
    WriteFileAtomically(options_.output / "manifest.jsonl", Bytes(manifest.begin(), manifest.end()),
                        Clobber::kReplace);
    if (!options_.preview.empty() && !preview_.empty()) WritePng(options_.preview, PreviewSheet());
    result.pairs = static_cast<std::int64_t>(manifest_.size());
    for (const auto& [photo, problem] : problems_) result.problems.push_back(problem);
    return result;
  }

 private:
  void Write(std::uint64_t number, const fs::path& source, const TrainingPair& pair) {
    char name[32];
    std::snprintf(name, sizeof name, "%07llu", static_cast<unsigned long long>(number));
    const std::string file = std::string(name) + ".png";
    cv::Mat kernel;
    KernelPicture(pair.kernel).convertTo(kernel, CV_16U, 65535);
    WritePng(options_.output / "sharp" / file, ToEightBits(pair.sharp));
    WritePng(options_.output / "blurred" / file, ToEightBits(pair.blurred));
    WritePng(options_.output / "kernels" / file, kernel);
    const std::lock_guard<std::mutex> lock(mutex_);
    manifest_[number] = ManifestLine(name, source, pair);
    if (options_.preview.empty()) return;
    preview_[number] = {KernelPicture(pair.kernel), ToEightBits(pair.sharp),
                        ToEightBits(pair.blurred)};
    // The lowest numbers are shown, whichever thread was first.
    if (preview_.size() > kPreviewPairs) preview_.erase(std::prev(preview_.end()));
  }

  struct PreviewPair {
    cv::Mat kernel;
    cv::Mat sharp;
    cv::Mat blurred;
  };

  cv::Mat PreviewSheet() const {
    std::vector<SheetRow> rows = {{"Kernel", {}}, {"Sharp", {}}, {"Blurred", {}}};
    for (const auto& [number, pair] : preview_) {
      rows[0].cells.push_back(pair.kernel);
      rows[1].cells.push_back(pair.sharp);
      rows[2].cells.push_back(pair.blurred);
    }
    constexpr int kCell = 144;
    return MakeContactSheet(rows, kCell);
  }

  const PairWriterOptions& options_;
  std::mutex mutex_;
  std::map<std::uint64_t, std::string> manifest_;
  std::map<std::uint64_t, PreviewPair> preview_;
  std::map<std::size_t, std::string> problems_;
};

TrainingPair MakePhotoPair(const cv::Mat& photo, const PairOptions& options, Random* random) {
  const int margin = options.kernel.max_size / 2;
  TrainingPair pair;
  DrawnKernel kernel = RandomKernel(options.kernel, random);
  pair.kernel = kernel.kernel;
  pair.kernel_kind = std::move(kernel.kind);
  pair.degradation = DrawDegradation(options.degradation, random);
  pair.blurred = Degrade(photo, pair.kernel, pair.degradation);
  pair.sharp = photo(cv::Rect({margin, margin}, pair.blurred.size()));
  return pair;
}

cv::Mat ReadPhoto(const fs::path& file, int smallest) {
  std::string warning;
  cv::Mat photo = ToFloatBgr(DecodeImage(ReadFile(file), {}, &warning).pixels);
  if (std::min(photo.cols, photo.rows) > smallest) return photo;
  throw Error(ErrorKind::kInput, "the photo is smaller than the largest kernel");
}

/// Runs `photo` for every index on the options' threads; a photo that fails is a problem of its
/// own, an output that cannot be written ends the run.
template <typename Photo>
void ForEachPhoto(std::size_t count, const PairWriterOptions& options, PairWriter* writer,
                  const Photo& photo) {
  std::mutex mutex;
  std::exception_ptr failure;
  const auto failed = [&] {
    const std::lock_guard<std::mutex> lock(mutex);
    return failure != nullptr;
  };
  TaskPool pool(options.threads);
  for (std::size_t i = 0; i < count; ++i) {
    pool.Submit(0, [&, i] {
      if (failed() || (options.stop && options.stop())) return;
      try {
        photo(i);
      } catch (const Error& error) {
        if (error.kind() != ErrorKind::kOutput) return writer->AddProblem(i, error.what());
        const std::lock_guard<std::mutex> lock(mutex);
        failure = std::current_exception();
      } catch (const std::exception& error) {
        writer->AddProblem(i, DescribeException(error));
      }
    });
  }
  pool.Join();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace

PairWriterResult WriteFacePairs(const FaceSet& faces, const PairWriterOptions& options) {
  PairWriter writer(options);
  ForEachPhoto(faces.faces().size(), options, &writer, [&](std::size_t i) {
    const SharpFace& face = faces.faces()[i];
    writer.WritePhoto(i, face.source,
                      [&](Random* random) { return MakePair(face, options.pairs, random); });
  });
  return writer.Finish();
}

PairWriterResult WritePhotoPairs(const fs::path& folder, const PairWriterOptions& options) {
  const std::vector<fs::path> files = ListImages(folder);
  if (files.empty()) throw Error(ErrorKind::kInput, folder.string() + ": no images");
  PairWriter writer(options);
  ForEachPhoto(files.size(), options, &writer, [&](std::size_t i) {
    cv::Mat photo;
    try {
      photo = ReadPhoto(files[i], options.pairs.kernel.max_size);
    } catch (const std::exception& error) {
      throw Error(ErrorKind::kInput, files[i].string() + ": " + DescribeException(error));
    }
    writer.WritePhoto(i, files[i],
                      [&](Random* random) { return MakePhotoPair(photo, options.pairs, random); });
  });
  return writer.Finish();
}

}  // namespace facedeblur
