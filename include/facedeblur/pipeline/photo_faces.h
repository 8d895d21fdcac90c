#pragma once

#include <opencv2/core.hpp>
#include <vector>

#include "facedeblur/face/detector.h"
#include "facedeblur/pipeline/process_options.h"
#include "facedeblur/restore/restorer.h"
#include "facedeblur/util/task_pool.h"

namespace facedeblur {

/// Restores one image in memory, in place and as far around its faces as `process` says, by the
/// steps that a batch sends its images through, and so with the same pixels. `detector` may be null
/// where the whole image is the face. `pool` does the work, and several images may share it.
/// Returns the faces that were restored. Throws Error(kInput), Error(kDevice) when one of them
/// cannot be; no pixel has changed then.
std::vector<DetectedFace> RestoreFacesOf(const FaceDetector* detector, const FaceRestorer& restorer,
                                         const ProcessOptions& process, TaskPool* pool,
                                         cv::Mat* pixels);

}  // namespace facedeblur
