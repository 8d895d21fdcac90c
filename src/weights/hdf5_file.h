#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "facedeblur/util/file_io.h"
#include "facedeblur/weights/tensor.h"

namespace facedeblur {

/// An HDF5 file held in memory: what the weights readers and writers need of HDF5, and nothing
/// else. Object paths are absolute or relative to the root ("/selftest/input"). Every failure
/// throws Error(kModel) with one line. Not for use from several threads at once.
class Hdf5File {
 public:
  /// Opens file content. Throws for anything that is not HDF5, or is truncated.
  static Hdf5File Open(Bytes bytes);
  /// Starts an empty file.
  static Hdf5File Create();

  Hdf5File(Hdf5File&& other) noexcept;
  Hdf5File& operator=(Hdf5File&&) = delete;
  ~Hdf5File();

  bool HasObject(const std::string& path) const;
  /// Names of the datasets and groups in a group, in alphabetical order (HDF5 keeps no other).
  std::vector<std::string> ListGroup(const std::string& group) const;

  bool HasAttribute(const std::string& object, const std::string& name) const;
  /// A string attribute, fixed or variable length; nothing when it is absent. Throws for numbers.
  std::optional<std::string> ReadString(const std::string& object, const std::string& name) const;
  /// An array of strings. An empty array may be of any type: Keras writes those as zero floats.
  std::vector<std::string> ReadStrings(const std::string& object, const std::string& name) const;
  std::optional<double> ReadNumber(const std::string& object, const std::string& name) const;
  /// A dataset of any number type, converted to float.
  Tensor ReadTensor(const std::string& path) const;

  void WriteString(const std::string& object, const std::string& name, const std::string& value);
  void WriteStrings(const std::string& object, const std::string& name,
                    const std::vector<std::string>& values);
  void WriteNumber(const std::string& object, const std::string& name, double value);
  /// How a dataset's numbers are stored.
  enum class Storage { kFloat32, kFloat16, kUint8 };
  /// Missing groups in `path` are created.
  void WriteTensor(const std::string& path, const Tensor& tensor, Storage storage);
  void CreateGroup(const std::string& path);

  /// The finished file.
  Bytes Serialize();

 private:
  explicit Hdf5File(std::int64_t file) : file_(file) {}
  std::int64_t file_;  // an hid_t; hdf5.h stays out of this header
};

}  // namespace facedeblur
