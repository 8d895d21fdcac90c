#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "facedeblur/dataset/training_pair.h"
#include "facedeblur/restore/compute_device.h"
#include "facedeblur/weights/networks.h"
#include "facedeblur/weights/weights_notes.h"

namespace facedeblur {

/// Weights of the parts of the loss.
struct LossOptions {
  double fourier = 0.05;
  double kernel = 0.02;
  double kernel_steps = 0.5;    ///< share of steps that train only the first kernel estimate
  bool keep_estimate = false;   ///< whether the first kernel estimate is left as it is
  double correction_steps = 0;  ///< share that train only its correction, where the network has one
  double structure = 2;         ///< extra weight of eyes, brows, nose and mouth in the pixel loss
  /// How far a pair that is nearly right counts as much as one that is far off, 0 to 1: see
  /// BalanceWeights().
  double balance = 0;
  double feature = 0.05;  ///< of the features' differences, where there is a feature network
  /// Keras's VGG16 or VGG19, or our landmark network; or none.
  std::filesystem::path feature_network;
  /// Folder of window_folder.h: windows that the landmark network learns to tell apart; or none.
  std::filesystem::path windows;
};

/// How weights move along their gradients.
enum class Optimizer {
  kAdamW,
  kMuon,  ///< of layers' weights; AdamW of biases and the like
};

struct TrainerOptions {
  NetworkId network = NetworkId::kFaceWiener1;
  LossOptions losses;
  PairOptions pairs;
  std::uint64_t seed = 1;
  std::int64_t samples = 50'000;  ///< pairs in all; over them the learning rate falls to 0
  int batch = 8;                  ///< pairs per step
  double crops = 0;               ///< share of the pairs, the first ones, that are trained on crops
  int crop_size = 32;             ///< of these, pixels
  double width = 1;               ///< share of each layer's channels that is trained
  Optimizer optimizer = Optimizer::kAdamW;
  double learning_rate = 5e-4;
  double weight_decay = 1e-4;
  std::int64_t warmup = 800;               ///< pairs over which the learning rate rises
  double clip = 0.5;                       ///< largest norm of the gradient
  double ema = 0.998;                      ///< decay of the averaged weights, per step
  Precision precision = Precision::kAuto;  ///< of convolutions; all else is fp32
  int threads = 2;                         ///< of LibTorch's operations
  int loader_threads = 1;                  ///< that draw pairs
  std::int64_t validate_every = 4'000;     ///< pairs
  std::int64_t validation_pairs = 128;
  std::filesystem::path output;  ///< folder for weights, state, log and plots
  std::filesystem::path init;    ///< weights to start from; empty: fresh ones
  WeightsNotes notes;            ///< for the weights file

  /// Throws Error(kUsage) for values out of range.
  void Validate() const;
};

/// One line of progress.
struct TrainingProgress {
  std::int64_t samples = 0;
  /// Means since the last report, of the steps that had them: "loss" is what is minimised, the
  /// others are its terms before their weights.
  std::map<std::string, double> losses;
  double samples_per_second = 0;
  double learning_rate = 0;
  /// By the averaged weights on the validation pairs; empty between validations.
  std::map<std::string, double> validation_losses;
  double blurred_psnr = 0;   ///< of the validation pairs, dB, over the chip; 0: not known
  double restored_psnr = 0;  ///< by the averaged weights; 0 of a network that restores nothing
};

}  // namespace facedeblur
