// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <memory>
#include <string>

namespace longwave::io {

/// Certificate and key of a TLS listener (TLS 1.2 and later). Immutable and shared by all loops.
class TlsContext {
 public:
  /// PEM files; fails with `invalid` naming the file and what is wrong with it.
  static Result<std::unique_ptr<TlsContext>> load(const std::string& certificate_path,
                                                  const std::string& key_path);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  void* native() const { return context_; }

 private:
  explicit TlsContext(void* context) : context_(context) {}
  void* context_;
};

}  // namespace longwave::io
