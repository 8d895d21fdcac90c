#include "facedeblur/face/similarity.h"

#include <cmath>

#include "facedeblur/util/error.h"

namespace facedeblur {
namespace {

cv::Point2d Centroid(const std::vector<cv::Point2f>& points) {
  cv::Point2d sum(0, 0);
  for (const auto& point : points) sum += cv::Point2d(point);
  return sum / static_cast<double>(points.size());
}

}  // namespace

cv::Point2d Similarity::operator()(cv::Point2d point) const {
  return {a * point.x - b * point.y + tx, b * point.x + a * point.y + ty};
}

std::vector<cv::Point2f> Similarity::operator()(const std::vector<cv::Point2f>& points) const {
  std::vector<cv::Point2f> moved;
  moved.reserve(points.size());
  for (const cv::Point2f& point : points) moved.emplace_back((*this)(cv::Point2d(point)));
  return moved;
}

Similarity Similarity::Inverse() const {
  const double norm = a * a + b * b;
  const double ia = a / norm;
  const double ib = -b / norm;
  return {ia, ib, -(ia * tx - ib * ty), -(ib * tx + ia * ty)};
}

double Similarity::Scale() const { return std::hypot(a, b); }

cv::Matx23d Similarity::Matrix() const { return {a, -b, tx, b, a, ty}; }

Similarity operator*(const Similarity& c_from_b, const Similarity& b_from_a) {
  const cv::Point2d shift = c_from_b({b_from_a.tx, b_from_a.ty});
  return {c_from_b.a * b_from_a.a - c_from_b.b * b_from_a.b,
          c_from_b.b * b_from_a.a + c_from_b.a * b_from_a.b, shift.x, shift.y};
}

Similarity EstimateSimilarity(const std::vector<cv::Point2f>& from,
                              const std::vector<cv::Point2f>& to) {
  if (from.size() != to.size() || from.size() < 2) {
    throw Error(ErrorKind::kUsage, "a similarity needs two or more point pairs");
  }
  const cv::Point2d from_mean = Centroid(from);
  const cv::Point2d to_mean = Centroid(to);
  double variance = 0;
  double dot = 0;
  double cross = 0;
  for (std::size_t i = 0; i < from.size(); ++i) {
    const cv::Point2d p = cv::Point2d(from[i]) - from_mean;
    const cv::Point2d q = cv::Point2d(to[i]) - to_mean;
    variance += p.dot(p);
    dot += p.dot(q);
    cross += p.cross(q);
  }
  if (variance <= 0 || (dot == 0 && cross == 0)) {
    throw Error(ErrorKind::kUsage, "a similarity needs points that differ");
  }
  Similarity result{dot / variance, cross / variance, 0, 0};
  const cv::Point2d moved = result(from_mean);
  result.tx = to_mean.x - moved.x;
  result.ty = to_mean.y - moved.y;
  return result;
}

}  // namespace facedeblur
