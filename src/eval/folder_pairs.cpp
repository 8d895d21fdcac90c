#include "facedeblur/eval/folder_pairs.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "facedeblur/face/chip.h"
#include "facedeblur/face/face_mask.h"
#include "facedeblur/image/codec.h"
#include "facedeblur/image/image_files.h"
#include "facedeblur/image/sample_depth.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/file_io.h"

namespace facedeblur {
namespace fs = std::filesystem;
namespace {

cv::Mat ReadPixels(const fs::path& file) {
  try {
    std::string warning;
    return ToEightBits(ToFloatBgr(DecodeImage(ReadFile(file), {}, &warning).pixels));
  } catch (const std::exception& error) {
    throw Error(ErrorKind::kInput, file.string() + ": " + DescribeException(error));
  }
}

/// A file's place below its folder without its extension: what pairs files of two folders.
std::string PairKey(const fs::path& file, const fs::path& folder) {
  return file.lexically_relative(folder).replace_extension().string();
}

std::map<std::string, fs::path> ByPairKey(const fs::path& folder) {
  std::map<std::string, fs::path> files;
  for (const fs::path& file : ListImageFiles(folder)) files[PairKey(file, folder)] = file;
  return files;
}

const fs::path& FindPartner(const std::map<std::string, fs::path>& partners, const fs::path& file,
                            const fs::path& folder) {
  const auto found = partners.find(PairKey(file, folder));
  if (found != partners.end()) return found->second;
  throw Error(ErrorKind::kInput, file.string() + ": has no blurred counterpart");
}

void RequireOneSize(cv::Size sharp, cv::Size blurred, const fs::path& file) {
  if (sharp == blurred) return;
  throw Error(ErrorKind::kInput, file.string() + ": is not of its sharp counterpart's size");
}

}  // namespace

PairSource FolderPairs(const FaceSet& faces, const fs::path& sharp, const fs::path& blurred,
                       int chip_size) {
  const auto partners = ByPairKey(blurred);
  std::vector<fs::path> files;
  for (const SharpFace& face : faces.faces()) {
    files.push_back(FindPartner(partners, face.source, sharp));
  }
  const auto make = [&faces, files, chip_size](std::size_t index) {
    const SharpFace& face = faces.faces()[index];
    const cv::Mat pixels = ReadPixels(files[index]);
    RequireOneSize(face.photo_size, pixels.size(), files[index]);
    EvaluationPair pair;
    pair.face = index;
    const Similarity placement = EvaluationPlacement(face, chip_size);
    pair.sharp = ToEightBits(ExtractChip(face.pixels, {chip_size, placement}));
    const cv::Rect kept(face.offset, face.pixels.size());
    pair.blurred = ToEightBits(ExtractChip(pixels(kept), {chip_size, placement}));
    pair.face_mask = ScoringMask(face.landmarks, placement, chip_size);
    pair.landmarks = placement(face.landmarks);
    return pair;
  };
  return {files.size(), make};
}

PairSource AlignedPairs(const fs::path& sharp, const fs::path& blurred) {
  const auto partners = ByPairKey(blurred);
  std::vector<std::pair<fs::path, fs::path>> files;
  for (const fs::path& file : ListImageFiles(sharp)) {
    files.emplace_back(file, FindPartner(partners, file, sharp));
  }
  const auto make = [files](std::size_t index) {
    EvaluationPair pair;
    pair.face = index;
    pair.sharp = ReadPixels(files[index].first);
    pair.blurred = ReadPixels(files[index].second);
    RequireOneSize(pair.sharp.size(), pair.blurred.size(), files[index].second);
    if (pair.sharp.cols != pair.sharp.rows || pair.sharp.cols % kChipSizeStep != 0) {
      throw Error(ErrorKind::kInput, files[index].first.string() +
                                         ": is no chip: square, its side a multiple of 32 pixels");
    }
    return pair;
  };
  return {files.size(), make};
}

}  // namespace facedeblur
