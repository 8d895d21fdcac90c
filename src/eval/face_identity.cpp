#include "facedeblur/eval/face_identity.h"

#include <dlib/dnn.h>
#include <dlib/image_processing.h>
#include <dlib/image_transforms.h>
#include <dlib/opencv/cv_image.h>

#include <mutex>
#include <vector>

#include "facedeblur/util/error.h"

namespace facedeblur {
namespace {

// The network's layers, as its file names them.

template <int filters, template <typename> class Norm, int stride, typename Below>
using Block = Norm<dlib::con<filters, 3, 3, 1, 1,
                             dlib::relu<Norm<dlib::con<filters, 3, 3, stride, stride, Below>>>>>;

template <int filters, typename Below>
using Residual = dlib::relu<dlib::add_prev1<Block<filters, dlib::affine, 1, dlib::tag1<Below>>>>;

template <int filters, typename Below>
using Halving = dlib::relu<dlib::add_prev2<dlib::avg_pool<
    2, 2, 2, 2, dlib::skip1<dlib::tag2<Block<filters, dlib::affine, 2, dlib::tag1<Below>>>>>>>;

using Stem = dlib::max_pool<
    3, 3, 2, 2,
    dlib::relu<dlib::affine<dlib::con<32, 7, 7, 2, 2, dlib::input_rgb_image_sized<150>>>>>;
using Level4 = Residual<32, Residual<32, Residual<32, Stem>>>;
using Level3 = Residual<64, Residual<64, Residual<64, Halving<64, Level4>>>>;
using Level2 = Residual<128, Residual<128, Halving<128, Level3>>>;
using Level1 = Residual<256, Residual<256, Halving<256, Level2>>>;
using Network =
    dlib::loss_metric<dlib::fc_no_bias<128, dlib::avg_pool_everything<Halving<256, Level1>>>>;

class DlibIdentity : public FaceIdentity {
 public:
  explicit DlibIdentity(const std::filesystem::path& file) {
    try {
      dlib::deserialize(file.string()) >> network_;
    } catch (const std::exception& error) {
      throw Error(ErrorKind::kModel, file.string() +
                                         ": cannot be read as dlib's face recognition network: " +
                                         DescribeException(error));
    }
  }

  cv::Mat Embed(const cv::Mat& image, const Landmarks& landmarks) const override {
    constexpr unsigned long kSide = 150;
    constexpr double kPadding = 0.25;  // both as the network was trained
    std::vector<dlib::point> points;
    for (const cv::Point2f& p : landmarks) points.emplace_back(cvRound(p.x), cvRound(p.y));
    const dlib::full_object_detection face({0, 0, image.cols - 1, image.rows - 1}, points);
    dlib::matrix<dlib::rgb_pixel> chip;
    dlib::extract_image_chip(dlib::cv_image<dlib::bgr_pixel>(image),
                             dlib::get_face_chip_details(face, kSide, kPadding), chip);
    const std::lock_guard<std::mutex> lock(mutex_);  // a network of dlib's runs one image at a time
    const dlib::matrix<float, 0, 1> embedding = network_(chip);
    return cv::Mat(static_cast<int>(embedding.nr()), 1, CV_32F,
                   const_cast<float*>(embedding.begin()))
        .clone();
  }

 private:
  mutable std::mutex mutex_;
  mutable Network network_;
};

}  // namespace

std::unique_ptr<FaceIdentity> FaceIdentity::Load(const std::filesystem::path& file) {
  return std::make_unique<DlibIdentity>(file);
}

}  // namespace facedeblur
