// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json.hpp>

#include <algorithm>
#include <cmath>

namespace longwave {

/// Numbers that no integer holds may differ in their last digit: the reader of JSON is that exact, not more.
inline bool alike(const boost::json::value& a, const boost::json::value& b) {
  if (a.is_double() && b.is_double())
    return a.get_double() == b.get_double() ||
           std::abs(a.get_double() - b.get_double()) <= 1e-14 * std::abs(a.get_double());
  if (a.is_array() && b.is_array())
    return std::equal(a.get_array().begin(), a.get_array().end(), b.get_array().begin(), b.get_array().end(),
                      alike);
  if (a.is_object() && b.is_object())
    return std::equal(
        a.get_object().begin(), a.get_object().end(), b.get_object().begin(), b.get_object().end(),
        [](const auto& x, const auto& y) { return x.key() == y.key() && alike(x.value(), y.value()); });
  return a == b;
}

}  // namespace longwave
