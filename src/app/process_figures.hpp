// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/platform.hpp"

namespace longwave::app {

/// What this process has used so far. Any thread; reads one line of /proc, which touches no disk.
api::ProcessFigures process_figures();

}  // namespace longwave::app
