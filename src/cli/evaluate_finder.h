#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/option_binder.h"
#include "facedeblur/backend/load_network.h"
#include "facedeblur/eval/finder_report.h"

namespace facedeblur {

/// `evaluate --finder`: scores the search for faces instead of a network.
struct FinderOptions {
  bool enabled = false;
  FinderProtocol protocol;  ///< the seed apart
  DetectorOptions detector;
  std::filesystem::path plot;
  bool restore = false;  ///< the found faces, and score the landmarks that are read then
};

/// Binds these options; they go with none of the group `others`, which is bound already.
void BindFinder(CLI::App* app, const std::string& others, FinderOptions* options);

/// Scores the search in each of the folders. The network is what restores where the options want
/// that, and its folder is where the models are.
FinderReport ReportFinder(const std::vector<std::filesystem::path>& folders,
                          const FinderOptions& options, const NetworkRequest& network,
                          std::size_t threads);

}  // namespace facedeblur
