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
    if (pair.landmarks.empty()) values.insert(values.end(), 2 * kLandmarkCount, 0);
    for (const cv::Point2f& point : pair.landmarks) {
      values.push_back(point.x / half - 1);
      values.push_back(point.y / half - 1);
    }
  }
  return torch::tensor(values).view({static_cast<std::int64_t>(pairs.size()), -1, 2});
}

torch::Tensor StackFaces(const std::vector<TrainingPair>& pairs) {
  std::vector<float> values;
  for (const TrainingPair& pair : pairs) values.push_back(pair.landmarks.empty() ? 0 : 1);
  return torch::tensor(values);
}

}  // namespace

TrainingBatch ToBatch(const std::vector<TrainingPair>& pairs, const torch::Device& device) {
  const auto kernel = [](const TrainingPair& pair) { return pair.degradation.kernel; };
  const auto structure = [](const TrainingPair& pair) { return pair.structure; };
  return {StackChips(pairs, &TrainingPair::blurred).to(device),
          StackChips(pairs, &TrainingPair::sharp).to(device),
          StackPlanes(pairs, kernel).to(device),
          StackPlanes(pairs, structure).unsqueeze(1).to(device),
          StackLandmarks(pairs).to(device),
          StackFaces(pairs).to(device)};
}

TrainingBatch RandomCrops(const TrainingBatch& batch, int size, Random* random) {
  std::vector<cv::Point> corners;
  const auto last = static_cast<int>(batch.sharp.size(-1)) - size;
  for (std::int64_t i = 0; i < batch.sharp.size(0); ++i) {
    const int x = random->Integer(0, last);
    corners.emplace_back(x, random->Integer(0, last));
  }
  const auto cut = [&](const torch::Tensor& images) {
    std::vector<torch::Tensor> crops;
    for (std::size_t i = 0; i < corners.size(); ++i) {
      const torch::Tensor image = images[static_cast<std::int64_t>(i)];
      crops.push_back(image.narrow(1, corners[i].y, size).narrow(2, corners[i].x, size));
    }
    return torch::stack(crops, 0).contiguous(torch::MemoryFormat::ChannelsLast);
  };
  return {cut(batch.blurred), cut(batch.sharp), batch.kernel, cut(batch.structure), {}, batch.face};
}

}  // namespace facedeblur
