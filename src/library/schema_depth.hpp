// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace longwave::library {

/// Migration 2: properties by source, tags, marks, lyrics, relations, colours, videos.
extern const char* const depth_tables;

}  // namespace longwave::library
