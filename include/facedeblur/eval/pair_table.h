#pragma once

#include <string>
#include <vector>

#include "facedeblur/eval/report.h"

namespace facedeblur {

/// Comma-separated values (RFC 4180): a head, and a line for each pair. What is not known is empty.
/// PSNR is over the chip, in dB; "psnr_whole" is that of all of the change, whatever the
/// confidence.
std::string PairTable(const std::vector<EvaluatedSet>& sets);

}  // namespace facedeblur
