#include "facedeblur/dataset/training_pair.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <utility>
#include <vector>

#include "dataset/texture.h"
#include "facedeblur/face/chip.h"

namespace facedeblur {
namespace {

/// The chip's place: the face's own upright position, turned, scaled and shifted at random.
Similarity DrawPlacement(const SharpFace& face, const PairOptions& options, int canvas,
                         Random* random) {
  const cv::Point2d left(face.alignment[0]);
  const cv::Point2d right(face.alignment[1]);
  const cv::Point2d across = right - left;
  const double own_distance = std::hypot(across.x, across.y);
  // Enlarging it much would blur the sharp side, and a face too small would let the canvas leave
  // the photo.
  const double fills =
      options.over_edge ? 0 : canvas * own_distance / std::min(face.pixels.cols, face.pixels.rows);
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

/// Moves a chip away from its face, to a place whose middle lies in the photo, or changes its size
/// so much that it shows a part of the face, or the face far too small.
void MoveElsewhere(cv::Size photo, const PairOptions& options, int canvas, Random* random,
                   Similarity* canvas_from_image) {
  const cv::Point2d middle(0.5 * (canvas - 1), 0.5 * (canvas - 1));
  const auto scaled = [&](double scale) {
    return Similarity{scale, 0, (1 - scale) * middle.x, (1 - scale) * middle.y} *
           *canvas_from_image;
  };
  // dlib's square around a face is 2.3 eye distances wide.
  const double square = 2.3 * 0.5 * (options.min_eye_distance + options.max_eye_distance);
  const cv::Rect2d inside({0, 0}, cv::Size2d(photo));
  constexpr int kTries = 20;
  for (int i = 0; i < kTries && !random->Chance(0.1); ++i) {
    const double direction = random->Uniform(0, 2 * M_PI);
    const double distance = random->Uniform(0.6, 2) * square;
    Similarity moved = *canvas_from_image;
    moved.tx += distance * std::cos(direction);
    moved.ty += distance * std::sin(direction);
    if (!inside.contains(moved.Inverse()(middle))) continue;
    *canvas_from_image = moved;
    *canvas_from_image = scaled(std::exp(random->Uniform(-0.5, 0.5)));
    return;
  }
  const double factor = random->Uniform(2, 3);
  *canvas_from_image = scaled(random->Chance(0.5) ? factor : 1 / factor);
}

/// Shifts the canvas back over the photo where it reaches out, so that no border is made up. Where
/// the photo is too small for that, the face stays in the middle.
void KeepInside(cv::Size photo, int canvas, Similarity* canvas_from_image) {
  const Similarity image_from_canvas = canvas_from_image->Inverse();
  const double end = canvas - 1;
  cv::Point2d low(0, 0);  // of the canvas' corners in the photo
  cv::Point2d high(0, 0);
  bool first = true;
  for (const cv::Point2d& corner :
       {cv::Point2d(0, 0), cv::Point2d(end, 0), cv::Point2d(0, end), cv::Point2d(end, end)}) {
    const cv::Point2d p = image_from_canvas(corner);
    low = first ? p : cv::Point2d(std::min(low.x, p.x), std::min(low.y, p.y));
    high = first ? p : cv::Point2d(std::max(high.x, p.x), std::max(high.y, p.y));
    first = false;
  }
  const auto correction = [](double from, double to, double last) {
    if (to - from > last) return 0.5 * last - 0.5 * (from + to);
    if (from < 0) return -from;
    return to > last ? last - to : 0.0;
  };
  const cv::Point2d move(correction(low.x, high.x, photo.width - 1.0),
                         correction(low.y, high.y, photo.height - 1.0));
  // The canvas moves over the photo, so the photo moves the other way under it.
  canvas_from_image->tx -= canvas_from_image->a * move.x - canvas_from_image->b * move.y;
  canvas_from_image->ty -= canvas_from_image->b * move.x + canvas_from_image->a * move.y;
}

/// Eyes with brows, nose and mouth: the face's known structure.
cv::Mat StructureMap(const Landmarks& landmarks, const Similarity& chip_from_image, int size) {
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

TrainingPair MakePair(const SharpFace& face, const PairOptions& options,
                      const RandomStreams& streams) {
  const int margin = options.kernel.max_size / 2;
  const int canvas = options.chip_size + 2 * margin;
  Random placement = streams.Stream("placement");
  Similarity canvas_from_image = DrawPlacement(face, options, canvas, &placement);
  if (!options.over_edge) KeepInside(face.pixels.size(), canvas, &canvas_from_image);
  Random elsewhere = streams.Stream("elsewhere");
  const bool shows_face = !elsewhere.Chance(options.elsewhere);
  if (!shows_face) {
    MoveElsewhere(face.pixels.size(), options, canvas, &elsewhere, &canvas_from_image);
  }
  constexpr double kMadeUp = 0.6;
  const bool made_up = !shows_face && elsewhere.Chance(kMadeUp);
  cv::Mat sharp = made_up ? DrawTexture(canvas, &elsewhere)
                          : ExtractChip(face.pixels, {canvas, canvas_from_image});
  Similarity chip_from_image = canvas_from_image;
  chip_from_image.tx -= margin;
  chip_from_image.ty -= margin;
  TrainingPair pair;
  pair.structure = StructureMap(face.landmarks, chip_from_image, options.chip_size);
  if (made_up) pair.structure.setTo(0);
  if (shows_face) pair.landmarks = chip_from_image(face.landmarks);
  if (options.flip && placement.Chance(0.5)) {
    cv::flip(sharp, sharp, 1);
    cv::flip(pair.structure, pair.structure, 1);
    if (shows_face) MirrorLandmarks(options.chip_size, &pair.landmarks);
  }
  pair.degradation = DrawDegradation(options, streams);
  pair.blurred = Degrade(sharp, pair.degradation);
  pair.sharp = sharp(cv::Rect(margin, margin, options.chip_size, options.chip_size)).clone();
  return pair;
}

TrainingPair MakePhotoPair(const cv::Mat& photo, const PairOptions& options,
                           const RandomStreams& streams) {
  TrainingPair pair;
  pair.degradation = DrawDegradation(options, streams);
  pair.blurred = Degrade(photo, pair.degradation);
  const int margin = options.kernel.max_size / 2;
  pair.sharp = photo(cv::Rect({margin, margin}, pair.blurred.size()));
  return pair;
}

TrainingPair DrawPair(const FaceSet& faces, const PairOptions& options, std::uint64_t seed,
                      std::uint64_t index) {
  const RandomStreams streams(seed, index);
  Random random = streams.Stream("face");
  return MakePair(faces.Draw(&random), options, streams);
}

}  // namespace facedeblur
