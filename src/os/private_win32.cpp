#include "os/private_win32.hpp"

#include <aclapi.h>

#include <array>

#include "os/names_win32.hpp"

namespace ringproc::core::os {
namespace {

// A TOKEN_USER with its SID behind it; empty if it cannot be had.
std::vector<std::byte> token_user() {
  HANDLE token = nullptr;
  if (!::OpenProcessToken(::GetCurrentProcess(), TOKEN_QUERY, &token)) return {};
  DWORD size = 0;
  ::GetTokenInformation(token, TokenUser, nullptr, 0, &size);
  std::vector<std::byte> user(size);
  if (size == 0 || !::GetTokenInformation(token, TokenUser, user.data(), size, &size)) user.clear();
  ::CloseHandle(token);
  return user;
}

PSID sid_of(std::vector<std::byte>& user) {
  return reinterpret_cast<const TOKEN_USER*>(user.data())->User.Sid;
}

}  // namespace

PrivateAccess::PrivateAccess() : user_(token_user()) {
  if (user_.empty()) return;
  const PSID sid = sid_of(user_);
  list_.resize(sizeof(ACL) + sizeof(ACCESS_ALLOWED_ACE) + ::GetLengthSid(sid));
  ACL* const list = reinterpret_cast<ACL*>(list_.data());
  made_ = ::InitializeAcl(list, static_cast<DWORD>(list_.size()), ACL_REVISION) &&
          ::AddAccessAllowedAceEx(list, ACL_REVISION, CONTAINER_INHERIT_ACE | OBJECT_INHERIT_ACE,
                                  GENERIC_ALL, sid) &&
          ::InitializeSecurityDescriptor(&descriptor_, SECURITY_DESCRIPTOR_REVISION) &&
          ::SetSecurityDescriptorOwner(&descriptor_, sid, FALSE) &&
          ::SetSecurityDescriptorDacl(&descriptor_, TRUE, list, FALSE);
  attributes_ = {sizeof attributes_, &descriptor_, FALSE};
}

bool is_mine(HANDLE file) {
  std::vector<std::byte> user = token_user();
  PSID owner = nullptr;
  PSECURITY_DESCRIPTOR descriptor = nullptr;
  if (user.empty() || ::GetSecurityInfo(file, SE_FILE_OBJECT, OWNER_SECURITY_INFORMATION, &owner,
                                        nullptr, nullptr, nullptr, &descriptor) != ERROR_SUCCESS) {
    return false;
  }
  // What an administrator makes may belong to the group of administrators.
  BOOL administrators = FALSE;
  std::array<std::byte, SECURITY_MAX_SID_SIZE> group;
  DWORD size = static_cast<DWORD>(group.size());
  const bool of_group =
      ::CreateWellKnownSid(WinBuiltinAdministratorsSid, nullptr, group.data(), &size) &&
      ::EqualSid(owner, group.data()) &&
      ::CheckTokenMembership(nullptr, group.data(), &administrators) && administrators;
  const bool mine = ::EqualSid(owner, sid_of(user)) || of_group;
  ::LocalFree(descriptor);
  return mine;
}

std::string user_name() {
  std::array<wchar_t, 257> name;
  DWORD size = static_cast<DWORD>(name.size());
  return ::GetUserNameW(name.data(), &size) ? to_utf8({name.data(), size - 1}) : "user";
}

}  // namespace ringproc::core::os
