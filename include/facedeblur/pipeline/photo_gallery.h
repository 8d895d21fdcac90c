#pragma once

#include <filesystem>
#include <opencv2/core.hpp>
#include <vector>

#include "facedeblur/image/image.h"
#include "facedeblur/pipeline/batch_report.h"
#include "facedeblur/pipeline/image_processor.h"
#include "facedeblur/util/json.h"

namespace facedeblur {

/// Writes the images of a restored photo to a gallery: `before` and `after` it was restored, and
/// its faces with their blur kernels. Throws Error(kOutput).
void WriteGalleryImages(const std::filesystem::path& gallery, const std::filesystem::path& photo,
                        const cv::Mat& before, const Image& after,
                        const std::vector<FaceTask>& faces);

/// Writes the small image of a photo that is not restored, for it has no face. Throws
/// Error(kOutput).
void WriteGalleryThumb(const std::filesystem::path& gallery, const std::filesystem::path& photo,
                       const Image& image);

/// What a gallery shows of a photo: most of its line of the report, and which images there are.
Json GalleryEntry(const ImageRecord& record);

}  // namespace facedeblur
