#pragma once

#include <cstddef>
#include <filesystem>

#include "facedeblur/face/detector.h"
#include "facedeblur/finder/train_finder.h"

// Windows that the search is in doubt about (window_search.h), as pictures: what a network that
// tells faces must learn to tell apart. PNGs, grey, each a first network's chip (64 pixels, see
// landmark_network_spec.h) with a margin, so that whoever learns from them may shift it.
namespace facedeblur {

inline constexpr int kWindowMargin = 12;  ///< pixels on every side of the chip

/// Folders of windows that show a face, and of those that show none.
inline constexpr char kFaceWindows[] = "faces";
inline constexpr char kOtherWindows[] = "others";

struct WindowCounts {
  std::size_t photos = 0;  ///< with faces
  std::size_t faces = 0;   ///< windows that show one
  std::size_t others = 0;  ///< windows that show none
};

/// Writes the doubtful windows of blurred copies of photos, of these with their faces covered, and
/// of a third as many made-up pictures, into two folders of `folder`. Windows that show a face in
/// part are left out. The search is dlib's with the sub-detectors of the options. Where the options
/// have landmark networks, too, what these take for a face at all is written once more, as they
/// place it. The same options give the same files, whatever the number of threads;
/// names begin with the seed, so that runs with other seeds add to the folder. Throws Error(kInput)
/// where no photo shows a face and where it was stopped, Error(kOutput) where a file cannot be
/// written.
WindowCounts WriteWindows(const FinderTrainingOptions& options, const FaceDetector& detector,
                          const std::filesystem::path& folder);

}  // namespace facedeblur
