#include "face/model_file_hash.h"

#include <utility>

#include "facedeblur/util/error.h"
#include "facedeblur/util/mapped_file.h"
#include "facedeblur/util/sha256.h"

namespace facedeblur {

ModelFileHash::Stamp::Stamp(const std::filesystem::path& file)
    : size(std::filesystem::file_size(file, error)),
      written(std::filesystem::last_write_time(file, error)) {}

ModelFileHash::ModelFileHash(std::filesystem::path file)
    : file_(std::move(file)), at_first_(file_) {}

std::string ModelFileHash::Sha256() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (sha256_.empty()) sha256_ = Hash();
  return sha256_;
}

std::string ModelFileHash::Hash() const {
  try {
    const MappedFile mapped(file_);
    const Stamp now(file_);
    if (now.size == at_first_.size && now.written == at_first_.written) {
      return facedeblur::Sha256(mapped.data(), mapped.size());
    }
  } catch (const Error& error) {
    throw Error(ErrorKind::kModel, file_.string() + ": " + error.what());
  }
  throw Error(ErrorKind::kModel, file_.string() + ": is no longer the file that was loaded");
}

}  // namespace facedeblur
