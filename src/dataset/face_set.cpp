#include "facedeblur/dataset/face_set.h"

#include <algorithm>
#include <opencv2/imgproc.hpp>
#include <string>
#include <utility>

#include "dataset/landmark_cache.h"
#include "facedeblur/face/chip.h"
#include "facedeblur/image/codec.h"
#include "facedeblur/image/image_files.h"
#include "facedeblur/image/sample_depth.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/file_io.h"
#include "facedeblur/util/task_pool.h"

namespace facedeblur {
namespace fs = std::filesystem;
namespace {

/// The largest face of a photo, where there is one: its landmarks and what to align it by.
void FindFace(const FaceDetector& detector, SharpFace* face) {
  const auto found = detector.Detect(face->pixels);
  if (found.empty()) return;
  face->landmarks = found.front().landmarks;
  face->alignment = MeanAlignmentPoints(found.front().box);
}

/// The face of one file; without landmarks when there is none. Throws Error(kInput) when the file
/// is no image.
SharpFace LoadFace(const fs::path& path, const FaceDetector& detector, AlignBy align_by,
                   LandmarkCache* cache) {
  SharpFace face;
  face.source = path;
  const std::string key = cache->Key(path);
  const auto known = cache->Find(key);
  if (known && known->empty()) return face;
  std::string warning;
  face.pixels = ToEightBits(ToFloatBgr(DecodeImage(ReadFile(path), {}, &warning).pixels));
  if (known && align_by == AlignBy::kLandmarks) {
    face.landmarks = *known;
  } else {
    FindFace(detector, &face);
    cache->Add(key, face.landmarks);
  }
  if (align_by == AlignBy::kLandmarks && !face.landmarks.empty()) {
    face.alignment = AlignmentPoints(face.landmarks);
  }
  return face;
}

/// Keeps the part of a photo that chips of its face can need, nothing of one without a face:
/// thousands are in memory at once.
void CropToFace(SharpFace* face) {
  if (face->landmarks.empty()) return face->pixels.release();
  face->photo_size = face->pixels.size();
  const cv::Rect2f box = cv::boundingRect(face->landmarks);
  constexpr float kReach = 2.0F;  // of the face, to every side
  const float reach = kReach * std::max(box.width, box.height);
  const cv::Rect wanted(cvFloor(box.x - reach), cvFloor(box.y - reach),
                        cvCeil(box.width + 2 * reach), cvCeil(box.height + 2 * reach));
  const cv::Rect kept = wanted & cv::Rect(0, 0, face->pixels.cols, face->pixels.rows);
  if (kept.area() == face->pixels.cols * face->pixels.rows) return;
  face->pixels = face->pixels(kept).clone();
  face->offset = kept.tl();
  for (cv::Point2f& point : face->landmarks) point -= cv::Point2f(kept.tl());
  for (cv::Point2f& point : face->alignment) point -= cv::Point2f(kept.tl());
}

}  // namespace

FaceSet FaceSet::Load(const FaceSetOptions& options, const FaceDetector& detector) {
  std::vector<std::pair<fs::path, std::size_t>> files;
  for (std::size_t f = 0; f < options.folders.size(); ++f) {
    for (const fs::path& file : ListImageFiles(options.folders[f])) files.emplace_back(file, f);
  }
  // The identity takes time, and without a file nothing outlives this call.
  LandmarkCache cache(options.cache, options.cache.empty() ? "" : detector.identity().Key());
  std::vector<SharpFace> faces(files.size());
  std::vector<std::string> problems(files.size());
  RunParallel(options.threads, files.size(), [&](std::size_t i) {
    if (options.stop && options.stop()) return;
    try {
      faces[i] = LoadFace(files[i].first, detector, options.align_by, &cache);
      faces[i].folder = files[i].second;
      CropToFace(&faces[i]);
    } catch (const Error& error) {  // a damaged file among thousands is not worth stopping for
      problems[i] = files[i].first.string() + ": " + error.what();
    }
  });
  cache.Save();
  FaceSet set;
  for (std::string& problem : problems) {
    if (!problem.empty()) set.unreadable_.push_back(std::move(problem));
  }
  for (SharpFace& face : faces) {
    if (!face.landmarks.empty()) set.faces_.push_back(std::move(face));
  }
  const bool stopped = options.stop && options.stop();
  if (set.faces_.size() < options.min_faces && !stopped) {
    throw Error(ErrorKind::kInput, "only " + std::to_string(set.faces_.size()) + " faces in " +
                                       std::to_string(files.size()) + " images; at least " +
                                       std::to_string(options.min_faces) + " are needed");
  }
  return set;
}

const SharpFace& FaceSet::Draw(Random* random) const {
  const auto folders = static_cast<int>(faces_.back().folder) + 1;
  while (true) {  // a folder may have lost all its faces; the last one has some
    const auto folder = static_cast<std::size_t>(random->Integer(0, folders - 1));
    const auto by_folder = [](const SharpFace& face, std::size_t f) { return face.folder < f; };
    const auto first = std::lower_bound(faces_.begin(), faces_.end(), folder, by_folder);
    const auto last = std::lower_bound(first, faces_.end(), folder + 1, by_folder);
    if (first == last) continue;
    return *(first + random->Integer(0, static_cast<int>(last - first) - 1));
  }
}

FaceSet FaceSet::TakeEveryNth(std::size_t n) {
  FaceSet taken;
  std::vector<SharpFace> rest;
  for (std::size_t i = 0; i < faces_.size(); ++i) {
    (i % n == n - 1 ? taken.faces_ : rest).push_back(std::move(faces_[i]));
  }
  faces_ = std::move(rest);
  return taken;
}

}  // namespace facedeblur
