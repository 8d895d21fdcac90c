#include "facedeblur/dataset/pair_writer.h"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <utility>

#include "facedeblur/face/chip.h"
#include "facedeblur/image/codec.h"
#include "facedeblur/image/contact_sheet.h"
#include "facedeblur/image/image_files.h"
#include "facedeblur/image/sample_depth.h"
#include "facedeblur/image/write_png.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/file_io.h"
#include "facedeblur/util/json.h"
#include "facedeblur/util/task_pool.h"

namespace facedeblur {
namespace fs = std::filesystem;
namespace {

/// Makes the pairs of one photo, which it holds.
using PairMaker = std::function<TrainingPair(const RandomStreams&)>;

/// What one photo has come to.
struct PhotoResult {
  std::vector<std::string> names;     ///< of the pairs written
  std::vector<std::string> manifest;  ///< their lines
  std::string problem;                ///< why it could not be used; empty: it could
};

void CreateFolders(const fs::path& output) {
  for (const char* folder : {"sharp", "blurred", "kernels"}) {
    std::error_code error;
    fs::create_directories(output / folder, error);
    if (!error) continue;
    throw Error(ErrorKind::kOutput, (output / folder).string() + ": " + error.message());
  }
}

std::string ManifestLine(const std::string& name, const fs::path& source,
                         const Degradation& degradation) {
  Json line = {{"name", name}, {"source", source.string()}};
  for (const DegradationEntry& entry : DegradationTable()) {
    for (const ManifestField& field : entry.manifest(degradation)) {
      std::visit([&](const auto& value) { line[field.name] = value; }, field.value);
    }
  }
  return ToJsonLine(line) + "\n";
}

void WriteImages(const fs::path& output, const std::string& name, const TrainingPair& pair) {
  const std::string file = name + ".png";
  cv::Mat kernel;
  KernelImage(pair.degradation.kernel).convertTo(kernel, CV_16U, 65535);
  WritePng(output / "sharp" / file, ToEightBits(pair.sharp));
  WritePng(output / "blurred" / file, ToEightBits(pair.blurred));
  WritePng(output / "kernels" / file, kernel);
}

/// Makes and writes the pairs of one photo. Pair p of photo i has the number i * count + p, which
/// decides all that is random in it.
void WritePhoto(std::size_t photo, const fs::path& source, const PairMaker& make,
                const PairWriterOptions& options, PhotoResult* result) {
  const auto count = static_cast<std::size_t>(options.count);
  for (std::size_t p = 0; p < count; ++p) {
    if (options.stop && options.stop()) return;
    const std::uint64_t number = photo * count + p;
    char name[32];
    std::snprintf(name, sizeof name, "%07llu", static_cast<unsigned long long>(number));
    const TrainingPair pair = make(RandomStreams(options.seed, number));
    WriteImages(options.output, name, pair);
    result->manifest.push_back(ManifestLine(name, source, pair.degradation));
    result->names.emplace_back(name);
  }
}

cv::Mat ReadImage(const fs::path& file) {
  try {
    std::string warning;
    return DecodeImage(ReadFile(file), {}, &warning).pixels;
  } catch (const Error& error) {
    throw Error(error.kind(), file.string() + ": " + error.what());
  }
}

/// The first pairs written, read back.
void WritePreview(const PairWriterOptions& options, const std::vector<PhotoResult>& photos) {
  constexpr std::size_t kPairs = 12;
  constexpr int kCell = 144;
  std::vector<SheetRow> rows = {{"Kernel", {}}, {"Sharp", {}}, {"Blurred", {}}};
  for (const PhotoResult& photo : photos) {
    for (const std::string& name : photo.names) {
      if (rows[0].cells.size() == kPairs) break;
      const std::string file = name + ".png";
      cv::Mat kernel;
      ReadImage(options.output / "kernels" / file).convertTo(kernel, CV_32F, 1 / 65535.0);
      rows[0].cells.push_back(kernel);
      rows[1].cells.push_back(ReadImage(options.output / "sharp" / file));
      rows[2].cells.push_back(ReadImage(options.output / "blurred" / file));
    }
  }
  if (!rows[0].cells.empty()) WritePng(options.preview, MakeContactSheet(rows, kCell));
}

/// Writes what needs all pairs.
PairWriterResult Finish(const PairWriterOptions& options, const std::vector<PhotoResult>& photos) {
  PairWriterResult result;
  std::string manifest;
  for (const PhotoResult& photo : photos) {
    for (const std::string& line : photo.manifest) manifest += line;
    result.pairs += static_cast<std::int64_t>(photo.names.size());
    if (!photo.problem.empty()) result.problems.push_back(photo.problem);
  }
  WriteFileAtomically(options.output / "manifest.jsonl", Bytes(manifest.begin(), manifest.end()),
                      Clobber::kReplace);
  if (!options.preview.empty()) WritePreview(options, photos);
  return result;
}

/// Writes the pairs of all photos; `open` gives a photo's maker. A photo that fails is a problem of
/// its own, an output that cannot be written ends the run.
PairWriterResult WritePairs(const std::vector<fs::path>& sources, const PairWriterOptions& options,
                            const std::function<PairMaker(std::size_t photo)>& open) {
  CreateFolders(options.output);
  std::vector<PhotoResult> photos(sources.size());
  RunParallel(options.threads, sources.size(), [&](std::size_t i) {
    if (options.stop && options.stop()) return;
    try {
      WritePhoto(i, sources[i], open(i), options, &photos[i]);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::kOutput) throw;
      photos[i].problem = error.what();
    } catch (const std::exception& error) {
      photos[i].problem = DescribeException(error);
    }
  });
  return Finish(options, photos);
}

cv::Mat ReadPhoto(const fs::path& file, int smallest) {
  try {
    cv::Mat photo = ToFloatBgr(ReadImage(file));
    if (std::min(photo.cols, photo.rows) > smallest) return photo;
    throw Error(ErrorKind::kInput, "the photo is smaller than the largest kernel");
  } catch (const std::exception& error) {
    throw Error(ErrorKind::kInput, file.string() + ": " + DescribeException(error));
  }
}

}  // namespace

PairWriterResult WriteFacePairs(const FaceSet& faces, const PairWriterOptions& options) {
  std::vector<fs::path> sources;
  for (const SharpFace& face : faces.faces()) sources.push_back(face.source);
  return WritePairs(sources, options, [&](std::size_t i) -> PairMaker {
    return [&, i](const RandomStreams& streams) {
      return MakePair(faces.faces()[i], options.pairs, streams);
    };
  });
}

PairWriterResult WritePhotoPairs(const fs::path& folder, const PairWriterOptions& options) {
  const std::vector<fs::path> files = ListImageFiles(folder);
  if (files.empty()) throw Error(ErrorKind::kInput, folder.string() + ": no images");
  return WritePairs(files, options, [&](std::size_t i) -> PairMaker {
    const cv::Mat photo = ReadPhoto(files[i], options.pairs.kernel.max_size);
    return [&, photo](const RandomStreams& streams) {
      return MakePhotoPair(photo, options.pairs, streams);
    };
  });
}

}  // namespace facedeblur
