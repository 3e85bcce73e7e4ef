// Which mount a path is on, from tables as Linux writes them.
#include "mount_table.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <string>

namespace ringproc::tool {
namespace {

std::optional<Mount> find(const std::string& lines, const std::string& path) {
  std::istringstream table(lines);
  return find_mount(table, path);
}

std::string source_of(const std::string& lines, const std::string& path) {
  const auto mount = find(lines, path);
  return mount ? mount->source : "none";
}

const std::string kRoot = "27 1 254:0 / / rw,relatime - ext4 /dev/vda1 rw,discard\n";
const std::string kHome = "30 27 254:1 / /home rw,noatime shared:1 master:2 - xfs /dev/vdb rw\n";

TEST(MountTable, SaysWhatIsMountedAndHow) {
  const auto mount = find(kRoot + kHome, "/home/me");
  ASSERT_TRUE(mount);
  EXPECT_EQ(mount->point, "/home");
  EXPECT_EQ(mount->type, "xfs");
  EXPECT_EQ(mount->source, "/dev/vdb");
  EXPECT_EQ(mount->options, "rw,noatime");
}

TEST(MountTable, MergesTheOptionsOfMountAndFileSystem) {
  EXPECT_EQ(find(kRoot, "/x")->options, "rw,relatime,discard");
}

TEST(MountTable, TellsThatAFileSystemIsReadOnlyBelowAWritableMount) {
  EXPECT_EQ(find("27 1 254:0 / / rw,relatime - ext4 /dev/vda ro,discard\n", "/")->options,
            "ro,relatime,discard");
  EXPECT_EQ(find("27 1 254:0 / / ro,relatime - ext4 /dev/vda rw,discard\n", "/")->options,
            "ro,relatime,discard");
}

TEST(MountTable, KnowsAMountPointFromALongerName) {
  EXPECT_EQ(source_of(kRoot + kHome, "/home"), "/dev/vdb");
  EXPECT_EQ(source_of(kRoot + kHome, "/homework/x"), "/dev/vda1");
}

TEST(MountTable, FindsTheRootAfterWhatIsMountedOnIt) {
  EXPECT_EQ(source_of(kHome + kRoot, "/home/x"), "/dev/vdb");
  EXPECT_EQ(source_of(kHome + kRoot, "/x"), "/dev/vda1");
}

TEST(MountTable, TakesTheUppermostOfMountsOnOnePoint) {
  const std::string above = "31 30 254:2 / /home rw - ext4 /dev/vdc rw\n";
  EXPECT_EQ(source_of(above + kRoot + kHome, "/home/x"), "/dev/vdc");
}

TEST(MountTable, SeesAMountHiddenByALaterOneAboveIt) {
  const std::string table = kRoot + "30 27 254:1 / /a/b rw - ext4 /dev/hidden rw\n" +
                            "31 27 254:2 / /a rw - ext4 /dev/above rw\n";
  EXPECT_EQ(source_of(table, "/a/b/c"), "/dev/above");
}

TEST(MountTable, DecodesBlanksAndBackslashes) {
  const std::string table =
      kRoot + R"(30 27 0:40 / /my\040disk\134x rw - cifs //nas/a\040b rw)" + "\n";
  const auto mount = find(table, R"(/my disk\x/file)");
  ASSERT_TRUE(mount);
  EXPECT_EQ(mount->point, R"(/my disk\x)");
  EXPECT_EQ(mount->source, "//nas/a b");
}

TEST(MountTable, SkipsLinesThatAreNone) {
  EXPECT_EQ(source_of(kRoot + "\nabc\n28 27\n29 27 0:1 / /x rw -\n", "/x"), "/dev/vda1");
  EXPECT_EQ(source_of("", "/x"), "none");
  EXPECT_EQ(source_of(kHome, "/x"), "none");
  EXPECT_EQ(find(R"(6 3 0:1 / / rw - x \9\)", "/x")->source, R"(\9\)");
}

TEST(MountTable, KnowsARootThatIsItsOwnParent) {
  EXPECT_EQ(source_of("1 1 0:1 / / rw - rootfs rootfs rw\n", "/x"), "rootfs");
}

TEST(MountTable, EndsOnACircle) {
  EXPECT_NE(source_of("1 9 0:1 / / rw - x a rw\n2 1 0:2 / / rw - x b rw\n1 2 0:3 / / rw - x c rw\n",
                      "/x"),
            "none");
}

}  // namespace
}  // namespace ringproc::tool
