#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>

#include "facedeblur/dataset/training_pair.h"
#include "facedeblur/restore/compute_device.h"

namespace facedeblur {

/// Weights of the parts of the loss.
struct LossOptions {
  double fourier = 0.05;
  double kernel = 0.02;
  double kernel_steps = 0.5;  ///< share of steps that train only the kernel estimate
  double structure = 2;       ///< extra weight of eyes, brows, nose and mouth in the pixel loss
  double feature = 0.05;      ///< of the features' differences, where `features` names a network
  std::filesystem::path features;  ///< Keras's VGG16 or VGG19, or our landmark network; or none
};

struct TrainerOptions {
  std::string network = "face-wiener-1";
  LossOptions losses;
  PairOptions pairs;
  std::uint64_t seed = 1;
  std::int64_t samples =
      50'000;  ///< pairs to train on in all; the learning rate falls to 0 over them
  int batch = 8;
  double learning_rate = 5e-4;
  double weight_decay = 1e-4;
  std::int64_t warmup = 800;  ///< pairs over which the learning rate rises
  double clip = 0.5;          ///< largest norm of the gradient
  double ema = 0.998;         ///< decay of the averaged weights, per step
  /// Of the convolutions: "fp32", "bf16", or "auto": bf16 where the processor has it. Losses,
  /// weights and optimizer are fp32 always.
  std::string precision = "auto";
  int threads = 2;  ///< of LibTorch's operations
  int loader_threads = 1;
  std::int64_t validate_every = 4'000;  ///< pairs
  std::int64_t validation_pairs = 128;
  std::filesystem::path output;  ///< folder for weights, state, log and plots
  std::filesystem::path init;    ///< weights to start from; empty: fresh ones
  std::string training_note;     ///< goes into the model file: what the data was
  std::string license_note;      ///< goes into the model file: terms of the weights
};

/// How pairs are drawn for a network: chips of its size with blur in its range.
PairOptions DefaultPairs(const std::string& network);

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

/// Trains a network on pairs drawn on the fly. Resumes from `output`/state.pt where there is one,
/// and goes on exactly as if it had not stopped. Writes `output`/weights.h5 (averaged weights),
/// best.h5 (the best on validation), log.jsonl, and loss.png, kernel.png, psnr.png and examples.png
/// to look at. Weights of the face networks are stored in half precision with a self-test, those of
/// the reference network as Keras stores them.
/// `stop` is asked after each step; the state is saved then.
/// Throws Error: kUsage for options that do not fit the network, kModel for unusable initial
/// weights or features, kOutput when files cannot be written, kInput when the loss is not a number
/// for 20 steps on end, kDevice when memory runs out.
void Train(const FaceSet& training, const FaceSet& validation, const TrainerOptions& options,
           const ComputeDevice& device,
           const std::function<void(const TrainingProgress&)>& on_progress,
           const std::function<bool()>& stop);

}  // namespace facedeblur
