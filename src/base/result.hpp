// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/system/result.hpp>

#include <string>
#include <utility>

namespace longwave {

/// What kind of expected failure this is. Each protocol has one file that turns these into its own words.
enum class Errc {
  invalid,      ///< the caller's input is wrong; the message says what and what was expected
  not_found,    ///< no such thing
  refused,      ///< the caller lacks the role, or a gate said no
  conflict,     ///< the thing is not in the state the call needs
  full,         ///< a limit is reached; try again later or with less
  cancelled,    ///< the caller cancelled, or is gone
  unavailable,  ///< a part this needs is not working at present; nothing was changed
  unsupported,  ///< understood, but not something this build or file can do
  broken,       ///< data (a media file, a stored blob) can't be read
};

/// An expected outcome that isn't success. `message` is written for the person who made the call.
struct Error {
  Errc code;
  std::string message;
};

template <class T>
using Result = boost::system::result<T, Error>;

inline Error error(Errc code, std::string message) {
  return Error{code, std::move(message)};
}

/// Called by Result::value() on a failure: asking for a value that isn't there is a bug.
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& where);

}  // namespace longwave
