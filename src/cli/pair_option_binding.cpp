#include "cli/pair_option_binding.h"

#include <variant>
#include <vector>

namespace facedeblur {
namespace {

/// Binds the field that a row of a table leads to.
struct FieldBinder {
  OptionBinder* binder;
  PairOptions* options;
  const RangeOption& option;

  void operator()(double* (*field)(PairOptions*)) const {
    binder->Add(option.name, field(options), "FLOAT", option.help)
        ->check(NumberBetween(option.low, option.high));
  }
  void operator()(int* (*field)(PairOptions*)) const {
    binder->Add(option.name, field(options), "INT", option.help)
        ->check(CLI::Range(static_cast<int>(option.low), static_cast<int>(option.high)));
  }
  void operator()(bool* (*field)(PairOptions*)) const {
    binder->AddFlag(option.name, field(options), option.help);
  }
};

void BindTable(const std::vector<RangeOption>& table, OptionBinder* binder, PairOptions* options) {
  for (const RangeOption& option : table) {
    std::visit(FieldBinder{binder, options, option}, option.field);
  }
}

}  // namespace

void BindPairOptions(OptionBinder* binder, PairOptions* options) {
  BindTable(PlacementOptionTable(), binder, options);
  BindDegradationOptions(binder, options);
}

void BindDegradationOptions(OptionBinder* binder, PairOptions* options) {
  BindTable(DegradationOptionTable(), binder, options);
}

}  // namespace facedeblur
