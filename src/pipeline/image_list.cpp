#include "facedeblur/pipeline/image_list.h"

#include <utility>

namespace facedeblur {
namespace fs = std::filesystem;

fs::path OutputPlace::For(const fs::path& relative) const {
  if (is_file) return path;
  fs::path output = path / relative;
  if (format && FormatFromExtension(output) != format) {
    output.replace_extension(FormatExtension(*format));
  }
  return output;
}

void ImageList::Add(const fs::path& folder, const fs::path& below, const std::string& name) {
  if (places_.empty() || places_.back().folder != folder || places_.back().below != below) {
    places_.push_back({folder, below});
  }
  entries_.push_back({places_.size() - 1, names_.size()});
  names_ += name;
  names_ += '\0';
}

PlannedImage ImageList::operator[](std::size_t index) const {
  const Entry& entry = entries_[index];
  const Place& place = places_[entry.place];
  const char* name = names_.c_str() + entry.name;
  fs::path relative = place.below / name;
  fs::path output = output_.For(relative);
  return {place.folder / name, std::move(output), std::move(relative)};
}

void ImageList::KeepIf(const std::function<bool(const PlannedImage&)>& wanted) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (wanted((*this)[i])) entries_[kept++] = entries_[i];
  }
  entries_.resize(kept);
}

}  // namespace facedeblur
