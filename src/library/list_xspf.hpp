// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "library/list_files.hpp"

#include <string>
#include <string_view>

/// The XML one of the playlist formats (xspf.org/xspf-v1.html). Pure.
namespace longwave::library {

/// Refuses document types, so that no entity is ever expanded, and more than 32 levels.
Result<ListFile> read_xspf(std::string_view bytes);
std::string write_xspf(const ListFile& list);

}  // namespace longwave::library
