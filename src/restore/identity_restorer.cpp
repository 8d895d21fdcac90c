#include "facedeblur/restore/restorer.h"

namespace facedeblur {
namespace {

class IdentityRestorer : public FaceRestorer {
 public:
  using FaceRestorer::Restore;
  cv::Mat Restore(const cv::Mat& chip, const ParallelFor& /*parallel*/) const override {
    return chip.clone();
  }
  const ChipTemplate& chip_template() const override { return template_; }
  std::string Describe() const override { return "identity (changes nothing)"; }

 private:
  ChipTemplate template_ = FaceNetworkTemplate();
};

}  // namespace

std::unique_ptr<FaceRestorer> MakeIdentityRestorer() {
  return std::make_unique<IdentityRestorer>();
}

}  // namespace facedeblur
