#include "facedeblur/eval/pair_table.h"

#include <array>
#include <cstdint>

#include "facedeblur/util/json.h"

namespace facedeblur {
namespace {

struct Column {
  const char* name;
  double (*value)(const PairScores& pair);
  bool (*is_known)(const PairScores& pair);
};

bool Always(const PairScores& /*pair*/) { return true; }
bool IsJudged(const PairScores& pair) { return pair.confidence >= 0; }

const std::array<Column, 19> kColumns = {{
    {"face", [](const PairScores& p) { return static_cast<double>(p.face); }, Always},
    {"kernel", [](const PairScores& p) { return static_cast<double>(p.kernel_size); },
     [](const PairScores& p) { return p.kernel_size > 0; }},
    {"psnr_blurred", [](const PairScores& p) { return p.Of(Method::kBlurred).chip.psnr; }, Always},
    {"psnr_restored", [](const PairScores& p) { return p.Of(Method::kRestored).chip.psnr; },
     Always},
    {"psnr_whole",
     [](const PairScores& p) { return p.Of(Method::kBlurred).chip.psnr + p.whole_gain; }, Always},
    {"psnr_blurred_best_shift",
     [](const PairScores& p) { return p.Of(Method::kBlurred).shifted.psnr; }, Always},
    {"psnr_restored_best_shift",
     [](const PairScores& p) { return p.Of(Method::kRestored).shifted.psnr; }, Always},
    {"ssim_blurred", [](const PairScores& p) { return p.Of(Method::kBlurred).chip.ssim; }, Always},
    {"ssim_restored", [](const PairScores& p) { return p.Of(Method::kRestored).chip.ssim; },
     Always},
    {"kernel_similarity", [](const PairScores& p) { return p.kernel_similarity; },
     [](const PairScores& p) { return p.kernel_similarity >= 0; }},
    {"identity_blurred", [](const PairScores& p) { return p.blurred_distance; },
     [](const PairScores& p) { return p.blurred_distance >= 0; }},
    {"identity_restored", [](const PairScores& p) { return p.restored_distance; },
     [](const PairScores& p) { return p.restored_distance >= 0; }},
    {"confidence", [](const PairScores& p) { return p.confidence; }, IsJudged},
    {"disagreement", [](const PairScores& p) { return p.evidence.disagreement; }, IsJudged},
    {"unexplained", [](const PairScores& p) { return p.evidence.unexplained; }, IsJudged},
    {"change", [](const PairScores& p) { return p.evidence.change; }, IsJudged},
    {"noise_gain", [](const PairScores& p) { return p.evidence.noise_gain; }, IsJudged},
    {"overshoot", [](const PairScores& p) { return p.evidence.overshoot; }, IsJudged},
    {"sparsity", [](const PairScores& p) { return p.evidence.sparsity; }, IsJudged},
}};

/// Whole numbers without a point.
std::string Written(double value) {
  const auto whole = static_cast<std::int64_t>(value);
  return static_cast<double>(whole) == value ? std::to_string(whole) : Json(value).dump();
}

/// In double quotes, those inside it doubled.
std::string Quoted(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

}  // namespace

std::string PairTable(const std::vector<EvaluatedSet>& sets) {
  std::string table = "set";
  for (const Column& column : kColumns) table += std::string(",") + column.name;
  table += '\n';
  for (const EvaluatedSet& set : sets) {
    for (const PairScores& pair : set.scores) {
      table += Quoted(set.name);
      for (const Column& column : kColumns) {
        table += ',';
        if (column.is_known(pair)) table += Written(column.value(pair));
      }
      table += '\n';
    }
  }
  return table;
}

}  // namespace facedeblur
