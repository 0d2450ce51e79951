// SPDX-License-Identifier: Apache-2.0
// What a backup server does with its licence when it is told to: install, remove, update, switch updates on and off.
#include <fmt/format.h>

#include "base/signing.hpp"
#include "lab/vbr_answers.hpp"
#include "lab/vbr_server.hpp"
#include "license/license.hpp"

namespace steward::lab {
namespace {

constexpr double kFreeInstances = 10;

License Community(const License& before) {
  License free;
  free.kind = License::Kind::kFree;
  free.edition = "Community";
  free.instances = kFreeInstances;
  free.auto_update = before.auto_update;
  return free;
}

License FromFile(const license::License& file, const License& before) {
  License out;
  out.kind = file.type == license::Type::kRental ? License::Kind::kRental : License::Kind::kSubscription;
  out.licensed_to = file.licensed_to;
  out.support_id = file.support_id;
  out.instances = static_cast<double>(file.amount);
  out.expires = file.expires;
  out.support_expires = file.support_expires;
  out.auto_update = before.auto_update;
  out.cloud_connect = file.cloud_connect_provider;
  return out;
}

const Json& Need(const Json& body, const char* name, Json::value_t type) {
  if (!body.contains(name) || body[name].type() != type) {
    throw Refusal{400, "UnexpectedContent", std::string(name) + " is missing or of the wrong type"};
  }
  return body[name];
}

}  // namespace

void VbrServer::InstallLicense(const Json& body) {
  const auto text = FromBase64(Need(body, "license", Json::value_t::string).get<std::string>());
  if (!text) throw Refusal{400, "UnexpectedContent", "The licence is not in base64"};
  const auto file = license::Read(*text);
  if (!file) throw Refusal{400, "UnexpectedContent", "The file is no licence: " + file.error().message};
  if (!options_.license_keys.empty()) {
    if (const auto good = license::Verify(*text, options_.license_keys); !good) {
      throw Refusal{400, "UnexpectedContent", "The licence is not genuine: " + good.error().message};
    }
  }
  if (file->expires + std::chrono::days(1) <= clock_.Now())
    throw Refusal{400, "UnexpectedContent", "The licence has expired"};
  entry_.server.license = FromFile(*file, entry_.server.license);
  orders_.push_back({{"verb", "license/install"}, {"license", file->license_id}});
}

std::optional<net::Response> VbrServer::LicenseOrder(const net::Request& request, const std::string& path,
                                                     bool modern) {
  constexpr std::string_view kBase = "license/";
  if (request.method != "POST" || !path.starts_with(kBase)) return std::nullopt;
  const std::string verb = path.substr(kBase.size());
  BackupServer& server = entry_.server;
  const Json body = ObjectOf(request);
  if (verb == "install") {
    InstallLicense(body);
  } else if (verb == "remove") {
    orders_.push_back({{"verb", "license/remove"}});
    if (body.value("section", "All") == "Socket") {
      server.license.sockets = 0;
    } else {
      server.license = Community(server.license);
    }
  } else if (verb == "autoupdate") {
    server.license.auto_update = Need(body, "enabled", Json::value_t::boolean).get<bool>();
  } else if (verb == "update") {
    return JsonAnswer(200, {{"message", "There is no newer licence."}, {"isSuccessful", true}});
  } else {
    return std::nullopt;
  }
  const Moment now = clock_.Now();
  const auto rest = modern ? MakeRestV13(server, now) : MakeRestV12(server, now);
  return JsonAnswer(200, rest->LicenseState());
}

}  // namespace steward::lab
