#include "facedeblur/train/face_set.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <iomanip>
#include <map>
#include <mutex>
#include <opencv2/imgproc.hpp>
#include <optional>
#include <sstream>
#include <utility>

#include "facedeblur/image/codec.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/file_io.h"
#include "facedeblur/util/task_pool.h"

namespace facedeblur {
namespace fs = std::filesystem;
namespace {

/// Landmarks by file, as text lines "size name x0 y0 x1 y1 ...": no landmarks where no face was
/// found.
class LandmarkCache {
 public:
  explicit LandmarkCache(fs::path file) : file_(std::move(file)) {
    std::error_code error;
    if (file_.empty() || !fs::exists(file_, error)) return;
    const Bytes bytes = ReadFile(file_);
    std::istringstream lines(std::string(bytes.begin(), bytes.end()));
    for (std::string line; std::getline(lines, line);) {
      std::istringstream words(line);
      std::string key;
      words >> key;
      Landmarks& landmarks = entries_[key];
      for (cv::Point2f point; words >> point.x >> point.y;) landmarks.push_back(point);
      if (!landmarks.empty() && landmarks.size() != kLandmarkCount) entries_.erase(key);
    }
  }

  /// Names one version of a file, without spaces.
  static std::string Key(const fs::path& path) {
    std::error_code error;
    std::string name = path.string();
    std::replace_if(
        name.begin(), name.end(), [](unsigned char c) { return c <= ' '; }, '?');
    return std::to_string(fs::file_size(path, error)) + ":" + name;
  }

  std::optional<Landmarks> Find(const std::string& key) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = entries_.find(key);
    if (found == entries_.end()) return std::nullopt;
    return found->second;
  }

  void Add(const std::string& key, const Landmarks& landmarks) {
    const std::lock_guard<std::mutex> lock(mutex_);
    entries_[key] = landmarks;
    changed_ = true;
  }

  void Save() const {
    if (file_.empty() || !changed_) return;
    std::ostringstream text;
    text << std::setprecision(9);  // floats come back as they were
    for (const auto& [key, landmarks] : entries_) {
      text << key;
      for (const auto& point : landmarks) text << ' ' << point.x << ' ' << point.y;
      text << '\n';
    }
    const std::string all = text.str();
    WriteFileAtomically(file_, Bytes(all.begin(), all.end()), Clobber::kReplace);
  }

 private:
  fs::path file_;
  mutable std::mutex mutex_;
  std::map<std::string, Landmarks> entries_;
  bool changed_ = false;
};

std::vector<fs::path> ListImages(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, error), end; entry != end;
       entry.increment(error)) {
    if (entry->is_regular_file() && FormatFromExtension(entry->path())) {
      files.push_back(entry->path());
    }
  }
  if (error) {
    throw Error(ErrorKind::kInput,
                folder.string() + ": cannot read the folder: " + error.message());
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// The face of one file, without landmarks when there is none or the file is no image.
SharpFace LoadFace(const fs::path& path, const FaceDetector& detector, LandmarkCache* cache) {
  SharpFace face;
  const std::string key = LandmarkCache::Key(path);
  const auto known = cache->Find(key);
  if (known && known->empty()) return face;
  try {
    std::string warning;
    const cv::Mat pixels = DecodeImage(ReadFile(path), {}, &warning).pixels;
    ToFloatBgr(pixels).convertTo(face.pixels, CV_8U, 255);
    if (known) {
      face.landmarks = *known;
    } else {
      const auto found = detector.Detect(face.pixels);
      if (!found.empty()) face.landmarks = found.front().landmarks;
      cache->Add(key, face.landmarks);
    }
  } catch (const std::exception&) {
    face.landmarks.clear();  // a damaged file among thousands is not worth stopping for
  }
  return face;
}

/// The chip's place: the face's own upright position, turned, scaled and shifted at random.
Similarity DrawPlacement(const SharpFace& face, const PairOptions& options, int canvas,
                         Random* random) {
  const auto points = AlignmentPoints(face.landmarks);
  const cv::Point2d left(points[0]);
  const cv::Point2d right(points[1]);
  const cv::Point2d across = right - left;
  const double own_distance = std::hypot(across.x, across.y);
  // Not enlarged by much, or the "sharp" side is blurred; not so small that the canvas leaves the
  // photo.
  const double fills = canvas * own_distance / std::min(face.pixels.cols, face.pixels.rows);
  const double low = std::max(options.min_eye_distance, fills);
  const double high = std::max(low, std::min(options.max_eye_distance, 1.15 * own_distance));
  const double scale = random->Uniform(low, high) / own_distance;
  const double angle =
      -std::atan2(across.y, across.x) + random->Uniform(-1, 1) * options.max_rotation * M_PI / 180;
  // The middle of the face: half an eye distance below the eyes.
  const cv::Point2d down(-across.y, across.x);
  const cv::Point2d middle = 0.5 * (left + right) + 0.5 * down;
  Similarity chip_from_image{scale * std::cos(angle), scale * std::sin(angle), 0, 0};
  const cv::Point2d moved = chip_from_image(middle);
  const double reach = options.max_shift * options.chip_size;
  chip_from_image.tx = 0.5 * (canvas - 1) - moved.x + random->Uniform(-reach, reach);
  chip_from_image.ty = 0.5 * (canvas - 1) - moved.y + random->Uniform(-reach, reach);
  return chip_from_image;
}

/// Shifts the canvas back over the photo where it reaches out, so that no border is made up.
void KeepInside(cv::Size photo, int canvas, Similarity* canvas_from_image) {
  const cv::Point2d top_left = (*canvas_from_image)(cv::Point2d(0, 0));
  const cv::Point2d bottom_right =
      (*canvas_from_image)(cv::Point2d(photo.width - 1, photo.height - 1));
  const auto correction = [canvas](double first, double last) {
    if (last - first < canvas) return 0.5 * (canvas - 1) - 0.5 * (first + last);
    if (first > 0) return -first;
    return last < canvas - 1 ? canvas - 1 - last : 0.0;
  };
  canvas_from_image->tx += correction(top_left.x, bottom_right.x);
  canvas_from_image->ty += correction(top_left.y, bottom_right.y);
}

/// Eyes with brows, nose and mouth: the face's known structure.
cv::Mat FeatureMap(const Landmarks& landmarks, const Similarity& chip_from_image, int size) {
  cv::Mat map = cv::Mat::zeros(size, size, CV_32F);
  constexpr std::pair<std::size_t, std::size_t> kParts[] = {{17, 22}, {22, 27}, {27, 36},
                                                            {36, 42}, {42, 48}, {48, 68}};
  for (const auto& [first, last] : kParts) {
    std::vector<cv::Point> points;
    for (std::size_t i = first; i < last; ++i) {
      const cv::Point2d p = chip_from_image(cv::Point2d(landmarks[i]));
      points.emplace_back(cvRound(p.x), cvRound(p.y));
    }
    std::vector<cv::Point> hull;
    cv::convexHull(points, hull);
    cv::fillConvexPoly(map, hull, cv::Scalar(1));
  }
  cv::dilate(map, map, cv::Mat::ones(5, 5, CV_8U));
  cv::GaussianBlur(map, map, {0, 0}, 2);
  return map;
}

}  // namespace

FaceSet FaceSet::Load(const std::vector<fs::path>& folders, const fs::path& cache_file,
                      const FaceDetector& detector, std::size_t threads, std::size_t min_faces) {
  std::vector<std::pair<fs::path, std::size_t>> files;
  for (std::size_t f = 0; f < folders.size(); ++f) {
    for (const fs::path& file : ListImages(folders[f])) files.emplace_back(file, f);
  }
  LandmarkCache cache(cache_file);
  std::vector<SharpFace> faces(files.size());
  {
    TaskPool pool(threads);
    for (std::size_t i = 0; i < files.size(); ++i) {
      pool.Submit(0, [&, i] {
        faces[i] = LoadFace(files[i].first, detector, &cache);
        faces[i].folder = files[i].second;
      });
    }
  }
  cache.Save();
  FaceSet set;
  for (SharpFace& face : faces) {
    if (!face.landmarks.empty()) set.faces_.push_back(std::move(face));
  }
  if (set.faces_.size() < min_faces) {
    throw Error(ErrorKind::kInput, "only " + std::to_string(set.faces_.size()) + " faces in " +
                                       std::to_string(files.size()) + " images; at least " +
                                       std::to_string(min_faces) + " are needed");
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

TrainingPair DrawPair(const FaceSet& faces, const PairOptions& options, std::uint64_t seed,
                      std::uint64_t index) {
  Random random(seed, index);
  const SharpFace& face = faces.Draw(&random);
  const int margin = options.kernel.max_size / 2;
  const int canvas = options.chip_size + 2 * margin;
  Similarity canvas_from_image = DrawPlacement(face, options, canvas, &random);
  KeepInside(face.pixels.size(), canvas, &canvas_from_image);
  cv::Mat sharp = ExtractChip(face.pixels, {canvas, canvas_from_image});
  Similarity chip_from_image = canvas_from_image;
  chip_from_image.tx -= margin;
  chip_from_image.ty -= margin;
  TrainingPair pair;
  pair.features = FeatureMap(face.landmarks, chip_from_image, options.chip_size);
  if (random.Chance(0.5)) {
    cv::flip(sharp, sharp, 1);
    cv::flip(pair.features, pair.features, 1);
  }
  pair.kernel = RandomKernel(options.kernel, &random);
  pair.blurred = Degrade(sharp, pair.kernel, options.degradation, &random);
  pair.sharp = sharp(cv::Rect(margin, margin, options.chip_size, options.chip_size)).clone();
  return pair;
}

}  // namespace facedeblur
