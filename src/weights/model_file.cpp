#include "facedeblur/weights/model_file.h"

#include <utility>

#include "facedeblur/util/error.h"
#include "weights/readers.h"

namespace facedeblur {
namespace {

constexpr char kFormat[] = "facedeblur-model";
constexpr double kFormatVersion = 1;

[[noreturn]] void Fail(const std::string& message) { throw Error(ErrorKind::kModel, message); }

std::string RequireString(const Hdf5File& file, const std::string& name) {
  auto value = file.ReadString("/", name);
  if (!value) Fail("the attribute '" + name + "' is missing");
  return *value;
}

double RequireNumber(const Hdf5File& file, const std::string& object, const std::string& name) {
  const auto value = file.ReadNumber(object, name);
  if (!value) Fail("the attribute '" + name + "' is missing");
  return *value;
}

ChipTemplate ReadTemplate(const Hdf5File& file) {
  ChipTemplate chip_template;
  const double size = RequireNumber(file, "/", "chip_size");
  if (!(size >= 16 && size <= 4096)) Fail("the chip size is out of range");
  chip_template.size = static_cast<int>(size);
  const Tensor points = file.ReadTensor("/template");
  if (points.shape != std::vector<std::int64_t>{5, 2}) Fail("the chip template is not 5x2");
  for (std::size_t i = 0; i < 5; ++i) {
    chip_template.points.emplace_back(points.values[2 * i], points.values[2 * i + 1]);
  }
  return chip_template;
}

ModelFile::SelfTest ReadSelfTest(const Hdf5File& file) {
  ModelFile::SelfTest test;
  test.input = file.ReadTensor("/selftest/input");
  test.output = file.ReadTensor("/selftest/output");
  test.tolerance = RequireNumber(file, "/selftest", "tolerance");
  if (test.input.shape.size() != 3 || test.input.shape[2] != 3 || test.output.shape.empty()) {
    Fail("the self-test has an unusable shape");
  }
  return test;
}

}  // namespace

ModelFile ReadModelFile(Bytes bytes) { return ReadModel(Hdf5File::Open(std::move(bytes))); }

ModelFile ReadModel(const Hdf5File& file) {
  if (file.ReadString("/", "format") != kFormat) Fail("not a facedeblur model file");
  if (file.ReadNumber("/", "format_version") != kFormatVersion) {
    Fail("this model file's format version is not supported by this program");
  }
  ModelFile model;
  model.network = RequireString(file, "network");
  model.channels = RequireString(file, "channels");
  model.range = RequireNumber(file, "/", "range");
  for (const char* note : {"training", "license"}) RequireString(file, note);
  model.notes = ReadNotes(file);
  model.chip_template = ReadTemplate(file);
  model.self_test = ReadSelfTest(file);
  if (!file.HasObject("/tensors")) Fail("it holds no tensors");
  for (const std::string& name : file.ListGroup("/tensors")) {
    model.tensors[name] = file.ReadTensor("/tensors/" + name);
  }
  return model;
}

Bytes SerializeModelFile(const ModelFile& model, bool half_precision) {
  Hdf5File file = Hdf5File::Create();
  file.WriteString("/", "format", kFormat);
  file.WriteNumber("/", "format_version", kFormatVersion);
  file.WriteString("/", "network", model.network);
  file.WriteString("/", "channels", model.channels);
  file.WriteNumber("/", "range", model.range);
  file.WriteNumber("/", "chip_size", model.chip_template.size);
  WriteNotes(model.notes, &file);
  Tensor points{{static_cast<std::int64_t>(model.chip_template.points.size()), 2}, {}};
  for (const auto& point : model.chip_template.points) {
    points.values.insert(points.values.end(), {point.x, point.y});
  }
  file.WriteTensor("/template", points, Hdf5File::Storage::kFloat32);
  file.CreateGroup("/tensors");
  for (const auto& [name, tensor] : model.tensors) {
    file.WriteTensor("/tensors/" + name, tensor,
                     half_precision ? Hdf5File::Storage::kFloat16 : Hdf5File::Storage::kFloat32);
  }
  file.WriteTensor("/selftest/input", model.self_test.input, Hdf5File::Storage::kUint8);
  file.WriteTensor("/selftest/output", model.self_test.output, Hdf5File::Storage::kFloat32);
  file.WriteNumber("/selftest", "tolerance", model.self_test.tolerance);
  return file.Serialize();
}

}  // namespace facedeblur
