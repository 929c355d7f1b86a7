// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "library/properties.hpp"

#include <string>

namespace longwave::library {

/// Writes the values (of known keys) into the tags of the file, whatever kind they are; what else the tags
/// hold stays. An empty text, or the number 0, takes the tag away. In place: for a copy nobody else knows of.
/// Errors: unsupported, broken.
Result<void> put_tags(const std::string& path, const Values& values);

}  // namespace longwave::library
