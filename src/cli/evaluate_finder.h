#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/option_binder.h"
#include "facedeblur/eval/finder_report.h"

namespace facedeblur {

/// `evaluate --finder`: scores the search for faces instead of a network.
struct FinderOptions {
  bool enabled = false;
  FinderProtocol protocol;  ///< the seed apart
  DetectorOptions detector;
  std::filesystem::path plot;
};

/// Binds these options; they go with none of the group `others`, which is bound already.
void BindFinder(CLI::App* app, const std::string& others, FinderOptions* options);

/// Scores the search in each of the folders.
FinderReport ReportFinder(const std::vector<std::filesystem::path>& folders,
                          const FinderOptions& options, const std::filesystem::path& models,
                          std::size_t threads);

}  // namespace facedeblur
