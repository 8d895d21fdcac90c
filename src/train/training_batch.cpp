#include "train/training_batch.h"

#include "nn/chip_tensor.h"

namespace facedeblur {
namespace {

torch::Tensor StackChips(const std::vector<TrainingPair>& pairs, cv::Mat TrainingPair::*member) {
  std::vector<torch::Tensor> chips;
  for (const TrainingPair& pair : pairs) chips.push_back(TensorFromChip(pair.*member));
  return torch::cat(chips, 0).contiguous(torch::MemoryFormat::ChannelsLast);
}

template <typename GetPlane>
torch::Tensor StackPlanes(const std::vector<TrainingPair>& pairs, const GetPlane& get_plane) {
  std::vector<torch::Tensor> planes;
  for (const TrainingPair& pair : pairs) {
    const cv::Mat& plane = get_plane(pair);
    planes.push_back(
        torch::from_blob(const_cast<float*>(plane.ptr<float>()), {plane.rows, plane.cols}).clone());
  }
  return torch::stack(planes, 0);
}

torch::Tensor StackLandmarks(const std::vector<TrainingPair>& pairs) {
  std::vector<float> values;
  for (const TrainingPair& pair : pairs) {
    const float half = 0.5F * static_cast<float>(pair.sharp.cols - 1);
    for (const cv::Point2f& point : pair.landmarks) {
      values.push_back(point.x / half - 1);
      values.push_back(point.y / half - 1);
    }
  }
  return torch::tensor(values).view({static_cast<std::int64_t>(pairs.size()), -1, 2});
}

}  // namespace

TrainingBatch ToBatch(const std::vector<TrainingPair>& pairs, const torch::Device& device) {
  const auto kernel = [](const TrainingPair& pair) { return pair.degradation.kernel; };
  const auto structure = [](const TrainingPair& pair) { return pair.structure; };
  return {StackChips(pairs, &TrainingPair::blurred).to(device),
          StackChips(pairs, &TrainingPair::sharp).to(device), StackPlanes(pairs, kernel).to(device),
          StackPlanes(pairs, structure).unsqueeze(1).to(device), StackLandmarks(pairs).to(device)};
}

}  // namespace facedeblur
