#include "face/landmark_model.h"

#include <dlib/image_processing/shape_predictor.h>
#include <dlib/opencv/cv_image.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "facedeblur/util/error.h"
#include "facedeblur/util/mapped_file.h"

namespace facedeblur {
namespace {

[[noreturn]] void Fail() {
  throw Error(ErrorKind::kModel, "not a dlib landmark model we can read");
}

}  // namespace

/// Reads dlib's serialization (dlib/serialize.h, dlib/float_details.h). A whole number begins with
/// a byte that holds its length and, in the highest bit, its sign; its bytes follow, lowest first.
/// A floating-point number is two of these: a mantissa and a power of two.
class LandmarkModel::Reader {
 public:
  explicit Reader(const MappedFile& file) : at_(file.data()), end_(file.data() + file.size()) {}

  std::int64_t Whole() {
    const std::uint8_t head = Byte();
    const int length = head & 0x0F;
    if (length == 0 || length > 8 || (head & 0x70) != 0 || end_ - at_ < length) Fail();
    std::uint64_t value = 0;
    for (int i = 0; i < length; ++i) value |= std::uint64_t{at_[i]} << (8 * i);
    at_ += length;
    if (value > std::uint64_t{std::numeric_limits<std::int64_t>::max()}) Fail();
    const auto magnitude = static_cast<std::int64_t>(value);
    return (head & 0x80) != 0 ? -magnitude : magnitude;
  }

  float Real() {
    const std::int64_t mantissa = Whole();
    const std::int64_t exponent = Whole();
    // The exponents of infinity and NaN lie far beyond; no model holds these.
    if (exponent < -1000 || exponent > 1000) Fail();
    if (exponent < -126 || exponent > 127) {
      return std::ldexp(static_cast<float>(mantissa), static_cast<int>(exponent));
    }
    const auto bits = static_cast<std::uint32_t>(exponent + 127) << 23;  // 2^exponent
    float power = 0;
    std::memcpy(&power, &bits, sizeof power);
    return static_cast<float>(mantissa) * power;
  }

  /// A length: no more than the bytes left could hold.
  std::size_t Count() {
    const std::int64_t count = Whole();
    if (count < 0 || count > end_ - at_) Fail();
    return static_cast<std::size_t>(count);
  }

  /// A column of `rows` numbers is preceded by both its sizes, negated.
  std::size_t ColumnHead() {
    const std::int64_t rows = -Whole();
    if (rows <= 0 || rows > end_ - at_ || Whole() != -1) Fail();
    return static_cast<std::size_t>(rows);
  }

  bool AtEnd() const { return at_ == end_; }

 private:
  std::uint8_t Byte() {
    if (at_ == end_) Fail();
    return *at_++;
  }

  const std::uint8_t* at_;
  const std::uint8_t* end_;
};

LandmarkModel::LandmarkModel(const std::filesystem::path& path) {
  const MappedFile file(path);
  Reader reader(file);
  constexpr std::int64_t kVersion = 1;
  if (reader.Whole() != kVersion) Fail();
  mean_shape_.set_size(static_cast<long>(reader.ColumnHead()));
  for (float& value : mean_shape_) value = reader.Real();
  // A number takes 6 bytes, or fewer: then memory is reserved that is never touched.
  constexpr std::size_t kBytesOfAReal = 6;
  leaves_.reserve(file.size() / kBytesOfAReal);
  stages_.resize(reader.Count());
  for (Stage& stage : stages_) {
    stage.trees.resize(reader.Count());
    for (Tree& tree : stage.trees) ReadTree(&reader, &tree);
  }
  ReadAnchors(&reader);
  ReadDeltas(&reader);
  RequireSound();
}

void LandmarkModel::ReadTree(Reader* reader, Tree* tree) {
  *tree = {splits_.size(), reader->Count(), leaves_.size()};
  for (std::size_t i = 0; i < tree->split_count; ++i) {
    const auto first = static_cast<std::uint32_t>(reader->Whole());
    const auto second = static_cast<std::uint32_t>(reader->Whole());
    splits_.push_back({first, second, reader->Real()});
  }
  if (reader->Count() != tree->split_count + 1) Fail();
  for (std::size_t leaf = 0; leaf <= tree->split_count; ++leaf) {
    const std::size_t length = reader->ColumnHead();
    if (length != static_cast<std::size_t>(mean_shape_.size())) Fail();
    for (std::size_t i = 0; i < length; ++i) leaves_.push_back(reader->Real());
  }
}

void LandmarkModel::ReadAnchors(Reader* reader) {
  if (reader->Count() != stages_.size()) Fail();
  for (Stage& stage : stages_) {
    stage.anchors.resize(reader->Count());
    for (unsigned long& anchor : stage.anchors) {
      anchor = static_cast<unsigned long>(reader->Whole());
    }
  }
}

void LandmarkModel::ReadDeltas(Reader* reader) {
  if (reader->Count() != stages_.size()) Fail();
  for (Stage& stage : stages_) {
    stage.deltas.resize(reader->Count());
    for (auto& delta : stage.deltas) {
      delta.x() = reader->Real();
      delta.y() = reader->Real();
    }
  }
}

/// Whatever the file holds, no index may lead outside.
void LandmarkModel::RequireSound() const {
  if (mean_shape_.size() % 2 != 0) Fail();
  for (const Stage& stage : stages_) {
    if (stage.anchors.size() != stage.deltas.size()) Fail();
    for (const unsigned long anchor : stage.anchors) {
      if (anchor >= points()) Fail();
    }
    for (const Tree& tree : stage.trees) {
      for (std::size_t i = tree.splits; i < tree.splits + tree.split_count; ++i) {
        const std::size_t features = stage.deltas.size();
        if (splits_[i].first >= features || splits_[i].second >= features) Fail();
      }
    }
  }
}

const float* LandmarkModel::Leaf(const Tree& tree, const std::vector<float>& features) const {
  std::size_t node = 0;
  while (node < tree.split_count) {
    const Split& split = splits_[tree.splits + node];
    const bool left = features[split.first] - features[split.second] > split.threshold;
    node = 2 * node + (left ? 1 : 2);
  }
  const auto length = static_cast<std::size_t>(mean_shape_.size());
  return &leaves_[tree.leaves + (node - tree.split_count) * length];
}

FaceReading LandmarkModel::Read(const cv::Mat& grey, const cv::Rect& window,
                                double /*least*/) const {
  const dlib::cv_image<unsigned char> image(grey);
  const dlib::rectangle rect(window.x, window.y, window.br().x - 1, window.br().y - 1);
  dlib::matrix<float, 0, 1> shape = mean_shape_;
  std::vector<float> features;
  for (const Stage& stage : stages_) {
    dlib::impl::extract_feature_pixel_values(image, rect, shape, mean_shape_, stage.anchors,
                                             stage.deltas, features);
    for (const Tree& tree : stage.trees) {
      const float* step = Leaf(tree, features);
      for (float& value : shape) value += *step++;
    }
  }
  const dlib::point_transform_affine to_image = dlib::impl::unnormalizing_tform(rect);
  FaceReading reading;
  for (unsigned long i = 0; i < points(); ++i) {
    const dlib::dpoint at = to_image(dlib::impl::location(shape, i));
    reading.landmarks.emplace_back(at.x(), at.y());
  }
  return reading;
}

}  // namespace facedeblur
