#include "weights/hdf5_file.h"

#include <hdf5.h>

#include <algorithm>
#include <cstdint>
#include <opencv2/core.hpp>
#include <utility>

#include "facedeblur/util/error.h"

namespace facedeblur {
namespace {

/// Far above any network here, far below what a damaged header may claim.
constexpr std::int64_t kMaxElements = 1LL << 28;

[[noreturn]] void Fail(const std::string& message) { throw Error(ErrorKind::kModel, message); }

/// Owns an HDF5 handle of any kind.
class Handle {
 public:
  Handle(hid_t id, herr_t (*close)(hid_t), const std::string& what) : id_(id), close_(close) {
    if (id_ < 0) Fail("cannot access " + what);
  }
  ~Handle() { close_(id_); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  operator hid_t() const { return id_; }  // NOLINT(google-explicit-constructor): reads as the C API

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

void Require(herr_t status, const std::string& what) {
  if (status < 0) Fail("cannot access " + what);
}

/// HDF5 prints every error to standard error unless told not to, per thread.
void SilenceErrors() { H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr); }

Handle MemoryAccess() {
  constexpr std::size_t kIncrement = 1 << 20;
  const hid_t list = H5Pcreate(H5P_FILE_ACCESS);
  H5Pset_fapl_core(list, kIncrement, /*backing_store=*/0);
  return {list, H5Pclose, "HDF5"};
}

/// IEEE 754 binary16, which HDF5 converts from and to float by itself.
Handle HalfType() {
  const hid_t type = H5Tcopy(H5T_IEEE_F32LE);
  H5Tset_fields(type, /*sign=*/15, /*exponent=*/10, 5, /*mantissa=*/0, 10);
  H5Tset_size(type, 2);
  H5Tset_ebias(type, 15);
  return {type, H5Tclose, "HDF5"};
}

/// HDF5 1.10 converts half precision bit by bit: a fifth of a second for the default weights.
void ReadHalves(hid_t dataset, const std::string& path, std::vector<float>* values) {
  std::vector<std::uint16_t> halves(values->size());
  Require(H5Dread(dataset, HalfType(), H5S_ALL, H5S_ALL, H5P_DEFAULT, halves.data()), path);
  if (halves.empty()) return;
  const auto count = static_cast<int>(halves.size());  // at most kMaxElements
  cv::Mat converted(1, count, CV_32F, values->data());
  cv::Mat(1, count, CV_16F, halves.data()).convertTo(converted, CV_32F);
}

std::vector<hsize_t> Dimensions(hid_t space) {
  const int rank = H5Sget_simple_extent_ndims(space);
  if (rank < 0 || rank > 8) Fail("a data set has an unusable shape");
  std::vector<hsize_t> dimensions(static_cast<std::size_t>(rank));
  if (rank > 0) Require(H5Sget_simple_extent_dims(space, dimensions.data(), nullptr), "a shape");
  return dimensions;
}

std::string StripPadding(std::string text) {
  const auto end = text.find('\0');
  if (end != std::string::npos) text.resize(end);
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

std::vector<std::string> ReadVariableStrings(hid_t attribute, hid_t type, hid_t space,
                                             std::size_t count) {
  std::vector<char*> raw(count, nullptr);
  Require(H5Aread(attribute, type, raw.data()), "a string attribute");
  std::vector<std::string> strings;
  for (const char* text : raw) strings.emplace_back(text != nullptr ? text : "");
  H5Dvlen_reclaim(type, space, H5P_DEFAULT, raw.data());
  return strings;
}

std::vector<std::string> ReadFixedStrings(hid_t attribute, hid_t type, std::size_t count) {
  const std::size_t length = H5Tget_size(type);
  if (length == 0 || length > 1 << 20) Fail("a string attribute has an unusable length");
  std::string raw(length * count, '\0');
  Require(H5Aread(attribute, type, raw.data()), "a string attribute");
  std::vector<std::string> strings;
  for (std::size_t i = 0; i < count; ++i) {
    strings.push_back(StripPadding(raw.substr(i * length, length)));
  }
  return strings;
}

}  // namespace

Hdf5File Hdf5File::Open(Bytes bytes) {
  SilenceErrors();
  constexpr unsigned char kSignature[] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1A, '\n'};
  if (bytes.size() < sizeof kSignature ||
      !std::equal(std::begin(kSignature), std::end(kSignature), bytes.begin())) {
    Fail("not an HDF5 file");
  }
  const Handle access = MemoryAccess();
  Require(H5Pset_file_image(access, bytes.data(), bytes.size()), "the file");
  const hid_t file = H5Fopen("weights", H5F_ACC_RDONLY, access);
  if (file < 0) Fail("damaged or truncated HDF5 file");
  return Hdf5File(file);
}

Hdf5File Hdf5File::Create() {
  SilenceErrors();
  const Handle access = MemoryAccess();
  const hid_t file = H5Fcreate("weights", H5F_ACC_TRUNC, H5P_DEFAULT, access);
  if (file < 0) Fail("cannot create an HDF5 file in memory");
  return Hdf5File(file);
}

Hdf5File::Hdf5File(Hdf5File&& other) noexcept : file_(std::exchange(other.file_, -1)) {}

Hdf5File::~Hdf5File() {
  if (file_ >= 0) H5Fclose(file_);
}

bool Hdf5File::HasObject(const std::string& path) const {
  // H5Lexists wants every step of the path to exist, so walk down.
  for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
    const std::string step = path.substr(0, end);
    if (step != "/" && H5Lexists(file_, step.c_str(), H5P_DEFAULT) <= 0) return false;
    if (end == std::string::npos) return true;
  }
}

std::vector<std::string> Hdf5File::ListGroup(const std::string& group) const {
  const Handle handle(H5Gopen2(file_, group.c_str(), H5P_DEFAULT), H5Gclose, group);
  std::vector<std::string> names;
  const auto collect = [](hid_t, const char* name, const H5L_info_t*, void* out) -> herr_t {
    static_cast<std::vector<std::string>*>(out)->emplace_back(name);
    return 0;
  };
  Require(H5Literate(handle, H5_INDEX_NAME, H5_ITER_INC, nullptr, collect, &names), group);
  return names;
}

bool Hdf5File::HasAttribute(const std::string& object, const std::string& name) const {
  return H5Aexists_by_name(file_, object.c_str(), name.c_str(), H5P_DEFAULT) > 0;
}

std::optional<std::string> Hdf5File::ReadString(const std::string& object,
                                                const std::string& name) const {
  if (!HasAttribute(object, name)) return std::nullopt;
  const std::vector<std::string> strings = ReadStrings(object, name);
  if (strings.size() != 1) return std::nullopt;
  return strings.front();
}

std::vector<std::string> Hdf5File::ReadStrings(const std::string& object,
                                               const std::string& name) const {
  const std::string what = "attribute " + name + " of " + object;
  const Handle attribute(
      H5Aopen_by_name(file_, object.c_str(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose,
      what);
  const Handle space(H5Aget_space(attribute), H5Sclose, what);
  const hssize_t count = H5Sget_simple_extent_npoints(space);
  if (count < 0 || count > 1 << 20) Fail("cannot access " + what);
  if (count == 0) return {};
  const Handle type(H5Aget_type(attribute), H5Tclose, what);
  if (H5Tget_class(type) != H5T_STRING) Fail(what + " holds no text");
  return H5Tis_variable_str(type) > 0
             ? ReadVariableStrings(attribute, type, space, static_cast<std::size_t>(count))
             : ReadFixedStrings(attribute, type, static_cast<std::size_t>(count));
}

std::optional<double> Hdf5File::ReadNumber(const std::string& object,
                                           const std::string& name) const {
  if (!HasAttribute(object, name)) return std::nullopt;
  const Handle attribute(
      H5Aopen_by_name(file_, object.c_str(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose,
      name);
  const Handle space(H5Aget_space(attribute), H5Sclose, name);
  const Handle type(H5Aget_type(attribute), H5Tclose, name);
  const H5T_class_t kind = H5Tget_class(type);
  if (H5Sget_simple_extent_npoints(space) != 1 || (kind != H5T_FLOAT && kind != H5T_INTEGER)) {
    return std::nullopt;
  }
  double value = 0;
  Require(H5Aread(attribute, H5T_NATIVE_DOUBLE, &value), name);
  return value;
}

Tensor Hdf5File::ReadTensor(const std::string& path) const {
  if (!HasObject(path)) Fail("the data set " + path + " is missing");
  const Handle dataset(H5Dopen2(file_, path.c_str(), H5P_DEFAULT), H5Dclose, path);
  const Handle space(H5Dget_space(dataset), H5Sclose, path);
  const Handle type(H5Dget_type(dataset), H5Tclose, path);
  const H5T_class_t kind = H5Tget_class(type);
  if (kind != H5T_FLOAT && kind != H5T_INTEGER) Fail("the data set " + path + " holds no numbers");
  Tensor tensor;
  std::int64_t count = 1;
  for (const hsize_t dimension : Dimensions(space)) {
    if (dimension > static_cast<hsize_t>(kMaxElements)) Fail(path + " is too large");
    tensor.shape.push_back(static_cast<std::int64_t>(dimension));
    count *= tensor.shape.back();
    if (count > kMaxElements) Fail(path + " is too large");
  }
  tensor.values.resize(static_cast<std::size_t>(count));
  if (H5Tequal(type, HalfType()) > 0) {
    ReadHalves(dataset, path, &tensor.values);
    return tensor;
  }
  Require(H5Dread(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, tensor.values.data()),
          path);
  return tensor;
}

void Hdf5File::WriteString(const std::string& object, const std::string& name,
                           const std::string& value) {
  const Handle type(H5Tcopy(H5T_C_S1), H5Tclose, name);
  H5Tset_size(type, std::max<std::size_t>(value.size(), 1));
  H5Tset_strpad(type, H5T_STR_NULLPAD);
  H5Tset_cset(type, H5T_CSET_UTF8);
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose, name);
  const Handle target(H5Oopen(file_, object.c_str(), H5P_DEFAULT), H5Oclose, object);
  const Handle attribute(H5Acreate2(target, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT),
                         H5Aclose, name);
  Require(H5Awrite(attribute, type, value.empty() ? "\0" : value.data()), name);
}

void Hdf5File::WriteStrings(const std::string& object, const std::string& name,
                            const std::vector<std::string>& values) {
  std::size_t length = 1;
  for (const auto& value : values) length = std::max(length, value.size());
  std::string raw(length * std::max<std::size_t>(values.size(), 1), '\0');
  for (std::size_t i = 0; i < values.size(); ++i) values[i].copy(&raw[i * length], length);
  const Handle type(H5Tcopy(H5T_C_S1), H5Tclose, name);
  H5Tset_size(type, length);
  H5Tset_strpad(type, H5T_STR_NULLPAD);
  const hsize_t count = values.size();
  const Handle space(H5Screate_simple(1, &count, nullptr), H5Sclose, name);
  const Handle target(H5Oopen(file_, object.c_str(), H5P_DEFAULT), H5Oclose, object);
  const Handle attribute(H5Acreate2(target, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT),
                         H5Aclose, name);
  Require(H5Awrite(attribute, type, raw.data()), name);
}

void Hdf5File::WriteNumber(const std::string& object, const std::string& name, double value) {
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose, name);
  const Handle target(H5Oopen(file_, object.c_str(), H5P_DEFAULT), H5Oclose, object);
  const Handle attribute(
      H5Acreate2(target, name.c_str(), H5T_IEEE_F64LE, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose,
      name);
  Require(H5Awrite(attribute, H5T_NATIVE_DOUBLE, &value), name);
}

void Hdf5File::WriteTensor(const std::string& path, const Tensor& tensor, Storage storage) {
  if (tensor.ElementCount() != static_cast<std::int64_t>(tensor.values.size())) {
    Fail(path + " has a shape that does not fit its values");
  }
  const std::vector<hsize_t> dimensions(tensor.shape.begin(), tensor.shape.end());
  const Handle space(
      H5Screate_simple(static_cast<int>(dimensions.size()), dimensions.data(), nullptr), H5Sclose,
      path);
  const Handle links(H5Pcreate(H5P_LINK_CREATE), H5Pclose, path);
  H5Pset_create_intermediate_group(links, 1);
  const Handle half = HalfType();
  const hid_t type = storage == Storage::kFloat16 ? static_cast<hid_t>(half)
                     : storage == Storage::kUint8 ? H5T_STD_U8LE
                                                  : H5T_IEEE_F32LE;
  const Handle creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, path);
  H5Pset_obj_track_times(creation, false);  // the same content must be the same bytes
  const Handle dataset(H5Dcreate2(file_, path.c_str(), type, space, links, creation, H5P_DEFAULT),
                       H5Dclose, path);
  Require(H5Dwrite(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, tensor.values.data()),
          path);
}

void Hdf5File::CreateGroup(const std::string& path) {
  const Handle links(H5Pcreate(H5P_LINK_CREATE), H5Pclose, path);
  H5Pset_create_intermediate_group(links, 1);
  const Handle group(H5Gcreate2(file_, path.c_str(), links, H5P_DEFAULT, H5P_DEFAULT), H5Gclose,
                     path);
}

Bytes Hdf5File::Serialize() {
  Require(H5Fflush(file_, H5F_SCOPE_GLOBAL), "the file");
  const ssize_t size = H5Fget_file_image(file_, nullptr, 0);
  if (size <= 0) Fail("cannot write the HDF5 file");
  Bytes bytes(static_cast<std::size_t>(size));
  if (H5Fget_file_image(file_, bytes.data(), bytes.size()) != size) {
    Fail("cannot write the HDF5 file");
  }
  return bytes;
}

}  // namespace facedeblur
