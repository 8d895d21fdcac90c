#include "dataset/landmark_cache.h"

#include <algorithm>
#include <iomanip>
#include <sstream>
#include <utility>

#include "facedeblur/util/file_io.h"

namespace facedeblur {

LandmarkCache::LandmarkCache(std::filesystem::path file, std::string detector)
    : file_(std::move(file)), detector_(std::move(detector)) {
  std::error_code error;
  if (file_.empty() || !std::filesystem::exists(file_, error)) return;
  const Bytes bytes = ReadNamedFile(file_);
  std::istringstream lines(std::string(bytes.begin(), bytes.end()));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string key;
    words >> key;
    Landmarks& landmarks = entries_[key];
    for (cv::Point2f point; words >> point.x >> point.y;) landmarks.push_back(point);
    if (!landmarks.empty() && landmarks.size() != kLandmarkCount) entries_.erase(key);
  }
}

std::string LandmarkCache::Key(const std::filesystem::path& path) const {
  std::error_code error;
  std::string name = path.string();
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return c <= ' '; }, '?');
  return detector_ + ":" + std::to_string(std::filesystem::file_size(path, error)) + ":" + name;
}

std::optional<Landmarks> LandmarkCache::Find(const std::string& key) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = entries_.find(key);
  if (found == entries_.end()) return std::nullopt;
  return found->second;
}

void LandmarkCache::Add(const std::string& key, const Landmarks& landmarks) {
  const std::lock_guard<std::mutex> lock(mutex_);
  entries_[key] = landmarks;
  changed_ = true;
}

void LandmarkCache::Save() const {
  if (file_.empty() || !changed_) return;
  std::ostringstream text;
  text << std::setprecision(9);  // floats come back as they were
  for (const auto& [key, landmarks] : entries_) {
    text << key;
    for (const auto& point : landmarks) text << ' ' << point.x << ' ' << point.y;
    text << '\n';
  }
  const std::string all = text.str();
  WriteFileAtomically(file_, Bytes(all.begin(), all.end()), Clobber::kReplace);
}

}  // namespace facedeblur
