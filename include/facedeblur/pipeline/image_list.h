#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "facedeblur/image/format.h"

namespace facedeblur {

/// One image to do.
struct PlannedImage {
  std::filesystem::path input;
  std::filesystem::path output;
  std::filesystem::path relative;  ///< path below the input folder, or the file's name
};

/// Where the outputs go.
struct OutputPlace {
  std::filesystem::path path;         ///< a folder; or the very file, of a single image; "-"
  bool is_file = false;               ///< `path` is the output itself
  std::optional<ImageFormat> format;  ///< forced: changes file extensions

  std::filesystem::path For(const std::filesystem::path& relative) const;
};

/// The images of a run, which may be hundreds of thousands: each takes 17 bytes and its name, and
/// its paths are put together when they are asked for.
class ImageList {
 public:
  explicit ImageList(OutputPlace output = {}) : output_(std::move(output)) {}

  /// Adds the file folder/name, which is called below/name among the outputs.
  void Add(const std::filesystem::path& folder, const std::filesystem::path& below,
           const std::string& name);
  /// Keeps those for which `wanted` is true, in their order.
  void KeepIf(const std::function<bool(const PlannedImage&)>& wanted);

  std::size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  PlannedImage operator[](std::size_t index) const;

  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = PlannedImage;
    using difference_type = std::ptrdiff_t;
    using pointer = const PlannedImage*;
    using reference = PlannedImage;

    Iterator(const ImageList* list, std::size_t index) : list_(list), index_(index) {}
    PlannedImage operator*() const { return (*list_)[index_]; }
    Iterator& operator++() {
      ++index_;
      return *this;
    }
    bool operator!=(const Iterator& other) const { return index_ != other.index_; }

   private:
    const ImageList* list_;
    std::size_t index_;
  };
  Iterator begin() const { return {this, 0}; }
  Iterator end() const { return {this, size()}; }

 private:
  struct Place {
    std::filesystem::path folder;
    std::filesystem::path below;
  };
  struct Entry {
    std::size_t place;
    std::size_t name;  ///< where its name begins in names_
  };

  OutputPlace output_;
  std::vector<Place> places_;
  std::vector<Entry> entries_;
  std::string names_;  ///< each ends in NUL, which no file name holds
};

}  // namespace facedeblur
