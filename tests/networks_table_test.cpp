#include <gtest/gtest.h>
#include <torch/types.h>

#include <set>

#include "facedeblur/backend/default_training.h"
#include "facedeblur/networks/restorers.h"
#include "facedeblur/nn/device.h"
#include "facedeblur/util/error.h"
#include "networks/network_table.h"

namespace facedeblur {
namespace {

TEST(Networks, NamesAndPlacesAreTheirOwn) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < Networks().size(); ++i) {
    const NetworkInfo& info = Networks()[i];
    EXPECT_EQ(static_cast<std::size_t>(info.id), i) << info.name;
    EXPECT_EQ(NetworkTable()[i].id, info.id) << info.name;
    EXPECT_EQ(FindNetwork(info.name), &info);
    EXPECT_TRUE(names.insert(info.name).second) << info.name << " is there twice";
  }
  EXPECT_EQ(FindNetwork("perceptron"), nullptr);
}

class NetworkOf : public ::testing::TestWithParam<NetworkInfo> {
 protected:
  static std::unique_ptr<Objective> MakeObjective() {
    return EntryOf(GetParam().id).make_objective({}, torch::kCPU);
  }

  static Weights FreshWeights() {
    const std::string name(GetParam().name);
    return ParseWeights(MakeObjective()->Serialize(name, {}));
  }
};

TEST_P(NetworkOf, IsTrainedByItsDefaults) {
  const TrainerOptions defaults = DefaultTraining(GetParam().id);
  EXPECT_EQ(defaults.network, GetParam().id);
  EXPECT_NO_THROW(defaults.Validate());
  EXPECT_NO_THROW(defaults.pairs.Validate());
  const auto objective = MakeObjective();
  EXPECT_NO_THROW(objective->CheckPairs(defaults.pairs));
  EXPECT_TRUE(defaults.crops == 0 || objective->TakesCrops());
}

TEST_P(NetworkOf, WritesWeightsOfItsKindThatNameIt) {
  const Weights weights = FreshWeights();
  EXPECT_EQ(KindOf(weights), GetParam().weights);
  EXPECT_EQ(NetworkName(weights), GetParam().name);
}

TEST_P(NetworkOf, ReadsWhatItWrote) {
  const std::string name(GetParam().name);
  const Bytes weights = MakeObjective()->Serialize(name, {});
  const auto other = MakeObjective();
  other->LoadWeights(weights);
  EXPECT_EQ(other->Serialize(name, {}), weights);
}

TEST_P(NetworkOf, RestoresIfItSaysSo) {
  ConfigureInference();
  EXPECT_EQ(EntryOf(GetParam().id).make_restorer != nullptr, GetParam().restores);
  if (!GetParam().restores) {
    EXPECT_THROW(MakeRestorer(FreshWeights(), {}), Error);
    return;
  }
  const auto restorer = MakeRestorer(FreshWeights(), {});
  const cv::Mat chip(restorer->chip_template().size, restorer->chip_template().size, CV_32FC3,
                     cv::Scalar::all(0.5));
  EXPECT_EQ(restorer->Restore(chip).size(), chip.size());
}

std::string CaseName(const ::testing::TestParamInfo<NetworkInfo>& param) {
  std::string name(param.param.name);
  for (char& c : name) {
    if (c == '-') c = '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, NetworkOf, ::testing::ValuesIn(Networks()), CaseName);

}  // namespace
}  // namespace facedeblur
