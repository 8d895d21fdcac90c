#include "facedeblur/face/finder_file.h"

#include <cmath>
#include <cstdint>
#include <cstring>

#include "facedeblur/util/error.h"
#include "facedeblur/util/json.h"
#include "facedeblur/util/sha256.h"

namespace facedeblur {
namespace {

constexpr char kMagic[] = "FDFINDER";
constexpr std::size_t kMagicLength = sizeof kMagic - 1;
constexpr std::uint32_t kVersion = 2;
constexpr std::size_t kHeadLength = kMagicLength + 2 * sizeof(std::uint32_t);

[[noreturn]] void Fail(const std::string& cause) { throw Error(ErrorKind::kModel, cause); }

void Append(std::uint32_t value, Bytes* bytes) {
  for (int shift = 0; shift < 32; shift += 8) {
    bytes->push_back(static_cast<std::uint8_t>(value >> shift));
  }
}

std::uint32_t NumberAt(const std::uint8_t* bytes) {
  return bytes[0] | bytes[1] << 8 | bytes[2] << 16 | static_cast<std::uint32_t>(bytes[3]) << 24;
}

std::uint32_t BitsOf(float value) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

float FloatAt(const std::uint8_t* bytes) {
  const std::uint32_t bits = NumberAt(bytes);
  float value = 0;
  std::memcpy(&value, &bits, sizeof value);
  if (!std::isfinite(value)) Fail("it holds numbers that are none");
  return value;
}

Json ToJson(const FaceOdds& odds) {
  return {{"bias", odds.bias},
          {"per_score", odds.per_score},
          {"per_reading", odds.per_reading},
          {"added", odds.added}};
}

FaceOdds OddsOf(const Json& json) {
  return {json.at("bias"), json.at("per_score"), json.at("per_reading"), json.at("added")};
}

Json HeaderOf(const Bytes& bytes) {
  if (bytes.size() < kHeadLength || std::memcmp(bytes.data(), kMagic, kMagicLength) != 0) {
    Fail("not a file of face detectors");
  }
  const std::uint32_t version = NumberAt(&bytes[kMagicLength]);
  if (version != kVersion) {
    Fail("it has version " + std::to_string(version) + ", and this program reads version " +
         std::to_string(kVersion));
  }
  const std::size_t length = NumberAt(&bytes[kMagicLength + sizeof version]);
  if (length > bytes.size() - kHeadLength) Fail("it is cut off");
  const auto begin = bytes.begin() + kHeadLength;
  return Json::parse(begin, begin + static_cast<std::ptrdiff_t>(length));
}

}  // namespace

Bytes SerializeFinder(const FinderFile& finder) {
  Bytes numbers;
  Json lengths = Json::array();
  for (const std::vector<float>& detector : finder.sub_detectors) {
    lengths.push_back(detector.size());
    for (const float value : detector) Append(BitsOf(value), &numbers);
  }
  Json networks = Json::array();
  for (const NamedNumbers& network : finder.landmark_networks) {
    Json tensors = Json::object();
    for (const auto& [name, tensor] : network) {
      tensors[name] = tensor.size();
      for (const float value : tensor) Append(BitsOf(value), &numbers);
    }
    networks.push_back(tensors);
  }
  const std::string header = ToJsonLine({{"training", finder.training},
                                         {"license", finder.license},
                                         {"figures", finder.figures},
                                         {"sub_detectors", lengths},
                                         {"landmark_networks", networks},
                                         {"odds", ToJson(finder.odds)},
                                         {"sha256", Sha256(numbers)}});
  Bytes bytes(kMagic, kMagic + kMagicLength);
  Append(kVersion, &bytes);
  Append(static_cast<std::uint32_t>(header.size()), &bytes);
  bytes.insert(bytes.end(), header.begin(), header.end());
  bytes.insert(bytes.end(), numbers.begin(), numbers.end());
  return bytes;
}

bool IsFinderName(const std::filesystem::path& file) {
  return file.extension() == std::filesystem::path(kFinderFile).extension();
}

FinderFile ParseFinder(const Bytes& bytes) {
  try {
    const Json header = HeaderOf(bytes);
    FinderFile finder{header.at("training"),    header.at("license"), header.at("figures"), {}, {},
                      OddsOf(header.at("odds"))};
    std::size_t at = kHeadLength + NumberAt(&bytes[kMagicLength + sizeof kVersion]);
    if (Sha256(&bytes[0] + at, bytes.size() - at) != header.at("sha256").get<std::string>()) {
      Fail("it is damaged: its checksum is another");
    }
    const auto next = [&](std::size_t length) {
      if (length > (bytes.size() - at) / sizeof(float)) Fail("it is cut off");
      std::vector<float> numbers(length);
      for (float& value : numbers) {
        value = FloatAt(&bytes[at]);
        at += sizeof(float);
      }
      return numbers;
    };
    for (const std::size_t length : header.at("sub_detectors")) {
      finder.sub_detectors.push_back(next(length));
    }
    for (const Json& tensors : header.at("landmark_networks")) {
      NamedNumbers& network = finder.landmark_networks.emplace_back();
      for (const auto& [name, length] : tensors.items()) network[name] = next(length);
    }
    if (at != bytes.size()) Fail("it is longer than it says");
    return finder;
  } catch (const Json::exception&) {
    Fail("its description cannot be read");
  }
}

FinderFile LoadFinder(const std::filesystem::path& file) {
  try {
    return ParseFinder(ReadFile(file));
  } catch (const std::exception& error) {
    Fail(file.string() + ": " + DescribeException(error));
  }
}

}  // namespace facedeblur
