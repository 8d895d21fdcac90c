#include "facedeblur/backend/trainer_options.h"

#include <cmath>

#include "facedeblur/util/error.h"

namespace facedeblur {

void TrainerOptions::Validate() const {
  const auto require = [](bool holds, const char* message) {
    if (!holds) throw Error(ErrorKind::kUsage, message);
  };
  require(batch >= 1, "the batch must hold at least one pair");
  require(samples >= batch, "there must be pairs for at least one batch");
  require(crops >= 0 && crops <= 1, "the share of crops must be from 0 to 1");
  require(crops == 0 || (crop_size >= 1 && crop_size <= pairs.chip_size),
          "crops must be no larger than the chips that they are cut from");
  require(width > 0 && width <= 1, "the width must be above 0 and at most 1");
  require(threads >= 1 && loader_threads >= 1, "at least one thread is needed");
  require(validate_every >= 1 && validation_pairs >= 1, "validation needs pairs");
  require(ema >= 0 && ema < 1, "the average's decay must be from 0 to below 1");
  require(losses.kernel_steps >= 0 && losses.correction_steps >= 0 &&
              losses.kernel_steps + losses.correction_steps <= 1,
          "the shares of steps for the kernel must be from 0 to 1, together too");
  require(!losses.keep_estimate || losses.kernel_steps == 0,
          "--keep-estimate needs --kernel-steps 0: the first kernel estimate is kept or trained");
  require(losses.windows.empty() || network == NetworkId::kFaceLandmarks2,
          "--windows is for face-landmarks-2 alone");
  require(losses.balance >= 0 && losses.balance <= 1, "the balance must be from 0 to 1");
  require(losses.fourier >= 0 && losses.kernel >= 0 && losses.structure >= 0 && losses.feature >= 0,
          "the weights of the losses must be 0 or more");
  require(learning_rate >= 0 && std::isfinite(learning_rate),
          "the learning rate must be 0 or more");
  require(weight_decay >= 0 && std::isfinite(weight_decay), "the weight decay must be 0 or more");
  require(clip > 0, "the largest norm of the gradient must be above 0");
  require(warmup >= 1, "the warm-up must last at least one pair");
}

}  // namespace facedeblur
