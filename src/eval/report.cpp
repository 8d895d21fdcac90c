#include "facedeblur/eval/report.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "facedeblur/util/json.h"
#include "facedeblur/util/text.h"

namespace facedeblur {
namespace {

constexpr std::uint64_t kBootstrapSeed = 7;

enum class Region { kChip, kFace, kShifted };

MeanScore MeanOf(const std::vector<PairScores>& pairs, Method method, Region region) {
  return Summarize(
      pairs,
      [method, region](const PairScores& pair) {
        const MethodScores& s = pair.Of(method);
        return region == Region::kChip ? s.chip : region == Region::kFace ? s.face : s.shifted;
      },
      kBootstrapSeed);
}

bool Known(const std::vector<PairScores>& pairs, Method method) {
  return !pairs.empty() && pairs.front().Of(method).known;
}

std::map<int, std::vector<PairScores>> ByKernelSize(const std::vector<PairScores>& pairs) {
  std::map<int, std::vector<PairScores>> sizes;
  for (const PairScores& pair : pairs) {
    if (pair.kernel_size > 0) sizes[pair.kernel_size].push_back(pair);
  }
  return sizes;
}

std::optional<double> MeanKernelSimilarity(const std::vector<PairScores>& pairs) {
  double sum = 0;
  int count = 0;
  for (const PairScores& pair : pairs) {
    if (pair.kernel_similarity < 0) continue;
    sum += pair.kernel_similarity;
    ++count;
  }
  if (count == 0) return std::nullopt;
  return sum / count;
}

/// Mean distances from the sharp faces as persons, and the share of faces that came nearer.
struct IdentitySummary {
  double blurred = 0;
  double restored = 0;
  double nearer = 0;
};

std::optional<IdentitySummary> SummarizeIdentity(const std::vector<PairScores>& pairs) {
  IdentitySummary sum;
  double count = 0;
  for (const PairScores& pair : pairs) {
    if (pair.blurred_distance < 0) continue;
    sum.blurred += pair.blurred_distance;
    sum.restored += pair.restored_distance;
    sum.nearer += pair.restored_distance < pair.blurred_distance ? 1 : 0;
    ++count;
  }
  if (count == 0) return std::nullopt;
  return IdentitySummary{sum.blurred / count, sum.restored / count, sum.nearer / count};
}

std::string IdentityLine(const IdentitySummary& identity) {
  return "identity: distance from the sharp face " + Fixed(identity.blurred, 3) + " blurred, " +
         Fixed(identity.restored, 3) + " restored; " + Fixed(100 * identity.nearer, 1) +
         " % came nearer\n";
}

/// Restorations of about one confidence.
struct ConfidenceBin {
  double from;
  double to;  // not in it
  int pairs = 0;
  double confidence = 0;  // means
  double nearer = 0;
  double gain = 0;
};

std::vector<ConfidenceBin> ByConfidence(const std::vector<PairScores>& pairs) {
  std::vector<ConfidenceBin> bins = {{0, 0.4}, {0.4, 0.7}, {0.7, 0.85}, {0.85, 0.95}, {0.95, 1.01}};
  for (const PairScores& pair : pairs) {
    for (ConfidenceBin& bin : bins) {
      if (pair.confidence < bin.from || pair.confidence >= bin.to) continue;
      ++bin.pairs;
      bin.confidence += pair.confidence;
      bin.nearer += pair.whole_gain > 0 ? 1 : 0;
      bin.gain += pair.whole_gain;
    }
  }
  for (ConfidenceBin& bin : bins) {
    const double count = std::max(bin.pairs, 1);
    bin.confidence /= count;
    bin.nearer /= count;
    bin.gain /= count;
  }
  const auto empty = [](const ConfidenceBin& bin) { return bin.pairs == 0; };
  bins.erase(std::remove_if(bins.begin(), bins.end(), empty), bins.end());
  return bins;
}

double MillisecondsPerFace(const std::vector<PairScores>& pairs) {
  double sum = 0;
  for (const PairScores& pair : pairs) sum += pair.seconds;
  return pairs.empty() ? 0 : 1000 * sum / static_cast<double>(pairs.size());
}

using Table = std::vector<std::vector<std::string>>;

Table MethodTable(const std::vector<PairScores>& pairs) {
  Table table = {{"", "PSNR, dB", "95 % interval", "SSIM", "PSNR, face", "SSIM, face",
                  "PSNR, best shift", "SSIM, best shift"}};
  for (std::size_t i = 0; i < kMethodCount; ++i) {
    const auto method = static_cast<Method>(i);
    if (!Known(pairs, method)) continue;
    const MeanScore chip = MeanOf(pairs, method, Region::kChip);
    const MeanScore face = MeanOf(pairs, method, Region::kFace);
    std::vector<std::string> row = {kMethods[i].title,
                                    Fixed(chip.mean.psnr, 2),
                                    Fixed(chip.psnr_low, 2) + " to " + Fixed(chip.psnr_high, 2),
                                    Fixed(chip.mean.ssim, 3),
                                    Fixed(face.mean.psnr, 2),
                                    Fixed(face.mean.ssim, 3),
                                    "",
                                    ""};
    if (!kMethods[i].is_baseline) {
      const MeanScore shifted = MeanOf(pairs, method, Region::kShifted);
      row[6] = Fixed(shifted.mean.psnr, 2);
      row[7] = Fixed(shifted.mean.ssim, 3);
    }
    table.push_back(row);
  }
  return table;
}

Table KernelTable(const std::vector<PairScores>& pairs) {
  Table table = {{"kernel, px", "blurred, dB", "restored, dB", "kernel similarity"}};
  for (const auto& [size, some] : ByKernelSize(pairs)) {
    const auto similarity = MeanKernelSimilarity(some);
    table.push_back({std::to_string(size),
                     Fixed(MeanOf(some, Method::kBlurred, Region::kChip).mean.psnr, 2),
                     Fixed(MeanOf(some, Method::kRestored, Region::kChip).mean.psnr, 2),
                     similarity ? Fixed(*similarity, 3) : ""});
  }
  return table;
}

/// What the network's own restorations would gain, before those not believed are taken back.
Table ConfidenceTable(const std::vector<PairScores>& pairs) {
  Table table = {{"confidence, mean", "pairs", "nearer to the sharp face, %", "gain, dB"}};
  for (const ConfidenceBin& bin : ByConfidence(pairs)) {
    table.push_back({Fixed(bin.confidence, 2), std::to_string(bin.pairs),
                     Fixed(100 * bin.nearer, 1), Fixed(bin.gain, 2)});
  }
  return table;
}

std::string TextTable(const Table& table) { return AlignedTable(table, /*last_left=*/false); }

template <typename ToTable>
std::string Report(const std::vector<EvaluatedSet>& sets, const std::string& weights,
                   const char* heading, const ToTable& to_table) {
  std::string text = "weights: " + weights + "\n";
  for (const EvaluatedSet& set : sets) {
    text += "\n" + std::string(heading) + set.name + "\n\n" + set.protocol + "; " +
            std::to_string(set.faces) + " faces, " + std::to_string(set.scores.size()) +
            " pairs\n\n" + to_table(MethodTable(set.scores));
    const Table kernels = KernelTable(set.scores);
    if (kernels.size() > 1) text += "\n" + to_table(kernels);
    const Table confidences = ConfidenceTable(set.scores);
    if (confidences.size() > 1) text += "\n" + to_table(confidences);
    if (const auto identity = SummarizeIdentity(set.scores)) {
      text += "\n" + IdentityLine(*identity);
    }
    if (const auto similarity = MeanKernelSimilarity(set.scores)) {
      text += "\nkernel similarity " + Fixed(*similarity, 3) + "; ";
    } else {
      text += "\n";
    }
    text += Fixed(MillisecondsPerFace(set.scores), 0) + " ms for each face\n";
  }
  return text;
}

Json ToJson(const MeanScore& score) {
  return {{"psnr", score.mean.psnr},
          {"psnr_low", score.psnr_low},
          {"psnr_high", score.psnr_high},
          {"ssim", score.mean.ssim}};
}

Json MethodsJson(const std::vector<PairScores>& pairs) {
  Json methods = Json::object();
  for (std::size_t i = 0; i < kMethodCount; ++i) {
    const auto method = static_cast<Method>(i);
    if (!Known(pairs, method)) continue;
    Json& scores = methods[kMethods[i].key];
    scores["chip"] = ToJson(MeanOf(pairs, method, Region::kChip));
    scores["face"] = ToJson(MeanOf(pairs, method, Region::kFace));
    if (!kMethods[i].is_baseline) {
      scores["best_shift"] = ToJson(MeanOf(pairs, method, Region::kShifted));
    }
  }
  return methods;
}

void AddKernelSimilarity(const std::vector<PairScores>& pairs, Json* json) {
  if (const auto similarity = MeanKernelSimilarity(pairs)) {
    (*json)["kernel_similarity"] = *similarity;
  }
}

Json ToJson(const EvaluatedSet& set) {
  Json json = {{"name", set.name},
               {"protocol", set.protocol},
               {"faces", set.faces},
               {"pairs", set.scores.size()},
               {"methods", MethodsJson(set.scores)},
               {"kernel_sizes", Json::array()},
               {"confidence", Json::array()}};
  for (const ConfidenceBin& bin : ByConfidence(set.scores)) {
    json["confidence"].push_back({{"mean", bin.confidence},
                                  {"pairs", bin.pairs},
                                  {"nearer", bin.nearer},
                                  {"gain", bin.gain}});
  }
  for (const auto& [size, some] : ByKernelSize(set.scores)) {
    Json row = {{"kernel", size}, {"methods", MethodsJson(some)}};
    AddKernelSimilarity(some, &row);
    json["kernel_sizes"].push_back(std::move(row));
  }
  AddKernelSimilarity(set.scores, &json);
  if (const auto identity = SummarizeIdentity(set.scores)) {
    json["identity"] = {{"blurred", identity->blurred},
                        {"restored", identity->restored},
                        {"nearer", identity->nearer}};
  }
  json["milliseconds_per_face"] = MillisecondsPerFace(set.scores);
  return json;
}

}  // namespace

std::string TextReport(const std::vector<EvaluatedSet>& sets, const std::string& weights) {
  return Report(sets, weights, "", TextTable);
}

std::string MarkdownReport(const std::vector<EvaluatedSet>& sets, const std::string& weights) {
  return Report(sets, weights, "### ", MarkdownTable);
}

std::string JsonReport(const std::vector<EvaluatedSet>& sets, const std::string& weights) {
  Json json = {{"weights", weights}, {"sets", Json::array()}};
  for (const EvaluatedSet& set : sets) json["sets"].push_back(ToJson(set));
  return ToJsonLine(json) + "\n";
}

}  // namespace facedeblur
