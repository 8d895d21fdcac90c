#include "facedeblur/pipeline/photo_gallery.h"

#include <cstddef>

#include "facedeblur/gallery/gallery_images.h"
#include "facedeblur/pipeline/json_report.h"

namespace facedeblur {
namespace fs = std::filesystem;
namespace {

/// A grey photo has the profile of a grey image, which does not fit its chips.
Metadata ColoursOf(const Image& image) {
  return image.pixels.channels() == 1 ? Metadata() : image.metadata.OnlyIcc();
}

/// Names of the images that were written above.
Json ViewsOf(Outcome outcome) {
  switch (outcome) {
    case Outcome::kRestored:
      return {"before", "after"};
    case Outcome::kCopied:
    case Outcome::kSkippedNoFace:
      return Json::array({"before"});
    case Outcome::kSkippedExisting:
    case Outcome::kFailed:
      break;
  }
  return Json::array();
}

}  // namespace

void WriteGalleryImages(const fs::path& gallery, const fs::path& photo, const cv::Mat& before,
                        const Image& after, const std::vector<FaceTask>& faces) {
  const GalleryImages images(gallery, photo, AccessOf(photo), ColoursOf(after));
  images.WritePhoto("before", before);
  images.WritePhoto("after", after.pixels);
  for (std::size_t i = 0; i < faces.size(); ++i) {
    const int number = static_cast<int>(i) + 1;
    const FaceTask& face = faces[i];
    images.WriteFace(number, "before", face.before);
    images.WriteFace(number, "after", face.after);
    images.WriteKernel(number, face.blur.kernel);
  }
}

void WriteGalleryThumb(const fs::path& gallery, const fs::path& photo, const Image& image) {
  const GalleryImages images(gallery, photo, AccessOf(photo), ColoursOf(image));
  images.WriteThumb("before", image.pixels);
}

Json GalleryEntry(const ImageRecord& record) {
  Json entry = Json::parse(RecordJson(record));
  entry["id"] = GalleryId(record.input);
  entry["views"] = ViewsOf(record.outcome);
  entry["full"] = record.outcome == Outcome::kRestored;
  entry.erase("seconds");
  for (std::size_t i = 0; i < record.face_records.size(); ++i) {
    entry["faces"][i].erase("landmarks");
    const double radius = record.face_records[i].kernel_radius;
    if (radius > 0) entry["faces"][i]["kernel_radius"] = radius;
  }
  return entry;
}

}  // namespace facedeblur
