#include "train/window_set.h"

#include <algorithm>
#include <string>
#include <vector>

#include "facedeblur/face/landmark_network_spec.h"
#include "facedeblur/finder/window_folder.h"
#include "facedeblur/image/codec.h"
#include "facedeblur/image/image_files.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/file_io.h"

namespace facedeblur {
namespace {

constexpr int kPicture = kLandmarkChip + 2 * kWindowMargin;

torch::Tensor ReadPicture(const std::filesystem::path& file) {
  std::string warning;
  const cv::Mat pixels = DecodeImage(ReadNamedFile(file), {}, &warning).pixels;
  if (pixels.type() != CV_8UC1 || pixels.size() != cv::Size(kPicture, kPicture)) {
    throw Error(ErrorKind::kInput, file.string() + ": not a window of train-finder --windows");
  }
  return torch::from_blob(pixels.data, {1, kPicture, kPicture}, torch::kUInt8).clone();
}

}  // namespace

WindowSet::WindowSet(const std::filesystem::path& folder, const torch::Device& device)
    : device_(device) {
  std::vector<torch::Tensor> pictures;
  std::vector<float> face;
  for (const char* kind : {kFaceWindows, kOtherWindows}) {
    const std::vector<std::filesystem::path> files = ListImageFiles(folder / kind);
    if (files.empty()) {
      throw Error(ErrorKind::kInput, (folder / kind).string() + ": there are no windows in it");
    }
    for (const std::filesystem::path& file : files) pictures.push_back(ReadPicture(file));
    face.resize(pictures.size(), kind == kFaceWindows ? 1 : 0);
  }
  pictures_ = torch::cat(pictures);
  face_ = torch::tensor(face);
}

WindowBatch WindowSet::Draw(std::int64_t count, Random* random) const {
  const int last = static_cast<int>(face_.size(0)) - 1;
  std::vector<torch::Tensor> chips;
  std::vector<torch::Tensor> face;
  for (std::int64_t i = 0; i < count; ++i) {
    // The search places its windows to about this, in pixels of the chip.
    constexpr int kShift = 3;
    const int index = random->Integer(0, last);
    const int x = kWindowMargin + random->Integer(-kShift, kShift);
    const int y = kWindowMargin + random->Integer(-kShift, kShift);
    torch::Tensor chip = pictures_[index].narrow(0, y, kLandmarkChip).narrow(1, x, kLandmarkChip);
    if (random->Chance(0.5)) chip = chip.flip({1});
    chips.push_back(chip);
    face.push_back(face_[index]);
  }
  const torch::Tensor grey = torch::stack(chips).to(torch::kFloat32).div(255).unsqueeze(1);
  return {grey.expand({-1, 3, -1, -1}).to(device_), torch::stack(face).to(device_)};
}

}  // namespace facedeblur
