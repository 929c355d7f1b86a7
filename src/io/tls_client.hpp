// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <memory>
#include <string>

namespace longwave::io {

/// Whom a client of TLS trusts.
struct TlsClientOptions {
  bool verify = true;   ///< chain and name; false takes any certificate: for tests only
  std::string ca_file;  ///< PEM; empty: the system's certificates
};

/// The client side of TLS (1.2 and later). Immutable; must outlive the streams made with it.
class TlsClientContext {
 public:
  /// Fails with `invalid` naming the file and what is wrong with it.
  static Result<std::unique_ptr<TlsClientContext>> make(const TlsClientOptions& options);
  ~TlsClientContext();
  TlsClientContext(const TlsClientContext&) = delete;
  TlsClientContext& operator=(const TlsClientContext&) = delete;

  void* native() const { return context_; }

 private:
  explicit TlsClientContext(void* context) : context_(context) {}
  void* context_;
};

}  // namespace longwave::io
