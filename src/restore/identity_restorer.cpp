#include "facedeblur/restore/restorer.h"

namespace facedeblur {
namespace {

class IdentityRestorer : public FaceRestorer {
 public:
  cv::Mat Restore(const cv::Mat& chip) const override { return chip.clone(); }
  const ChipTemplate& chip_template() const override { return template_; }
  std::string Describe() const override { return "identity (changes nothing)"; }

 private:
  ChipTemplate template_{160,
                         {{59, 66}, {101, 66}, {80, 90.7F}, {58.6F, 108.7F}, {101.4F, 108.7F}}};
};

}  // namespace

std::unique_ptr<FaceRestorer> MakeIdentityRestorer() {
  return std::make_unique<IdentityRestorer>();
}

}  // namespace facedeblur
