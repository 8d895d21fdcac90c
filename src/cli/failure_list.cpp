#include "cli/failure_list.h"

#include <cstddef>

namespace facedeblur {
namespace {

constexpr std::size_t kMostShown = 5;

}  // namespace

void FailureList::Add(const std::filesystem::path& input, const std::string& why,
                      FailureKind kind) {
  ++count_;
  auto& list = kind == FailureKind::kUnreachable ? unreachable_ : others_;
  if (list.size() < kMostShown) list.push_back(input.string() + ": " + why);
}

std::vector<std::string> FailureList::Lines(const std::string& all) const {
  std::vector<std::string> lines = unreachable_;
  for (const std::string& line : others_) {
    if (lines.size() < kMostShown) lines.push_back(line);
  }
  if (count_ > lines.size()) {
    lines.push_back("and " + std::to_string(count_ - lines.size()) + " more; " + all);
  }
  return lines;
}

}  // namespace facedeblur
