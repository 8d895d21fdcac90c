#include "cli/pair_option_binding.h"

#include <variant>

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

}  // namespace

void BindPairOptions(OptionBinder* binder, PairOptions* options) {
  for (const auto* table : {&PlacementOptionTable(), &DegradationOptionTable()}) {
    for (const RangeOption& option : *table) {
      std::visit(FieldBinder{binder, options, option}, option.field);
    }
  }
}

}  // namespace facedeblur
