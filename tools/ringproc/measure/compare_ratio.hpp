// Ratios of one quantity, and what the rounds say of them. Pure functions.
#pragma once

#include <optional>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "measure/compare.hpp"

namespace ringproc::tool::measure {

[[nodiscard]] bool less_is_better(Quantity quantity);

// Returns: nothing if one of the cases does not have the quantity, or has 0 of it: no ratio then.
[[nodiscard]] std::optional<Metric> compare_quantity(Quantity quantity,
                                                     const nlohmann::ordered_json& a,
                                                     const nlohmann::ordered_json& b);

// Returns: how much of ratio is not the floor's; nothing if that is no number.
[[nodiscard]] std::optional<Ratio> relative_to(const Ratio& floor, const Ratio& ratio,
                                               Quantity quantity);

}  // namespace ringproc::tool::measure
